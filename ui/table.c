/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/table.h"

#include <stdio.h>
#include <string.h>

#include "ui/state.h"

enum { MARK = 1, GAP = 2, MARGIN = 1 };

static int width_of_all(const struct table *t, const bool *gone)
{
	int width = MARK - GAP + MARGIN;

	for (unsigned int i = 0; i < t->columns_count; i++)
		if (!gone[i])
			width += t->columns[i].min + GAP;
	return width;
}

/* What they ask for together: beside a spare one those that are always there have their ideal. */
static int width_asked(const struct table *t, const bool *gone)
{
	int width = width_of_all(t, gone);
	bool has_spare = false;

	for (unsigned int i = 0; i < t->columns_count; i++)
		has_spare |= !gone[i] && t->columns[i].spare;
	for (unsigned int i = 0; i < t->columns_count && has_spare; i++)
		if (!t->columns[i].drop && t->columns[i].ideal > t->columns[i].min)
			width += t->columns[i].ideal - t->columns[i].min;
	return width;
}

/* Marks columns as gone until the rest fits. */
static void drop_columns(const struct table *t, int width, bool *gone)
{
	while (width_asked(t, gone) > width) {
		int worst = -1;

		for (unsigned int i = 0; i < t->columns_count; i++)
			if (!gone[i] && t->columns[i].drop &&
				(worst < 0 || t->columns[i].drop > t->columns[worst].drop))
				worst = (int)i;
		if (worst < 0)
			return;
		gone[worst] = true;
	}
}

/* Columns grow to their ideal from the most important on; what is left goes to those that
 * stretch. Returns what could not be given to anybody. */
static void grow_columns(const struct table *t, struct table_layout *l, int left)
{
	int shares = 0, all = 0;

	for (int drop = 0; drop <= UINT8_MAX && left > 0; drop++)
		for (unsigned int i = 0; i < l->count; i++) {
			const struct column *c = &t->columns[l->column[i]];
			int more = c->drop == drop && c->ideal > c->min ? c->ideal - c->min : 0;

			more = more < left ? more : left;
			l->width[i] += more;
			left -= more;
		}
	for (unsigned int i = 0; i < l->count; i++)
		shares += t->columns[l->column[i]].stretch;
	all = left > 0 ? left : 0;
	for (unsigned int i = 0; i < l->count && shares; i++) {
		int more = all * t->columns[l->column[i]].stretch / shares;

		more = more < left ? more : left;
		/* Less than nothing is left where even the least does not fit. */
		more = l->width[i] + more > 0 ? more : -l->width[i];
		l->width[i] += more;
		left -= more;
	}
}

void table_layout(const struct table *t, int width, struct table_layout *ret_layout)
{
	struct table_layout l = {0};
	bool gone[TABLE_COLUMNS] = {0};
	int at = MARK;

	drop_columns(t, width, gone);
	for (unsigned int i = 0; i < t->columns_count; i++) {
		if (gone[i])
			continue;
		l.column[l.count] = i;
		l.width[l.count++] = t->columns[i].min;
	}
	grow_columns(t, &l, width - width_of_all(t, gone));
	for (unsigned int i = 0; i < l.count; i++) {
		l.start[i] = at;
		at += l.width[i] + GAP;
	}
	*ret_layout = l;
}

static unsigned int sorted_by(const struct table *t, const struct table_state *state)
{
	return state->is_sorted ? state->sort : t->sort;
}

static unsigned int cursor_at(const struct table *t, const struct table_state *state)
{
	return state->has_cursor ? state->cursor : sorted_by(t, state);
}

static void draw_head(const struct table *t, const struct table_state *state,
	const struct table_layout *l, bool focus, struct grid *g)
{
	grid_paint_row(g, 0, STYLE_HEAD);
	for (unsigned int i = 0; i < l->count; i++) {
		const struct column *c = &t->columns[l->column[i]];
		struct pen p = grid_pen(g, 0, l->start[i], l->width[i]);
		bool at = focus && state->has_cursor && cursor_at(t, state) == l->column[i];
		const char *arrow = "";
		char title[64];

		if (sorted_by(t, state) == l->column[i] && c->value)
			arrow = c->falling != state->reversed ? g->glyphs->descending
							      : g->glyphs->ascending;
		/* Where a title and its arrow do not fit, the arrow is what says something. */
		snprintf(title, sizeof(title), "%.*s%s",
			l->width[i] - (*arrow ? 1 : 0) < 0 ? 0 : l->width[i] - (*arrow ? 1 : 0),
			c->title, arrow);
		if (c->right)
			pen_right(&p, at ? STYLE_HEAD_AT : STYLE_HEAD, title);
		else
			pen_fit(&p, at ? STYLE_HEAD_AT : STYLE_HEAD, title);
	}
}

static void draw_cell(const struct column *c, const struct subject *x, struct pen *p)
{
	char text[CELL_TEXT];
	enum style style;

	if (c->draw) {
		c->draw(x, p);
		return;
	}
	style = column_text(c, x, text);
	if (c->right)
		pen_right(p, style, text);
	else
		pen_fit(p, style, text);
}

void table_draw(const struct table *t, const struct model *m, const struct ui_state *s, bool focus,
	struct grid *g)
{
	struct table_layout l;
	struct table_rows r;

	table_layout(t, g->columns, &l);
	table_rows(t, m, s, g->rows - 1, &r);
	draw_head(t, ui_table(s, t), &l, focus, g);
	if (!r.count) {
		struct pen p = grid_pen(g, 1, 1, g->columns - 1);

		pen_fit(&p, STYLE_DIM,
			r.all ? "nothing passes the filter: Esc clears it" : t->empty(m, s));
	}
	for (int row = 1; row < g->rows && r.top + (uint32_t)row - 1 < r.count; row++) {
		uint32_t at = r.top + (uint32_t)row - 1;
		struct pen mark = grid_row(g, row);

		for (unsigned int i = 0; i < l.count; i++) {
			struct pen p = grid_pen(g, row, l.start[i], l.width[i]);

			draw_cell(&t->columns[l.column[i]], &r.rows[at], &p);
		}
		if (!focus || at != r.selected)
			continue;
		pen_text(&mark, STYLE_SELECTED, g->glyphs->mark);
		grid_paint_row(g, row, STYLE_SELECTED);
	}
	table_rows_release(&r);
}

static void select_row(
	const struct table *t, struct ui_state *s, const struct table_rows *r, uint32_t row)
{
	struct table_state *state = ui_table_edit(s, t);

	if (!r->count)
		return;
	state->has_id = true;
	state->id = r->rows[row].id;
	state->row = row;
	state->top = r->top;
}

void table_move(
	const struct table *t, const struct model *m, struct ui_state *s, int height, int64_t by)
{
	struct table_rows r;
	int64_t row;

	table_rows(t, m, s, height, &r);
	row = (int64_t)r.selected + by;
	if (row >= (int64_t)r.count)
		row = (int64_t)r.count - 1;
	select_row(t, s, &r, row > 0 ? (uint32_t)row : 0);
	table_rows_release(&r);
}

void table_sort(const struct table *t, struct ui_state *s)
{
	struct table_state *state = ui_table_edit(s, t);
	unsigned int column = cursor_at(t, state);

	state->reversed = column == sorted_by(t, state) ? !state->reversed : false;
	state->sort = column;
	state->is_sorted = true;
}

void table_cursor(const struct table *t, struct ui_state *s, int width, int by)
{
	struct table_state *state = ui_table_edit(s, t);
	struct table_layout l;
	int at = 0, to;

	table_layout(t, width, &l);
	for (unsigned int i = 0; i < l.count; i++)
		if (l.column[i] == cursor_at(t, state))
			at = (int)i;
	to = at + by;
	while (to >= 0 && to < (int)l.count && !t->columns[l.column[to]].value)
		to += by;
	if (to < 0 || to >= (int)l.count)
		return;
	state->cursor = l.column[to];
	state->has_cursor = true;
}

/* A click on the head sorts by that column. */
static void click_head(const struct table *t, struct ui_state *s, const struct grid *g)
{
	struct table_state *state = ui_table_edit(s, t);
	struct table_layout l;

	table_layout(t, g->columns, &l);
	for (unsigned int i = 0; i < l.count; i++) {
		if (s->mouse_col < l.start[i] - 1 || s->mouse_col > l.start[i] + l.width[i] ||
			!t->columns[l.column[i]].value)
			continue;
		state->cursor = l.column[i];
		state->has_cursor = true;
		table_sort(t, s);
		return;
	}
}

bool table_click(
	const struct table *t, const struct model *m, struct ui_state *s, const struct grid *g)
{
	bool again = false;
	struct table_rows r;
	uint32_t row;

	if (s->mouse_row <= 0) {
		click_head(t, s, g);
		return false;
	}
	table_rows(t, m, s, g->rows - 1, &r);
	row = r.top + (uint32_t)s->mouse_row - 1;
	if (row < r.count) {
		again = r.selected == row && ui_table(s, t)->has_id;
		select_row(t, s, &r, row);
	}
	table_rows_release(&r);
	return again;
}
