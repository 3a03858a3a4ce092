/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/screen.h"

#include <stdio.h>

#include "ui/sheet.h"
#include "ui/timeline.h"
#include "ui/view.h"

static void draw_too_small(const struct ui_state *s, struct grid *g)
{
	struct pen p = grid_row(g, 0);
	char words[80];

	snprintf(words, sizeof(words), "pooltop needs %dx%d, this is %dx%d", SCREEN_COLUMNS,
		SCREEN_ROWS, s->columns, s->rows);
	pen_fit(&p, STYLE_ALERT, words);
}

struct grid screen_frame(const struct model *m, const struct ui_state *s, struct grid *g)
{
	int top = header_draw(m, s, g);
	/* An eighth of the screen is for keys: three lines of 24, one of 15. The strip has a line
	 * of its own, or the ways through time would be the first keys to go. */
	int strip = timeline_is_shown(s);
	int keys = hints_lines(m, s, g->columns, g->rows / 8);
	struct grid part = grid_window(g, g->rows - 1, 1, 0, g->columns);

	status_draw(m, s, &part);
	part = grid_window(g, g->rows - 1 - keys, keys, 0, g->columns);
	hints_draw(m, s, &part);
	keys += strip;
	part = grid_window(g, g->rows - 1 - keys, strip, 0, g->columns);
	if (strip)
		timeline_draw(m, s, &part);
	part = grid_window(g, top, g->rows - 1 - keys - top, 0, g->columns);
	top += notices_draw(m, s, &part);
	return grid_window(g, top, g->rows - 1 - keys - top, 0, g->columns);
}

static void draw_no_pool(const struct model *m, struct grid *g)
{
	struct sheet sheet = {.g = g};

	sheet_blank(&sheet);
	sheet_title(&sheet, m->session.h.kind ? "No pool yet" : "Waiting for the first data");
	sheet_blank(&sheet);
	sheet_text(&sheet, 3, STYLE_TEXT,
		"This screen fills itself as soon as a program makes a multiprocessing.Pool.\n"
		"To see a pool from its first instruction on:");
	sheet_blank(&sheet);
	sheet_text(&sheet, 6, STYLE_KEY, "pooltop run -- python3 program.py");
}

void screen_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct view *v = ui_here(s)->view;
	struct grid body;

	if (g->columns < SCREEN_COLUMNS || g->rows < SCREEN_ROWS) {
		draw_too_small(s, g);
		return;
	}
	body = screen_frame(m, s, g);
	if (v->needs_pool && !ui_pool(m, s))
		draw_no_pool(m, &body);
	else
		v->draw(m, s, &body);
}
