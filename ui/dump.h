/* SPDX-License-Identifier: GPL-2.0-only */
/* A grid as plain text: what `--once` prints, `w` writes and the golden screens hold. */
#ifndef POOLTOP_DUMP_H
#define POOLTOP_DUMP_H

#include "base/buf.h"
#include "ui/grid.h"

/* Adds every row with a newline behind it, without blanks at its end. 0 or -ENOMEM. */
int dump_grid(const struct grid *g, struct buf *to);

#endif
