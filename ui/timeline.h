/* SPDX-License-Identifier: GPL-2.0-only */
/* The strip along the bottom: the whole session in one line, with its events and what is shown. */
#ifndef POOLTOP_TIMELINE_H
#define POOLTOP_TIMELINE_H

#include "ui/grid.h"
#include "ui/state.h"

/* Where the time that is shown may be another one than now, and there is room. */
bool timeline_is_shown(const struct ui_state *s);

/* Into g's first row. */
void timeline_draw(const struct model *m, const struct ui_state *s, struct grid *g);

#endif
