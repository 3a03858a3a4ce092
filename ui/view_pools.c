/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>

#include "ui/panes.h"
#include "ui/show.h"

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value pid_value(const struct subject *x)
{
	return number(true, x->p->pid);
}

static enum style pid_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%" PRIu32, x->p->pid);
	return STYLE_NUMBER;
}

static struct sort_value command_value(const struct subject *x)
{
	return (struct sort_value){
		.known = x->p->command,
		.text = model_text(x->m, x->p->command, "-"),
	};
}

static enum style command_text(const struct subject *x, char buf[static CELL_TEXT])
{
	show_command(buf, model_text(x->m, x->p->command, "-"));
	return STYLE_TITLE;
}

static enum style kind_text(const struct subject *x, char buf[static CELL_TEXT])
{
	show_kind(buf, x->p);
	return STYLE_TEXT;
}

static struct sort_value python_value(const struct subject *x)
{
	return (struct sort_value){
		.known = x->p->python,
		.text = model_text(x->m, x->p->python, "-"),
	};
}

static struct sort_value user_value(const struct subject *x)
{
	return (struct sort_value){
		.known = x->p->user,
		.text = model_text(x->m, x->p->user, "-"),
	};
}

static struct sort_value workers_value(const struct subject *x)
{
	return number(true, x->p->workers_alive);
}

static struct sort_value tasks_value(const struct subject *x)
{
	return number(show_has_tasks(x->m), (double)x->p->totals.done);
}

static struct sort_value deaths_value(const struct subject *x)
{
	const uint64_t *ends = x->p->ends;

	return number(true, (double)(ends[END_SIGNAL] + ends[END_OOM] + ends[END_EXIT]));
}

static struct sort_value findings_value(const struct subject *x)
{
	return number(true, x->p->findings_count);
}

static struct sort_value state_value(const struct subject *x)
{
	return number(true, x->p->state);
}

static enum style state_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%s%s", x->p->state == POOL_STALLED ? "! " : "",
		pool_state_name(x->p->state));
	return x->p->state == POOL_STALLED ? STYLE_ALERT : STYLE_TEXT;
}

static const struct column columns[] = {
	{.title = "PID", .min = 7, .right = true, .value = pid_value, .text = pid_text},
	{.title = "command",
		.min = 14,
		.ideal = 30,
		.stretch = 1,
		.value = command_value,
		.text = command_text},
	{.title = "kind", .min = 12, .ideal = 28, .text = kind_text},
	{.title = "Python", .min = 7, .ideal = 8, .drop = 3, .value = python_value},
	{.title = "user", .min = 6, .ideal = 10, .drop = 5, .value = user_value},
	{.title = "state", .min = 9, .value = state_value, .text = state_text},
	{.title = "workers",
		.min = 7,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = workers_value},
	{.title = "tasks",
		.min = 7,
		.ideal = 9,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = tasks_value},
	{.title = "deaths",
		.min = 6,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = deaths_value},
	{.title = "findings",
		.min = 8,
		.drop = 6,
		.right = true,
		.falling = true,
		.value = findings_value},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return m->pools_count;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = &m->pools[index];

	(void)s;
	*ret_subject = (struct subject){.m = m, .p = p, .item = p, .id = p->id};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_choose(s, (uint32_t)x->id);
	ui_go(s, views[0]);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "no pool yet: it shows as soon as a program makes one";
}

static const struct table table_pools = {
	.name = "pools",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 5,
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	char buf[FMT_MAX];

	(void)s;
	pen_text(&pen, STYLE_TITLE, "Pools");
	pen_printf(&pen, STYLE_TEXT, "  %s", fmt_count(buf, m->pools_count));
	pen_text(&pen, STYLE_DIM, "  Enter opens the selected one");
	return 1;
}

static const struct table *const tables[] = {&table_pools, NULL};

const struct view view_pools = {
	.name = "pools",
	.title = "Pools",
	.about = "all pools that are watched; Enter: its overview",
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
