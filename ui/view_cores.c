/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>

#include "model/demand.h"
#include "ui/core_table.h"
#include "ui/draw.h"
#include "ui/panes.h"
#include "ui/show.h"

enum { MAP_LABEL = 6, MAP_GROUP = 8, FEW_ROWS = 6 };

static uint32_t seen_count(const struct model *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->cpus_count; i++)
		n += m->cpus[i].seen ? 1 : 0;
	return n;
}

/* Of all cores together, in cores. */
static bool sum_shares(const struct model *m, const struct pool *p, struct core_shares *ret_sum)
{
	struct core_shares sum = {0};
	bool known = false;

	for (uint32_t i = 0; i < m->cpus_count; i++) {
		struct core_shares c;

		if (!model_core_shares(m, p, i, core_span_now, &c))
			continue;
		known = true;
		sum.workers += c.workers;
		sum.parent += c.parent;
		sum.other += c.other;
		sum.idle += c.idle;
		sum.steal += c.steal;
	}
	*ret_sum = sum;
	return known;
}

static void put(struct pen *pen, const char *label, bool known, double cores)
{
	char buf[FMT_MAX];

	if (pen_room(pen) < 16)
		return;
	pen_printf(pen, STYLE_DIM, "  %s ", label);
	snprintf(buf, sizeof(buf), "%.1f", cores);
	pen_text(pen, STYLE_NUMBER, known ? buf : "-");
}

enum { LEGEND = 40, QUOTA = 28 };

/* What its cgroup may use, and in what part of the periods it was kept from more. */
static void put_quota(struct pen *pen, const struct pool *p)
{
	if (!p || !p->has_quota)
		return;
	pen_text(pen, STYLE_DIM, "  quota ");
	pen_printf(pen, STYLE_NUMBER, "%.1f", p->load.quota_milli / 1000.0);
	if (!p->throttled.periods)
		return;
	pen_text(pen, STYLE_DIM, "  throttled ");
	pen_printf(pen, p->throttled.times ? STYLE_WARN : STYLE_NUMBER, "%.0f %%",
		100.0 * (double)p->throttled.times / (double)p->throttled.periods);
}

enum { WANTED_ROWS = 8 }; /* the least height that has room for it */

/* Threads that want a core, against the cores they may use; the lines it took. */
static int draw_wanted(const struct model *m, const struct pool *p, struct grid *g, int row)
{
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	char names[64];
	struct demand d;

	if (!p || g->rows < WANTED_ROWS || !model_demand(m, p, &d))
		return 0;
	pen_text(&pen, STYLE_TITLE, "Wanted");
	pen_printf(&pen, d.mains + d.more > 2 * d.cores ? STYLE_WARN : STYLE_NUMBER, "  %.1f",
		d.mains + d.more);
	pen_text(&pen, STYLE_DIM, " threads for ");
	pen_printf(&pen, STYLE_NUMBER, "%.1f", d.cores);
	pen_text(&pen, STYLE_DIM, d.cores == 1 ? " core" : " cores");
	if (p->load.cpus == 1 && p->load.only_core >= 0)
		pen_printf(&pen, STYLE_WARN, " (%" PRId32 " alone)", p->load.only_core);
	pen_text(&pen, STYLE_DIM, "  waiting ");
	pen_printf(&pen, STYLE_NUMBER, "%.0f %%", 100.0 * d.waiting);
	if (d.more < d.mains)
		return 1;
	pen_text(&pen, STYLE_DIM, "  most by ");
	pen_text(&pen, STYLE_TEXT, model_demand_starters(p, names, sizeof(names)));
	return 1;
}

/* Returns the lines it took. */
static int draw_sums(const struct model *m, const struct pool *p, struct grid *g)
{
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	struct core_shares sum = {0};
	bool known = sum_shares(m, p, &sum);
	bool pool = known && core_knows_pool(m, p), fits;
	char buf[FMT_MAX];

	pen_text(&pen, STYLE_TITLE, "Cores");
	pen_printf(&pen, STYLE_TEXT, "  %s", fmt_count(buf, seen_count(m)));
	put(&pen, "workers", pool, sum.workers);
	put(&pen, "parent", pool, sum.parent);
	put(&pen, "other", pool, sum.other);
	put(&pen, "idle", known, sum.idle);
	fits = pen_room(&pen) >= QUOTA;
	if (fits)
		put_quota(&pen, p);
	if (sum.steal >= 0.05)
		put(&pen, "stolen", known, sum.steal);
	if (pen_room(&pen) >= LEGEND || g->rows < FEW_ROWS + 6) {
		draw_core_legend(&pen, core_knows_pool(m, p));
		return 1;
	}
	pen = grid_pen(g, 1, 1, g->columns - 2);
	if (!fits)
		put_quota(&pen, p);
	draw_core_legend(&pen, core_knows_pool(m, p));
	return 2;
}

/* Shares of a few neighbours together. */
static bool read_cell(const struct model *m, const struct pool *p, uint32_t cpu, uint32_t each,
	struct core_shares *ret_shares)
{
	struct core_shares sum = {0};
	bool known = false;

	for (uint32_t i = cpu; i < cpu + each; i++) {
		struct core_shares c;

		if (!model_core_shares(m, p, i, core_span_now, &c))
			continue;
		known = true;
		sum.workers += c.workers;
		sum.parent += c.parent;
		sum.other += c.other + c.steal;
		sum.idle += c.idle;
	}
	*ret_shares = sum;
	return known;
}

static void draw_map_line(
	const struct model *m, const struct pool *p, struct pen *pen, uint32_t cpu, uint32_t each)
{
	for (int i = 0; cpu < m->cpus_count && pen_room(pen) > 0; i++, cpu += each) {
		struct core_shares c;
		enum core_part part;

		if (i && i % MAP_GROUP == 0)
			pen_skip(pen, 1);
		if (!read_cell(m, p, cpu, each, &c)) {
			pen_skip(pen, 1);
			continue;
		}
		part = core_dominant(&c);
		pen_text(pen, (enum style)(STYLE_WORKERS + (int)part), pen->g->glyphs->part[part]);
	}
}

/* Where the table cannot show all cores: a cell for each, or for a few, and who has most of it.
 * Returns the lines it took. */
static int draw_map(const struct model *m, const struct pool *p, struct grid *g, int top)
{
	int groups = (g->columns - MAP_LABEL - 1) / (MAP_GROUP + 1);
	uint32_t per_line = (uint32_t)(groups > 0 ? groups : 1) * MAP_GROUP;
	int most = (g->rows - top) / 3;
	uint32_t cells = most > 0 ? per_line * (uint32_t)most : per_line;
	uint32_t each = (m->cpus_count + cells - 1) / cells;
	int row = top;

	for (uint32_t cpu = 0; cpu < m->cpus_count && row - top < most; cpu += per_line * each) {
		struct pen pen = grid_pen(g, row, 1, MAP_LABEL - 1);

		pen_printf(&pen, STYLE_DIM, "%4" PRIu32, cpu);
		pen = grid_pen(g, row++, MAP_LABEL, (int)per_line / MAP_GROUP * (MAP_GROUP + 1));
		draw_map_line(m, p, &pen, cpu, each);
	}
	if (each > 1) {
		struct pen pen = grid_row(g, row++);

		pen_skip(&pen, MAP_LABEL);
		pen_printf(&pen, STYLE_DIM, "%" PRIu32 " cores a cell", each);
	}
	return row - top;
}

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	int top = draw_sums(m, p, g);
	int room; /* for the table's rows */

	top += draw_wanted(m, p, g, top);
	room = g->rows - top - 1;
	if (room < FEW_ROWS || seen_count(m) <= (uint32_t)room)
		return top;
	return top + draw_map(m, p, g, top);
}

static const struct table *const tables[] = {&table_cores, NULL};

const struct view view_cores = {
	.name = "cores",
	.title = "Cores",
	.about = "whose time each core spends, over ten ticks, and which worker ran there last",
	.key = '8',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
