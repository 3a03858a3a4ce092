/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What turns one picture into the next on a terminal, in few bytes: only what differs, and in the
 * order in which going there and changing the style costs least.
 */
#ifndef POOLTOP_PAINT_H
#define POOLTOP_PAINT_H

#include "base/buf.h"
#include "ui/grid.h"
#include "ui/ink.h"

/*
 * For terminals that understand ECMA-48's CUP, CHA, CUU, CUF, CUB, EL and SGR. Constant while it is
 * used.
 */
struct painter {
	struct inks inks;
	bool feeds; /* a line feed goes down and stays in its column */
	bool erases; /* it understands ECH */
	bool shifts; /* it understands IL and DL */
};

/*
 * `from` is what the terminal shows, in its own style and with its cursor anywhere; both are of one
 * size. Afterwards it shows `to`, and is in its own style. 0, or -ENOMEM: what it shows then is not
 * known.
 */
int paint(const struct painter *p, const struct grid *from, const struct grid *to, struct buf *out);

#endif
