/* SPDX-License-Identifier: GPL-2.0-only */
/* Characters that take no column of their own. Inside of width.c. */
#ifndef POOLTOP_WIDTH_MARKS_H
#define POOLTOP_WIDTH_MARKS_H

#include <stddef.h>
#include <stdint.h>

struct range {
	uint32_t first;
	uint32_t last;
};

/* Ascending. */
extern const struct range width_marks[];
extern const size_t width_marks_count;

#endif
