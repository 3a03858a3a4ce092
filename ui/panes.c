/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/panes.h"

enum { LEAST = 3 }; /* lines of a table: its head, and two rows */

struct pane {
	const struct table *t;
	int top, lines; /* in the body; the head is one of them */
	int wanted;
};

struct panes {
	struct pane pane[PANES];
	unsigned int count;
	unsigned int focus;
};

/* What is wanted beyond the least, in turn: first by the one that has the keys. */
static int give(struct pane *pane, int left)
{
	int more = pane->wanted - pane->lines;

	if (more > left)
		more = left;
	if (more < 0)
		more = 0;
	pane->lines += more;
	return left - more;
}

static void share(struct panes *p, int lines)
{
	int least = p->count ? lines / (int)p->count : 0;
	int left = lines;

	for (unsigned int i = 0; i < p->count; i++) {
		struct pane *pane = &p->pane[i];

		pane->lines = pane->wanted < LEAST ? pane->wanted : LEAST;
		if (pane->lines > least)
			pane->lines = least;
		left -= pane->lines;
	}
	if (p->count)
		left = give(&p->pane[p->focus], left);
	for (unsigned int i = 0; i < p->count; i++)
		left = give(&p->pane[i], left);
}

/* Draws the view's head into g, and says where its tables go below. */
static void layout(
	const struct model *m, const struct ui_state *s, struct grid *g, struct panes *ret_panes)
{
	const struct view *v = ui_here(s)->view;
	int top = v->head ? v->head(m, s, g) : 0;
	struct panes p = {.focus = ui_here(s)->table};
	int wanted = 0, gap;

	while (p.count < PANES && v->tables[p.count]) {
		const struct table *t = v->tables[p.count];
		uint32_t rows = table_rows_count(t, m, s);

		if (t->rows && rows > t->rows && p.count != p.focus)
			rows = t->rows;
		if (rows > GRID_SIDE)
			rows = GRID_SIDE;
		p.pane[p.count].t = t;
		p.pane[p.count].wanted = 1 + (rows ? (int)rows : 1);
		wanted += p.pane[p.count++].wanted;
	}
	gap = top + wanted + (int)p.count - 1 <= g->rows ? 1 : 0;
	share(&p, g->rows - top - gap * ((int)p.count - 1));
	for (unsigned int i = 0; i < p.count; i++) {
		p.pane[i].top = top;
		top += p.pane[i].lines + gap;
	}
	*ret_panes = p;
}

static struct grid window(const struct grid *body, const struct pane *pane)
{
	return grid_window(body, pane->top, pane->lines, 0, body->columns);
}

/* One that is not among the view's panes: all of it, or, if it may be cut, its head and at least
 * two rows. Returns the lines it took. */
static int draw_more(const struct table *t, const struct model *m, const struct ui_state *s,
	struct grid *room, bool may_be_cut)
{
	int rows = (int)table_rows_count(t, m, s);
	struct grid w = grid_window(room, 1, 1 + rows, 0, room->columns);

	if (!rows || w.rows < (may_be_cut && rows >= LEAST ? LEAST : 1 + rows))
		return 0;
	table_draw(t, m, s, false, &w);
	return 1 + w.rows;
}

/* Tables for which there happens to be room below; the first is cut if there is for none. */
static void draw_spare(const struct model *m, const struct ui_state *s, struct grid *g, int top)
{
	const struct table *const *spare = ui_here(s)->view->spare;
	struct grid room = grid_window(g, top, g->rows - top, 0, g->columns);
	bool is_empty = true;

	for (int i = 0; spare && spare[i]; i++) {
		int lines = draw_more(spare[i], m, s, &room, false);

		room = grid_window(&room, lines, room.rows - lines, 0, room.columns);
		is_empty = is_empty && !lines;
	}
	if (spare && spare[0] && is_empty)
		draw_more(spare[0], m, s, &room, true);
}

void panes_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	struct panes p;

	layout(m, s, g, &p);
	for (unsigned int i = 0; i < p.count; i++) {
		struct grid w = window(g, &p.pane[i]);

		table_draw(p.pane[i].t, m, s, i == p.focus && s->mode != UI_FINAL, &w);
	}
	draw_spare(m, s, g, p.count ? p.pane[p.count - 1].top + p.pane[p.count - 1].lines : 0);
}

static void open_selected(const struct model *m, struct ui_state *s, const struct table *t)
{
	struct table_rows r;

	if (!t->open)
		return;
	table_rows(t, m, s, 1, &r);
	if (r.count)
		t->open(m, s, &r.rows[r.selected]);
	table_rows_release(&r);
}

static void click(
	const struct model *m, struct ui_state *s, const struct panes *p, const struct grid *body)
{
	for (unsigned int i = 0; i < p->count; i++) {
		const struct pane *pane = &p->pane[i];
		struct grid w = window(body, pane);

		if (s->mouse_row < pane->top || s->mouse_row >= pane->top + pane->lines)
			continue;
		s->mouse_row -= pane->top;
		s->place[s->depth].table = i;
		if (table_click(pane->t, m, s, &w))
			open_selected(m, s, pane->t);
		return;
	}
}

/* How far each request moves the selection: in rows, and in pages. */
static const struct {
	enum request request;
	int64_t rows;
	int pages;
} moves[] = {
	{REQUEST_UP, -1, 0},
	{REQUEST_DOWN, 1, 0},
	{REQUEST_PAGE_UP, 0, -1},
	{REQUEST_PAGE_DOWN, 0, 1},
	{REQUEST_HOME, -(int64_t)TABLE_ROWS, 0},
	{REQUEST_END, TABLE_ROWS, 0},
};

static bool move(const struct model *m, struct ui_state *s, enum request r, const struct pane *pane)
{
	int height = pane->lines - 1;

	for (unsigned int i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (moves[i].request != r)
			continue;
		table_move(pane->t, m, s, height, moves[i].rows + (int64_t)moves[i].pages * height);
		return true;
	}
	return false;
}

bool panes_act(const struct model *m, struct ui_state *s, enum request r, struct grid *body)
{
	const struct pane *pane;
	struct panes p;

	layout(m, s, body, &p);
	pane = &p.pane[p.focus];
	switch (r) {
	case REQUEST_OPEN:
		open_selected(m, s, pane->t);
		return true;
	case REQUEST_NEXT_TABLE:
		s->place[s->depth].table = (p.focus + 1) % p.count;
		return true;
	case REQUEST_SORT:
		table_sort(pane->t, s);
		return true;
	case REQUEST_COLUMN_LEFT:
	case REQUEST_COLUMN_RIGHT:
		table_cursor(pane->t, s, body->columns, r == REQUEST_COLUMN_LEFT ? -1 : 1);
		return true;
	case REQUEST_CLICK:
		click(m, s, &p, body);
		return true;
	default:
		return move(m, s, r, pane);
	}
}
