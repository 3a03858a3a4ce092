/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model as OpenMetrics 1.0, the text that Prometheus and its like read: sums of each pool and
 * each function, none of a single worker, whose process ids would come and go.
 */
#ifndef POOLTOP_METRICS_H
#define POOLTOP_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/model.h"

#define METRICS_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* A pool that is gone is told for so long, for its last numbers to be read. */
#define METRICS_GONE_NS UINT64_C(300000000000)

/* Ends with "# EOF". 0 or -ENOMEM; *ret_text is the caller's, to free(). */
int metrics_text(const struct model *m, char **ret_text, size_t *ret_len);

/* Between the files of the metrics alone. */

struct family;

struct metrics {
	struct buf out;
	const struct model *m;
	const struct family *family; /* whose samples are written */
	const struct pool *pool; /* whose they are; NULL: nobody's */
};

/* A metric family: its samples stand together, behind what it is. */
struct family {
	const char *name; /* behind "pooltop_"; ends with the unit */
	const char *type; /* OpenMetrics' */
	const char *unit; /* "seconds": the numbers given are nanoseconds; "bytes"; NULL */
	const char *help;
	bool messages; /* means nothing where messages are not seen */
	size_t at; /* of a uint64_t in struct pool, its one sample; 0: write() writes them */
	void (*write)(struct metrics *x);
};

/* Each ends with a row without a name. The second are written pool by pool. */
extern const struct family session_families[], pool_families[];

/* One more label, behind those of the pool; name NULL: none. */
struct label {
	const char *name;
	const char *value; /* any text */
};

/* Writes one sample. suffix: "_total" of counters, "_info", "" ... */
void metrics_put(struct metrics *x, const char *suffix, const struct label *labels, uint64_t n);

/* The suffix of a family's only sample. */
const char *metrics_suffix(const struct family *f);

#endif
