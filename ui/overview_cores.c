/* SPDX-License-Identifier: GPL-2.0-only */
/* The cores: a bar for each where they have room, else a column for each. */
#include "ui/overview_head.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/core_table.h"
#include "ui/draw.h"
#include "ui/show.h"

enum {
	LEAST_BAR = 6,
	MOST_BAR = 24,
	BAR_LINES = 4, /* of the screen at most */
	AROUND = 8, /* "0 " before a bar, " 100%  " behind it */
};

/* One core's shares of the last tick. */
struct core {
	bool is_known;
	double share[CORE_PARTS];
};

static struct core core_of(const struct model *m, const struct pool *p, uint32_t cpu)
{
	const struct cpu *c = &m->cpus[cpu];
	double all = (double)(c->busy_tick_ns + c->idle_tick_ns + c->steal_tick_ns);
	double workers = 0, parent = 0, other;
	struct core core = {0};

	if (!c->seen || all <= 0)
		return core;
	if (cpu < p->cores_count) {
		workers = (double)p->cores[cpu].workers_tick_ns / all;
		parent = (double)p->cores[cpu].parent_tick_ns / all;
	}
	/* Two clocks that are read one after another: what is missing is small, and no core does
	 * more than it can. */
	other = (double)(c->busy_tick_ns + c->steal_tick_ns) / all - workers - parent;
	core.is_known = true;
	core.share[PART_WORKERS] = workers;
	core.share[PART_PARENT] = parent;
	core.share[PART_OTHER] = other > 0 ? other : 0;
	return core;
}

static double busy(const struct core *c)
{
	double all = c->share[PART_WORKERS] + c->share[PART_PARENT] + c->share[PART_OTHER];

	return all < 1 ? all : 1;
}

static int digits(uint32_t n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

/* Columns of a bar, so that all cores go into a few lines; 0: they do not. */
static int bar_width(uint32_t cpus, int columns, int lines)
{
	int per_line = ((int)cpus + lines - 1) / lines;
	int width = columns / (per_line > 0 ? per_line : 1) - AROUND - digits(cpus - 1);

	if (width < LEAST_BAR)
		return 0;
	return width < MOST_BAR ? width : MOST_BAR;
}

static int draw_bars(const struct model *m, const struct pool *p, struct grid *g, int width)
{
	int number = digits(m->cpus_count - 1);
	struct pen pen = overview_line(g, 0, "cores");
	int row = 0;

	for (uint32_t cpu = 0; cpu < m->cpus_count; cpu++) {
		struct core core = core_of(m, p, cpu);
		char percent[FMT_MAX];

		if (pen_room(&pen) < number + width + AROUND)
			pen = overview_line(g, ++row, "");
		pen_printf(&pen, STYLE_DIM, "%*" PRIu32 " ", number, cpu);
		if (core.is_known)
			draw_core(&pen, width, core.share);
		else
			pen_skip(&pen, width);
		snprintf(percent, sizeof(percent), "%.0f%%", busy(&core) * 100);
		pen_printf(&pen, STYLE_TEXT, "%5s  ", core.is_known ? percent : "-");
	}
	if (pen_room(&pen) < 40 && row + 1 < g->rows)
		pen = overview_line(g, ++row, "");
	draw_core_legend(&pen, core_knows_pool(m, p));
	return row + 1;
}

/* A column for each core, or for some together, as high as they are busy. */
static int draw_columns(const struct model *m, const struct pool *p, struct grid *g)
{
	struct pen pen = overview_line(g, 0, "cores");
	int room = pen_room(&pen) - 30;
	uint32_t each = (m->cpus_count + (uint32_t)room - 1) / (uint32_t)room;
	double all = 0;
	char buf[FMT_MAX];

	for (uint32_t cpu = 0; cpu < m->cpus_count; cpu += each) {
		double sum = 0;
		int level;

		for (uint32_t i = cpu; i < cpu + each && i < m->cpus_count; i++) {
			struct core core = core_of(m, p, i);

			sum += busy(&core);
		}
		all += sum;
		level = (int)(sum / each * 8 + 0.5);
		pen_text(&pen, STYLE_WORKERS, g->glyphs->levels[level > 8 ? 8 : level]);
	}
	pen_printf(&pen, STYLE_TEXT, "  %s busy", show_rate(buf, true, all));
	pen_printf(&pen, STYLE_DIM, " of %s", fmt_count(buf, m->cpus_count));
	if (each > 1)
		pen_printf(&pen, STYLE_DIM, ", %" PRIu32 " a column", each);
	return 1;
}

int overview_cores(const struct model *m, const struct pool *p, struct grid *g)
{
	int lines = g->rows / 4 < BAR_LINES ? g->rows / 4 : BAR_LINES;
	int width = 0;
	struct pen pen;

	if (g->rows < 1)
		return 0;
	for (int i = 1; m->cpus_count && i <= lines && width < LEAST_BAR + 2; i++)
		width = bar_width(m->cpus_count, g->columns - OVERVIEW_WORDS_AT, i);
	if (width)
		return draw_bars(m, p, g, width);
	if (m->cpus_count && g->columns >= OVERVIEW_WORDS_AT + 40)
		return draw_columns(m, p, g);
	pen = overview_line(g, 0, "cores");
	pen_text(&pen, STYLE_DIM, "-");
	return 1;
}
