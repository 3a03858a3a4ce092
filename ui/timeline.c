/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/timeline.h"

#include <string.h>

#include "ui/show.h"

enum { LEAST_ROWS = 20, TIME_WIDTH = 8, MOST_COLUMNS = GRID_SIDE };

/* What an event is drawn as; where several share a column, the one that weighs most is seen. */
static const struct {
	const char *letter;
	enum style style;
	int weight;
} marks[] = {
	[EVENT_POOL] = {"+", STYLE_GOOD, 1},
	[EVENT_POOL_GONE] = {"-", STYLE_DIM, 2},
	[EVENT_FAILURE] = {"F", STYLE_WARN, 3},
	[EVENT_STALL] = {"S", STYLE_ALERT, 4},
	[EVENT_DEATH] = {"D", STYLE_ALERT, 5},
};

struct span {
	uint64_t from_ns, to_ns;
	int columns;
};

bool timeline_is_shown(const struct ui_state *s)
{
	bool plays = s->mode == UI_REPLAY && !s->ended;
	bool elsewhere = plays || s->is_past || s->paused;

	return s->mode != UI_FINAL && elsewhere && s->rows >= LEAST_ROWS;
}

static int column_of(const struct span *x, uint64_t t_ns)
{
	uint64_t length = x->to_ns - x->from_ns;
	double column;

	if (t_ns <= x->from_ns || !length)
		return 0;
	column = (double)(t_ns - x->from_ns) / (double)length * x->columns;
	return column < x->columns ? (int)column : x->columns - 1;
}

static void draw_time(
	const struct model *m, uint64_t t_ns, bool known, enum style style, struct pen *p)
{
	char wall[FMT_MAX];

	pen_text(p, style, known ? fmt_wall(wall, model_wall_ns(m, t_ns), 0) : "        ");
}

static void draw_cells(
	const struct span *x, const struct model *whole, uint64_t now_ns, struct pen *p)
{
	enum event_kind kind[MOST_COLUMNS] = {0};
	int here = column_of(x, now_ns);

	for (uint32_t i = 0; i < whole->events_count; i++) {
		const struct event *e = model_event(whole, i);
		enum event_kind *at = &kind[column_of(x, e->t_ns)];

		if (marks[e->kind].weight > marks[*at].weight)
			*at = e->kind;
	}
	for (int i = 0; i < x->columns; i++) {
		const char *line = i > here ? " " : p->g->glyphs->rule;

		if (i == here)
			pen_text(p, STYLE_SELECTED, kind[i] ? marks[kind[i]].letter : "|");
		else if (kind[i])
			pen_text(p, marks[kind[i]].style, marks[kind[i]].letter);
		else
			pen_text(p, STYLE_DIM, line);
	}
}

void timeline_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct model *whole = s->whole ? s->whole : m;
	struct pen p = grid_pen(g, 0, 1, g->columns - 2);
	struct span x = {.from_ns = whole->session.h.t_ns, .to_ns = whole->now_ns};
	bool known = whole->session.h.kind && whole->now_ns;

	if (s->until_ns > x.to_ns)
		x.to_ns = s->until_ns;
	pen_text(&p, STYLE_DIM, "session ");
	x.columns = pen_room(&p) - 2 * (TIME_WIDTH + 1);
	if (x.columns < 1 || x.columns > MOST_COLUMNS || x.to_ns < x.from_ns)
		return;
	draw_time(whole, x.from_ns, known, STYLE_DIM, &p);
	pen_skip(&p, 1);
	draw_cells(&x, whole, m->now_ns, &p);
	pen_skip(&p, 1);
	draw_time(whole, x.to_ns, known, STYLE_DIM, &p);
}
