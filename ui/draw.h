/* SPDX-License-Identifier: GPL-2.0-only */
/* Small pictures in a row: bars, sparklines, strips; with the glyphs that the grid has. */
#ifndef POOLTOP_DRAW_H
#define POOLTOP_DRAW_H

#include "base/series.h"
#include "ui/grid.h"

/* A bar of `width` columns of which `share` (0 to 1; more is cut) is filled, to an eighth of a
 * column. What is more than 0 is always seen. The rest stays blank. */
void draw_gauge(struct pen *p, enum style style, int width, double share);

/* A share of a bar, with its own glyph. */
struct bar_part {
	double share;
	const char *glyph;
	enum style style;
};

enum { BAR_PARTS = 8 };

/* n parts (at most BAR_PARTS) beside one another; the last takes what is left. */
void draw_bar(struct pen *p, int width, const struct bar_part *parts, unsigned int n);

/* One core's time: shares of workers, parent, other; the rest is idle. */
void draw_core(struct pen *p, int width, const double share[CORE_PARTS]);

/* What the parts of a core's bar mean, at the pen's right end if there is room; without a pool's
 * parts only busy and idle. */
void draw_core_legend(struct pen *p, bool pool);

/* The newest `width` closed values, the newest at the right end; 0 has a glyph of its own. Blank
 * where there are none yet. */
void draw_spark(struct pen *p, enum style style, int width, const struct series *s);

/*
 * The last minute (60 ticks) in at most `width` columns, each the mean of as many values: it moves
 * on when a column is full, not at each tick. It begins at the left, and blank is what is to come.
 */
void draw_minute(struct pen *p, enum style style, int width, const struct series *s);

/* The newest `width` ticks of a worker's states, the newest at the right end. */
void draw_strip(struct pen *p, int width, const struct worker *w);

/* Its last minute at the right end of `width` columns: each has the state of most of its ticks.
 * ticks: how many there were, modulo a multiple of 60; all strips of a screen move by it. */
void draw_minute_strip(struct pen *p, int width, const struct worker *w, uint32_t ticks);

#endif
