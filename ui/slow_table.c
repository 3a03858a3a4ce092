/* SPDX-License-Identifier: GPL-2.0-only */
/* The tasks that ran longest. */
#include <inttypes.h>
#include <stdio.h>

#include "ui/task_tables.h"
#include "ui/show.h"
#include "ui/view.h"

static const struct slow_task *slow_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value run_value(const struct subject *x)
{
	return number(true, (double)slow_of(x)->run_ns);
}

static struct sort_value name_value(const struct subject *x)
{
	return (struct sort_value){
		.known = slow_of(x)->func,
		.text = model_text(x->m, slow_of(x)->func, "-"),
	};
}

static struct sort_value key_value(const struct subject *x)
{
	const struct task_key *k = &slow_of(x)->key;

	return number(true, (double)k->job + (double)k->chunk / 4294967296.0);
}

static enum style key_text(const struct subject *x, char buf[static CELL_TEXT])
{
	char key[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s", show_key(key, slow_of(x)->key));
	return STYLE_TEXT;
}

static struct sort_value pid_value(const struct subject *x)
{
	return number(slow_of(x)->pid, slow_of(x)->pid);
}

static enum style pid_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, slow_of(x)->pid ? "%" PRIu32 : "-", slow_of(x)->pid);
	return STYLE_TEXT;
}

static struct sort_value at_value(const struct subject *x)
{
	return number(slow_of(x)->done_ns, (double)slow_of(x)->done_ns);
}

static enum style at_text(const struct subject *x, char buf[static CELL_TEXT])
{
	char wall[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s", fmt_wall(wall, model_wall_ns(x->m, slow_of(x)->done_ns), 0));
	return STYLE_TEXT;
}

static const struct column columns[] = {
	{.title = "Slowest",
		.min = 8,
		.right = true,
		.falling = true,
		.value = run_value,
		.format = FORMAT_DURATION},
	{.title = "function", .min = 14, .ideal = 24, .stretch = 1, .value = name_value},
	{.title = "job/chunk", .min = 10, .right = true, .value = key_value, .text = key_text},
	{.title = "worker", .min = 7, .right = true, .value = pid_value, .text = pid_text},
	{.title = "done at",
		.min = 8,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = at_value,
		.text = at_text},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->slowest_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);
	const struct slow_task *t = &p->slowest[index];

	*ret_subject = (struct subject){
		.m = m,
		.p = p,
		.item = t,
		.id = (uint64_t)t->key.job << 32 | (uint32_t)t->key.chunk,
	};
	return true;
}

/* The worker that ran it: the newest of that pid, since pids come again. */
static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	const struct slow_task *t = slow_of(x);

	(void)m;
	for (uint32_t i = x->p->workers_count; i--;)
		if (x->p->workers[i].pid == t->pid) {
			ui_open(s, &view_worker, x->p->workers[i].id);
			return;
		}
	ui_say(s, "worker %" PRIu32 " made room for newer ones", t->pid);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "no task is done yet";
}

const struct table table_slowest = {
	.name = "slowest",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.rows = 4,
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};
