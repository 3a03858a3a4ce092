/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/page.h"

#include <errno.h>
#include <string.h>

#include "ui/dump.h"
#include "ui/sheet.h"
#include "ui/view.h"

enum { PAGE_COLUMNS = 100 };

bool page_is_there(const struct model *m, const struct ui_state *s)
{
	const struct view *v = ui_here(s)->view;

	if (v->needs_pool && !ui_pool(m, s))
		return false;
	return v->sheet || (v->tables && v->tables[ui_here(s)->table]->open);
}

static void open_selected(const struct model *m, struct ui_state *s)
{
	const struct table *t = ui_here(s)->view->tables[ui_here(s)->table];
	struct table_rows rows;

	table_rows(t, m, s, 1, &rows);
	if (rows.count)
		t->open(m, s, &rows.rows[rows.selected]);
	table_rows_release(&rows);
}

int page_text(const struct model *m, const struct ui_state *s, const struct glyphs *glyphs,
	struct page_text *ret)
{
	struct ui_state at = *s;
	struct grid g = {.columns = PAGE_COLUMNS, .glyphs = glyphs};
	struct sheet sheet = {.g = &g};
	int err, lines;

	if (!page_is_there(m, s))
		return -ENOENT;
	if (!ui_here(&at)->view->sheet)
		open_selected(m, &at);
	if (!ui_here(&at)->view->sheet)
		return -ENOENT;
	lines = sheet_lines(m, &at, &g);
	err = grid_init(&g, PAGE_COLUMNS, lines, glyphs);
	if (err)
		return err;
	ui_here(&at)->view->sheet(m, &at, &sheet);
	*ret = (struct page_text){.view = ui_here(&at)->view->name};
	err = dump_grid(&g, &ret->text);
	grid_release(&g);
	if (err)
		buf_release(&ret->text);
	return err;
}
