/* SPDX-License-Identifier: GPL-2.0-only */
/* What was read of a living process becomes frames. Between sample.c and sample_put.c alone. */
#ifndef POOLTOP_SAMPLE_PUT_H
#define POOLTOP_SAMPLE_PUT_H

#include "live/state.h"
#include "python/reader.h"

enum { SAMPLE_THREADS = 8, SAMPLE_PLACES = 256 };

/* Of one process. */
struct sampled {
	struct reader reader; /* if has_layout; owned */
	bool has_layout;
	uint32_t tries; /* that failed, to find it */
	uint64_t cpu_ns; /* the process had been on a core so long when it was read; 0: not known */
	struct told {
		uint32_t tid;
		uint64_t hash; /* of its stack that was told last; 0: none */
	} told[SAMPLE_THREADS];
	uint32_t count;
};

/* Frames of the newest reading. True if all of its stacks were whole. */
bool sample_put(struct live *l, struct known *k);
/* Nothing of it has run since. */
void sample_put_same(struct live *l, const struct known *k);

#endif
