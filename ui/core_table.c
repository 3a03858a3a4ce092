/* SPDX-License-Identifier: GPL-2.0-only */
/* Cores: whose time each spends, which worker ran there last, and how it was. */
#include "ui/core_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/draw.h"
#include "ui/show.h"
#include "ui/view.h"

const struct core_span core_span_now = {.back = 0, .ticks = 10};

bool core_shares(const struct subject *x, struct core_shares *ret_shares)
{
	return model_core_shares(x->m, x->p, x->index, core_span_now, ret_shares);
}

enum core_part core_dominant(const struct core_shares *x)
{
	double share[CORE_PARTS] = {x->workers, x->parent, x->other + x->steal, x->idle};
	enum core_part most = PART_WORKERS;

	for (int i = 1; i < CORE_PARTS; i++)
		if (share[i] > share[most])
			most = (enum core_part)i;
	return most;
}

bool core_knows_pool(const struct model *m, const struct pool *p)
{
	if (m->session.mode != MODE_PROC)
		return true;
	for (uint32_t i = 0; i < p->cores_count; i++)
		if (p->cores[i].workers_ns || p->cores[i].parent_ns)
			return true;
	return false;
}

static struct sort_value core_value(const struct subject *x)
{
	return sort_number(true, x->index);
}

static enum style core_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%" PRIu32, x->index);
	return STYLE_NUMBER;
}

static struct sort_value workers_value(const struct subject *x)
{
	struct core_shares c = {0};
	bool known = core_shares(x, &c) && core_knows_pool(x->m, x->p);

	return sort_number(known, c.workers);
}

static struct sort_value parent_value(const struct subject *x)
{
	struct core_shares c = {0};
	bool known = core_shares(x, &c) && core_knows_pool(x->m, x->p);

	return sort_number(known, c.parent);
}

static struct sort_value other_value(const struct subject *x)
{
	struct core_shares c = {0};
	bool known = core_shares(x, &c) && core_knows_pool(x->m, x->p);

	return sort_number(known, c.other);
}

static struct sort_value idle_value(const struct subject *x)
{
	struct core_shares c = {0};
	bool known = core_shares(x, &c);

	return sort_number(known, c.idle);
}

static struct sort_value steal_value(const struct subject *x)
{
	struct core_shares c = {0};
	bool known = core_shares(x, &c);

	return sort_number(known, c.steal);
}

static void bar_draw(const struct subject *x, struct pen *p)
{
	struct core_shares c;

	if (core_shares(x, &c))
		draw_core(p, pen_room(p),
			(double[CORE_PARTS]){c.workers, c.parent, c.other + c.steal, c.idle});
	else
		pen_text(p, STYLE_DIM, "-");
}

static void strip_draw(const struct subject *x, struct pen *p)
{
	for (int back = pen_room(p) - 1; back >= 0; back--) {
		struct core_shares c;
		enum core_part part;

		if (!model_core_shares(
			    x->m, x->p, x->index, (struct core_span){(uint32_t)back, 1}, &c)) {
			pen_skip(p, 1);
			continue;
		}
		part = core_dominant(&c);
		pen_text(p, (enum style)(STYLE_WORKERS + (int)part), p->g->glyphs->part[part]);
	}
}

/* Workers that ran there last, those that run now first. */
static uint32_t find_workers(
	const struct subject *x, const struct worker *found[], uint32_t most, uint32_t *ret_all)
{
	uint32_t n = 0, all = 0;

	for (int running = 1; running >= 0; running--)
		for (uint32_t i = 0; i < x->p->workers_count; i++) {
			const struct worker *w = &x->p->workers[i];

			if (w->ended_ns || w->core != (int32_t)x->index ||
				(w->state == STATE_RUN) != (running == 1))
				continue;
			all++;
			if (n < most)
				found[n++] = w;
		}
	*ret_all = all;
	return n;
}

enum { NAMED = 8 };

static struct sort_value last_value(const struct subject *x)
{
	const struct worker *found[NAMED];
	uint32_t all;

	find_workers(x, found, NAMED, &all);
	return sort_number(all, all);
}

/* "4301 run, 4304 wait" */
static enum style last_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct worker *found[NAMED];
	uint32_t all, n = find_workers(x, found, NAMED, &all);
	size_t len = 0;

	for (uint32_t i = 0; i < n; i++)
		len += (size_t)snprintf(buf + len, CELL_TEXT - len, "%s%" PRIu32 " %s",
			i ? ", " : "", found[i]->pid, worker_state_name(found[i]->state));
	if (all > n)
		snprintf(buf + len, CELL_TEXT - len, ", and %" PRIu32 " more", all - n);
	else if (!n)
		snprintf(buf, CELL_TEXT, "-");
	return n ? STYLE_TEXT : STYLE_DIM;
}

static const struct column columns[] = {
	{.title = "Core", .min = 5, .right = true, .value = core_value, .text = core_text},
	{.title = "whose time", .min = 12, .ideal = 20, .stretch = 2, .draw = bar_draw},
	{.title = "workers",
		.min = 7,
		.right = true,
		.falling = true,
		.value = workers_value,
		.format = FORMAT_PERCENT},
	{.title = "parent",
		.min = 6,
		.drop = 3,
		.right = true,
		.falling = true,
		.value = parent_value,
		.format = FORMAT_PERCENT},
	{.title = "other",
		.min = 6,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = other_value,
		.format = FORMAT_PERCENT},
	{.title = "idle",
		.min = 6,
		.right = true,
		.falling = true,
		.value = idle_value,
		.format = FORMAT_PERCENT},
	{.title = "steal",
		.min = 6,
		.drop = 5,
		.right = true,
		.falling = true,
		.value = steal_value,
		.format = FORMAT_PERCENT},
	{.title = "last ran there",
		.min = 14,
		.ideal = 24,
		.stretch = 1,
		.drop = 1,
		.falling = true,
		.value = last_value,
		.text = last_text},
	{.title = "ticks",
		.min = 12,
		.ideal = MODEL_CORE_STRIP,
		.right = true,
		.drop = 4,
		.draw = strip_draw},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return m->cpus_count;
}

/* Those that are not online are left out. */
static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	*ret_subject = (struct subject){
		.m = m,
		.p = ui_pool(m, s),
		.item = &m->cpus[index],
		.id = index,
		.index = index,
	};
	return m->cpus[index].seen;
}

/* The worker that ran there last. */
static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	const struct worker *found[1];
	uint32_t all;

	(void)m;
	if (find_workers(x, found, 1, &all))
		ui_open(s, &view_worker, found[0]->id);
	else
		ui_say(s, "no worker ran on core %" PRIu32 " last", x->index);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "nothing is known of the cores yet: they show with the second tick";
}

const struct table table_cores = {
	.name = "cores",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};
