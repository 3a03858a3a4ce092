/* SPDX-License-Identifier: GPL-2.0-only */
/* How workers started: each from its birth to its first wait for a task, phase by phase, on one
 * axis of time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/panes.h"
#include "ui/show.h"
#include "ui/start_bar.h"
#include "ui/worker_cells.h"

#define NOTHING_NS 50000 /* a phase that takes less is not named */

static const struct worker *worker_of(const struct subject *x)
{
	return x->item;
}

/* A worker that was there before watching began has started unseen. */
static bool is_known(const struct worker *w)
{
	return w->born_seen && w->known & 1u << STATE_START;
}

static bool is_starting(const struct worker *w)
{
	return !w->ended_ns && w->state == STATE_START;
}

static uint64_t took_ns(const struct model *m, const struct worker *w)
{
	return worker_state_ns(w, STATE_START, m->now_ns);
}

/* Since the pool's first birth; workers that replace others begin at 0, whenever that was. */
static uint64_t offset_ns(const struct pool *p, const struct worker *w)
{
	return w->generation <= 1 && w->born_ns > p->started_ns ? w->born_ns - p->started_ns : 0;
}

/* Length of the axis. */
static uint64_t axis_ns(const struct model *m, const struct pool *p)
{
	uint64_t axis = 0;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t end = is_known(w) ? offset_ns(p, w) + took_ns(m, w) : 0;

		axis = end > axis ? end : axis;
	}
	return axis;
}

static struct sort_value born_value(const struct subject *x)
{
	return sort_number(worker_of(x)->born_seen, (double)worker_of(x)->born_ns);
}

static enum style born_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct worker *w = worker_of(x);
	uint64_t after = w->born_ns > x->p->started_ns ? w->born_ns - x->p->started_ns : 0;
	char time[FMT_MAX];

	if (w->born_seen)
		snprintf(buf, CELL_TEXT, "+%s", fmt_duration(time, after));
	else
		snprintf(buf, CELL_TEXT, "-");
	return w->born_seen ? STYLE_TEXT : STYLE_DIM;
}

static struct sort_value took_value(const struct subject *x)
{
	return sort_number(is_known(worker_of(x)), (double)took_ns(x->m, worker_of(x)));
}

/* Columns before `ns` on an axis of that many. */
static int column_at(uint64_t ns, uint64_t axis, int width)
{
	double share = axis ? (double)ns / (double)axis : 0;

	/* Times of a hostile image may have run over. */
	return share < 1 ? (int)(share * width + 0.5) : width;
}

static void timeline_draw(const struct subject *x, struct pen *p)
{
	const struct worker *w = worker_of(x);
	uint64_t axis = axis_ns(x->m, x->p);
	int width = pen_room(p);
	struct start start;
	int from, to;

	if (width < 1)
		return;
	if (!is_known(w)) {
		pen_fit(p, STYLE_DIM, w->born_seen ? "not measured" : "was there before");
		return;
	}
	from = column_at(offset_ns(x->p, w), axis, width);
	to = column_at(offset_ns(x->p, w) + took_ns(x->m, w), axis, width);
	from = from < width ? from : width - 1;
	to = to > from ? to : from + 1;
	pen_skip(p, from);
	if (worker_start(x->m, x->p, w, &start))
		draw_start(p, &start, to - from - (is_starting(w) ? 1 : 0), took_ns(x->m, w));
	else
		pen_repeat(p, style_of_state(STATE_START), p->g->glyphs->eighths[8],
			to - from - (is_starting(w) ? 1 : 0));
	if (is_starting(w))
		pen_text(p, style_of_state(STATE_START), p->g->glyphs->ellipsis);
}

enum { COLUMN_TIMELINE = 6 };

static const struct column columns[] = {
	{.title = "PID",
		.min = 7,
		.right = true,
		.value = worker_pid_value,
		.text = worker_pid_text},
	{.title = "gen", .min = 4, .drop = 2, .right = true, .value = worker_generation_value},
	{.title = "born", .min = 8, .right = true, .value = born_value, .text = born_text},
	{.title = "start",
		.min = 8,
		.right = true,
		.falling = true,
		.value = took_value,
		.format = FORMAT_DURATION},
	{.title = "state",
		.min = 8,
		.ideal = 10,
		.drop = 1,
		.value = worker_state_value,
		.text = worker_state_text},
	{.title = "tasks",
		.min = 6,
		.ideal = 9,
		.drop = 3,
		.right = true,
		.falling = true,
		.value = worker_tasks_value},
	[COLUMN_TIMELINE] = {.title = "birth to first wait",
		.min = 16,
		.ideal = 24,
		.stretch = 1,
		.draw = timeline_draw},
};

/* All of them: what has started and is gone has started all the same. */
static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);
	const struct worker *w = &p->workers[index];

	*ret_subject = (struct subject){.m = m, .p = p, .item = w, .id = w->id};
	return true;
}

static const struct table table_startup = {
	.name = "start-up",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 2,
	.count = workers_count,
	.item = item,
	.open = workers_open,
	.empty = workers_empty,
};

const struct worker *startup_selected(const struct model *m, const struct ui_state *s)
{
	const struct table_state *t = ui_table(s, &table_startup);
	const struct pool *p = ui_pool(m, s);
	const struct worker *first = NULL;

	if (t && t->has_id)
		return pool_worker(p, (uint32_t)t->id);
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!first || p->workers[i].born_ns < first->born_ns)
			first = &p->workers[i];
	return first;
}

/* The first set of workers, or all that came in the place of others. */
struct set {
	bool is_first;
	uint32_t workers, starting;
	struct hist took;
	uint64_t first_ns, last_ns; /* earliest birth, latest end of a start */
};

static void read_set(const struct model *m, const struct pool *p, bool first, struct set *ret_set)
{
	struct set set = {.is_first = first};

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t took = took_ns(m, w);

		if ((w->generation <= 1) != first)
			continue;
		set.workers++;
		set.starting += is_starting(w);
		if (!is_known(w) || is_starting(w))
			continue;
		hist_add(&set.took, took);
		if (!set.first_ns || w->born_ns < set.first_ns)
			set.first_ns = w->born_ns;
		if (w->born_ns + took > set.last_ns)
			set.last_ns = w->born_ns + took;
	}
	*ret_set = set;
}

/* All of it, or nothing. */
static void put(struct pen *pen, const char *label, const char *words)
{
	if (pen_room(pen) < (int)(strlen(label) + strlen(words)) + 3)
		return;
	pen_printf(pen, STYLE_DIM, "  %s ", label);
	pen_text(pen, STYLE_NUMBER, words);
}

/* "first set 4 workers  p50 4.0 ms  max 8.0 ms  all in 8.0 ms  at a time 2.5" */
static void draw_set(struct grid *g, int row, const char *label, const struct set *set)
{
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	uint64_t span = set->last_ns - set->first_ns;
	char buf[FMT_MAX];

	pen_printf(&pen, STYLE_DIM, "%-10s", label);
	pen_printf(&pen, STYLE_TEXT, "%s worker%s", fmt_count(buf, set->workers),
		set->workers == 1 ? "" : "s");
	if (set->starting)
		put(&pen, "starting now", fmt_count(buf, set->starting));
	if (!set->took.count) {
		pen_text(&pen, STYLE_DIM, set->starting ? "" : "  their start was not seen");
		return;
	}
	put(&pen, "p50", fmt_duration(buf, hist_percentile(&set->took, 50)));
	put(&pen, "max", fmt_duration(buf, set->took.max_ns));
	if (!set->is_first || set->took.count < 2 || !span)
		return;
	put(&pen, "all in", fmt_duration(buf, span));
	snprintf(buf, sizeof(buf), "%.1f", (double)set->took.total_ns / (double)span);
	put(&pen, "at a time", buf);
}

static unsigned int phases_of(const struct start *s)
{
	unsigned int phases = 0;

	for (unsigned int i = 0; i < START_PHASES; i++)
		phases |= s->phase_ns[i] ? 1u << i : 0;
	return phases;
}

/* Bits of the phases that some start has, also one that goes on. */
static unsigned int seen_phases(const struct model *m, const struct pool *p)
{
	unsigned int phases;
	struct start_sum sum;
	struct start start;

	pool_starts(m, p, &sum);
	phases = phases_of(&sum.all);
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (is_starting(&p->workers[i]) && worker_start(m, p, &p->workers[i], &start))
			phases |= phases_of(&start);
	return phases;
}

/* Above the table's head: what the glyphs mean, and of the time line 0 at the left end, its length
 * at the right; in two lines where that has no room in one. Returns the row below. */
static int draw_axis(const struct model *m, const struct pool *p, struct grid *g, int row)
{
	unsigned int phases = seen_phases(m, p);
	struct pen legend = grid_pen(g, row, 1, g->columns - 2);
	uint64_t axis = axis_ns(m, p);
	struct table_layout l;
	char buf[FMT_MAX];

	table_layout(&table_startup, g->columns, &l);
	for (unsigned int i = 0; axis && i < l.count; i++) {
		struct pen left, right;

		if (l.column[i] != COLUMN_TIMELINE)
			continue;
		draw_start_legend(&legend, phases);
		row += start_legend_width(phases) > l.start[i] - 2;
		right = left = grid_pen(g, row, l.start[i], l.width[i]);
		pen_text(&left, STYLE_DIM, "0");
		if (pen_room(&left) > 12)
			pen_right(&right, STYLE_DIM, fmt_duration(buf, axis));
	}
	return row + 1;
}

/* A program that makes one pool after the other starts workers for each. */
static void put_again(const struct model *m, const struct pool *p, struct pen *pen)
{
	uint32_t pools = program_pools(m, p);
	char buf[FMT_MAX];

	if (pools > 1)
		put(pen, "pools this program has made", fmt_count(buf, pools));
}

/* The fork server's start, and what it has loaded, which its workers then need not. Returns the row
 * below. */
static int put_server(const struct model *m, const struct pool *p, struct grid *g, int row)
{
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	struct start server;
	char buf[FMT_MAX];

	if (!pool_server_start(p, &server))
		return row;
	pen_printf(&pen, STYLE_DIM, "%-10s", "fork server");
	put(&pen, "before all, it took", fmt_duration(buf, server.at_ns - server.from_ns));
	for (unsigned int i = 0; i < START_PHASES; i++)
		if (server.phase_ns[i] > NOTHING_NS)
			put(&pen, start_phase_name((enum start_phase)i),
				fmt_duration(buf, server.phase_ns[i]));
	if (!server.modules_count)
		return row + 1;
	pen = grid_pen(g, row + 1, 1, g->columns - 2);
	pen_printf(&pen, STYLE_DIM, "%-10s", "its dearest");
	for (uint32_t i = 0; i < server.modules_count && pen_room(&pen) > 0; i++)
		put(&pen, model_text(m, server.modules[i].name, "?"),
			fmt_duration(buf, server.modules[i].self_ns));
	return row + 2;
}

/* "each took   interpreter 23 ms  imports 430 ms  main 9.0 ms ..." Returns the row below. */
static int put_phases(const struct model *m, const struct pool *p, struct grid *g, int row)
{
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	struct start_sum sum;
	char buf[FMT_MAX];

	pool_starts(m, p, &sum);
	if (sum.workers) {
		pen_printf(&pen, STYLE_DIM, "%-10s", "on average");
		for (unsigned int i = 0; i < START_PHASES; i++)
			if (sum.all.phase_ns[i] / sum.workers > NOTHING_NS)
				put(&pen, start_phase_name((enum start_phase)i),
					fmt_duration(buf, sum.all.phase_ns[i] / sum.workers));
		row++;
	}
	return put_server(m, p, g, row);
}

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	const char *method = start_method_name(p->start_method);
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	struct set first, later;
	int row = 1;

	pen_text(&pen, STYLE_TITLE, "Start-up");
	pen_printf(&pen, STYLE_TEXT, "  by %s", method ? method : "a method that is not known");
	put_again(m, p, &pen);
	row = put_phases(m, p, g, row);
	read_set(m, p, true, &first);
	read_set(m, p, false, &later);
	if (first.workers)
		draw_set(g, row++, "first set", &first);
	if (later.workers)
		draw_set(g, row++, "later", &later);
	row = draw_axis(m, p, g, row);
	hist_release(&first.took);
	hist_release(&later.took);
	return row < g->rows ? row : g->rows;
}

static const struct table *const tables[] = {&table_startup, NULL};
static const struct table *const spare[] = {&table_start_modules, NULL};

const struct view view_startup = {
	.name = "start-up",
	.title = "Start-up",
	.about = "each worker from its birth to its first wait: phases, and the dearest modules",
	.key = '6',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.spare = spare,
	.head = head,
};
