/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The picture of a screen: cells, and nothing of a terminal. term.c paints one, dump.c prints one.
 * Nothing that is put outside of it does harm: it is cut.
 */
#ifndef POOLTOP_GRID_H
#define POOLTOP_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/glyph.h"
#include "ui/style.h"

enum {
	CELL_BYTES = 13, /* a character, two marks on it, and a 0 */
	GRID_SIDE = 1000, /* columns or rows at most */
};

struct cell {
	char text[CELL_BYTES]; /* "": a blank */
	uint8_t width; /* 1, 2, or 0: the right half of the wide one before */
	uint8_t style; /* enum style */
	uint8_t pad;
};

/* Owns its cells, unless it is a window. */
struct grid {
	struct cell *cells;
	int columns, rows;
	int stride; /* cells from one row to the next */
	const struct glyphs *glyphs;
};

/* Blank. Sides are forced into 0 to GRID_SIDE. 0 or -ENOMEM. */
int grid_init(struct grid *g, int columns, int rows, const struct glyphs *glyphs);
void grid_release(struct grid *g);
void grid_clear(struct grid *g);

/* A part of g, cut to what is there; borrowed from g, not to be released. */
struct grid grid_window(const struct grid *g, int row, int rows, int col, int columns);

/* NULL outside. */
const struct cell *grid_cell(const struct grid *g, int row, int col);

/* The whole row gets that style, whatever stands in it. */
void grid_paint_row(struct grid *g, int row, enum style style);

/* Writes from left to right in one row, between two columns. */
struct pen {
	struct grid *g;
	int row;
	int col; /* where the next character goes */
	int end; /* it goes before this column */
};

/* From `col` on, at most `width` columns. */
struct pen grid_pen(struct grid *g, int row, int col, int width);
/* The whole row. */
struct pen grid_row(struct grid *g, int row);

static inline int pen_room(const struct pen *p)
{
	return p->end > p->col ? p->end - p->col : 0;
}

/* Cut where there is no room. In ASCII, what is none is a '?' ("µ" is a 'u'). */
void pen_text(struct pen *p, enum style style, const char *text);
void pen_printf(struct pen *p, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends with an ellipsis where there is no room. */
void pen_fit(struct pen *p, enum style style, const char *text);
/* The same, but what is cut is the beginning: the end of "package.module.function" says more. */
void pen_fit_end(struct pen *p, enum style style, const char *text);
/* Ends at the pen's end; from its start on, with an ellipsis, where there is no room. */
void pen_right(struct pen *p, enum style style, const char *text);
void pen_skip(struct pen *p, int columns);
void pen_repeat(struct pen *p, enum style style, const char *glyph, int times);

#endif
