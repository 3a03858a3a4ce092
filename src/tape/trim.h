/* SPDX-License-Identifier: GPL-2.0-only */
/* --keep: drops the oldest segments, and what must stay of them goes to the base. The file does
 * not shrink, its free room is used again. Inside of src/tape. */
#ifndef POOLTOP_TRIM_H
#define POOLTOP_TRIM_H

#include "tape/store.h"

struct keep {
	uint64_t ns; /* 0: for ever */
	uint64_t bytes; /* of the file; 0: no limit */
	uint64_t newest_ns; /* time that age is counted from */
	uint64_t incoming_bytes; /* what will be added in this transaction, about */
};

enum {
	TRIM_ROWS = 128, /* at most so many in one transaction */
	TRIM_SLACK =
		16, /* trims when a 16th more than is to be kept is there, or of the bytes, free */
};

/* Inside a transaction. Drops what is too old or too much; never the last segment. Changes b,
 * which the caller then writes. 0, or as store.h says. */
int trim(struct store *s, struct packer *packer, const struct keep *keep, struct bounds *b,
	struct err *err);

#endif
