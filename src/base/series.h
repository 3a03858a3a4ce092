/* SPDX-License-Identifier: GPL-2.0-only */
/* The last SERIES_LEN values of something that is summed from tick to tick. */
#ifndef POOLTOP_SERIES_H
#define POOLTOP_SERIES_H

#include <stdint.h>

enum { SERIES_LEN = 300 };

/* All zeros is empty. */
struct series {
	uint64_t open; /* being summed, not yet closed */
	uint64_t value[SERIES_LEN]; /* ring */
	uint32_t head; /* where the next goes */
	uint32_t count; /* at most SERIES_LEN */
};

void series_add(struct series *s, uint64_t n);

/* Ends the open value at a tick and starts the next. */
void series_close(struct series *s);

/* back = 0: the newest closed value, 1: the one before ...; 0 where there is none. */
uint64_t series_at(const struct series *s, uint32_t back);

/* Largest of the newest `n` closed values. */
uint64_t series_max(const struct series *s, uint32_t n);

#endif
