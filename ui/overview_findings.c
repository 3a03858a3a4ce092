/* SPDX-License-Identifier: GPL-2.0-only */
/* A stall, then what the traps have found, worst first: in full where there is room, else a line
 * for each. */
#include "ui/overview_head.h"

#include <inttypes.h>

#include "ui/notes.h"
#include "ui/sheet.h"

enum { MARK_AT = 1, ID_AT = 3, TEXT_AT = 20 };

static void put_mark(struct grid *g, int row, const struct note *n)
{
	struct pen pen = grid_pen(g, row, MARK_AT, 2);

	pen_text(&pen, note_style(n->severity), note_mark(n->severity));
	pen = grid_pen(g, row, ID_AT, TEXT_AT - ID_AT - 1);
	pen_fit(&pen, STYLE_TITLE, n->id);
}

static void put_line(struct grid *g, int row, const struct note *n)
{
	struct pen pen = grid_pen(g, row, TEXT_AT, g->columns - TEXT_AT - 1);

	put_mark(g, row, n);
	pen_fit(&pen, STYLE_TEXT, n->text);
}

/* In full; may be for counting alone, into a grid without rows. */
static void put_full(struct sheet *sheet, const struct note *n)
{
	int row = sheet->line;

	sheet_text(sheet, TEXT_AT, STYLE_TEXT, *n->text ? n->text : " ");
	if (*n->advice)
		sheet_text(sheet, TEXT_AT + 2, STYLE_DIM, n->advice);
	put_mark(sheet->g, row, n);
}

static int put_all(const struct pool *p, struct grid *g)
{
	struct sheet sheet = {.g = g};

	for (uint32_t i = 0; i < notes_count(p); i++) {
		struct note n = note_at(p, i);

		put_full(&sheet, &n);
	}
	return sheet.line;
}

int overview_findings(const struct model *m, const struct pool *p, struct grid *g)
{
	struct grid none = grid_window(g, 0, 0, 0, g->columns);
	uint32_t count = notes_count(p);
	int row = 0;

	(void)m;
	if (put_all(p, &none) <= g->rows / 2)
		return put_all(p, g);
	for (uint32_t i = 0; i < count && row < g->rows; i++, row++) {
		struct note n = note_at(p, i);
		struct pen pen = grid_pen(g, row, ID_AT, g->columns - ID_AT - 1);

		if (row + 1 == g->rows && i + 1 < count)
			pen_printf(&pen, STYLE_DIM, "and %" PRIu32 " more", count - i);
		else
			put_line(g, row, &n);
	}
	return row;
}
