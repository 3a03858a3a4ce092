/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/grid.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/width.h"

static const struct cell blank = {.width = 1, .style = STYLE_TEXT};

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

int grid_init(struct grid *g, int columns, int rows, const struct glyphs *glyphs)
{
	struct grid new = {
		.columns = clamp(columns, 0, GRID_SIDE),
		.rows = clamp(rows, 0, GRID_SIDE),
		.glyphs = glyphs,
	};

	new.stride = new.columns;
	new.cells = calloc((size_t) new.columns *(size_t) new.rows + 1, sizeof(*new.cells));
	if (!new.cells)
		return -ENOMEM;
	*g = new;
	grid_clear(g);
	return 0;
}

void grid_release(struct grid *g)
{
	free(g->cells);
	*g = (struct grid){.glyphs = g->glyphs};
}

static struct cell *cell_at(const struct grid *g, int row, int col)
{
	return &g->cells[(size_t)row * (size_t)g->stride + (size_t)col];
}

void grid_clear(struct grid *g)
{
	for (int row = 0; row < g->rows; row++)
		for (int col = 0; col < g->columns; col++)
			*cell_at(g, row, col) = blank;
}

struct grid grid_window(const struct grid *g, int row, int rows, int col, int columns)
{
	struct grid w = *g;

	row = clamp(row, 0, g->rows);
	col = clamp(col, 0, g->columns);
	w.rows = clamp(rows, 0, g->rows - row);
	w.columns = clamp(columns, 0, g->columns - col);
	if (w.rows && w.columns)
		w.cells = cell_at(g, row, col);
	return w;
}

const struct cell *grid_cell(const struct grid *g, int row, int col)
{
	if (row < 0 || row >= g->rows || col < 0 || col >= g->columns)
		return NULL;
	return cell_at(g, row, col);
}

void grid_paint_row(struct grid *g, int row, enum style style)
{
	if (row < 0 || row >= g->rows)
		return;
	for (int col = 0; col < g->columns; col++)
		cell_at(g, row, col)->style = (uint8_t)style;
}

struct pen grid_pen(struct grid *g, int row, int col, int width)
{
	struct pen p = {.g = g, .row = row, .col = col > 0 ? col : 0};

	if (row < 0 || row >= g->rows || col < 0)
		return p; /* end 0: no room at all */
	p.end = width > g->columns - col ? g->columns : col + width;
	return p;
}

struct pen grid_row(struct grid *g, int row)
{
	return grid_pen(g, row, 0, g->columns);
}

/* Half of a wide character that is written over leaves a blank, not a torn one. */
static void unwiden(const struct pen *p, int col)
{
	struct cell *c = cell_at(p->g, p->row, col);

	if (!c->width && col > 0)
		*cell_at(p->g, p->row, col - 1) = blank;
	if (c->width == 2 && col + 1 < p->g->columns)
		*cell_at(p->g, p->row, col + 1) = blank;
}

static void put(struct pen *p, enum style style, const char *bytes, size_t len, int width)
{
	struct cell *c = cell_at(p->g, p->row, p->col);

	for (int i = 0; i < width; i++)
		unwiden(p, p->col + i);
	*c = (struct cell){.width = (uint8_t)width, .style = (uint8_t)style};
	if (len != 1 || *bytes != ' ')
		memcpy(c->text, bytes, len);
	if (width == 2)
		c[1] = (struct cell){.width = 0, .style = (uint8_t)style};
	p->col += width;
}

/* A mark goes onto what stands before the pen, if it has room for it. */
static void put_mark(struct pen *p, int start, const char *bytes, size_t len)
{
	struct cell *c;
	size_t used;

	if (p->col <= start)
		return;
	c = cell_at(p->g, p->row, p->col - 1);
	if (!c->width && p->col - 2 >= start)
		c--;
	used = strlen(c->text);
	if (used && used + len < CELL_BYTES)
		memcpy(c->text + used, bytes, len);
}

static void put_ascii(struct pen *p, enum style style, uint32_t c, int width)
{
	char one = c < 0x80 ? (char)c : c == 0xb5 ? 'u' : '?';

	for (int i = 0; i < width; i++)
		put(p, style, &one, 1, 1);
}

/* Puts what fits into `room` columns; returns false if something was left. */
static bool put_text(struct pen *p, enum style style, const char *s, int room)
{
	int start = p->col;
	int end = p->col + room;

	while (*s) {
		const char *from = s;
		uint32_t c;
		int width;
		size_t n = width_next(s, &c, &width);

		s += n;
		if (width > end - p->col)
			return false;
		if (width > 0 && (p->g->glyphs->ascii || c < 0x80))
			put_ascii(p, style, c, width);
		else if (width > 0)
			put(p, style, from, n, width);
		else if (!width && !p->g->glyphs->ascii)
			put_mark(p, start, from, n);
	}
	return true;
}

void pen_text(struct pen *p, enum style style, const char *text)
{
	if (!put_text(p, style, text, pen_room(p)))
		p->end = p->col; /* a wide one that did not fit: nothing goes behind it */
}

void pen_printf(struct pen *p, enum style style, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pen_text(p, style, text);
}

void pen_fit(struct pen *p, enum style style, const char *text)
{
	int room = pen_room(p);

	if (!room)
		return;
	if (width_of(text) <= room) {
		put_text(p, style, text, room);
		return;
	}
	put_text(p, style, text, room - 1);
	put_text(p, style, p->g->glyphs->ellipsis, 1);
}

void pen_fit_end(struct pen *p, enum style style, const char *text)
{
	int room = pen_room(p);
	int over = width_of(text) - room;

	if (!room)
		return;
	if (over > 0) {
		put_text(p, style, p->g->glyphs->ellipsis, 1);
		over++;
	}
	while (over > 0) {
		uint32_t c;
		int width;

		text += width_next(text, &c, &width);
		over -= width > 0 ? width : 0;
	}
	pen_text(p, style, text);
}

void pen_right(struct pen *p, enum style style, const char *text)
{
	int width = width_of(text);

	if (width < pen_room(p))
		p->col = p->end - width;
	pen_fit(p, style, text);
}

void pen_skip(struct pen *p, int columns)
{
	p->col += clamp(columns, 0, pen_room(p));
}

void pen_repeat(struct pen *p, enum style style, const char *glyph, int times)
{
	for (int i = 0; i < times && pen_room(p) > 0; i++)
		pen_text(p, style, glyph);
}
