/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a picture that stand a little higher or lower in the next: lists that grow or scroll. */
#ifndef POOLTOP_SHIFT_H
#define POOLTOP_SHIFT_H

#include "ui/grid.h"
#include "ui/ink.h"

/* What stood `by` rows higher (negative: lower) goes to the rows first .. last. The rows that it
 * leaves, as many as it is shifted by, are blank then. */
struct shift {
	int first, last, by;
};

struct shifts {
	const struct inks *inks;
	const struct grid *from, *to;
	int origin
		[GRID_SIDE]; /* the row of `from` that the terminal shows there; -1: a blank one */
	uint64_t shown[GRID_SIDE], wanted[GRID_SIDE]; /* hashes; 0: of no interest */
	int cost[GRID_SIDE]; /* cells of the row that are to be painted */
};

/* Nothing is shifted yet. Both are of one size; borrowed. */
void shifts_init(
	struct shifts *s, const struct inks *inks, const struct grid *from, const struct grid *to);

/* The next that saves more than it takes, if there is one: origin is then as after it. */
bool shifts_next(struct shifts *s, struct shift *ret_shift);

/* A cell as the terminal shows it. */
const struct cell *shifts_cell(const struct shifts *s, int row, int col);

#endif
