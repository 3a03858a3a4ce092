/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions that tasks raised, one row for each kind. */
#include <stdio.h>

#include "ui/task_tables.h"
#include "ui/view.h"
#include "ui/show.h"

static const struct failure *failure_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value exception_value(const struct subject *x)
{
	return (struct sort_value){.known = true, .text = failure_of(x)->exception};
}

static enum style exception_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%.256s", failure_of(x)->exception);
	return STYLE_ALERT;
}

static struct sort_value message_value(const struct subject *x)
{
	return (struct sort_value){.known = true, .text = failure_of(x)->message};
}

static struct sort_value name_value(const struct subject *x)
{
	return (struct sort_value){
		.known = failure_of(x)->func,
		.text = model_text(x->m, failure_of(x)->func, "-"),
	};
}

static struct sort_value count_value(const struct subject *x)
{
	return number(true, (double)failure_of(x)->count);
}

static struct sort_value at_value(const struct subject *x)
{
	return number(true, (double)failure_of(x)->t_ns);
}

static enum style at_text(const struct subject *x, char buf[static CELL_TEXT])
{
	char wall[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s", fmt_wall(wall, model_wall_ns(x->m, failure_of(x)->t_ns), 0));
	return STYLE_TEXT;
}

static const struct column columns[] = {
	{.title = "Failure",
		.min = 14,
		.ideal = 20,
		.value = exception_value,
		.text = exception_text},
	{.title = "message", .min = 12, .stretch = 2, .value = message_value},
	{.title = "function", .min = 12, .ideal = 20, .stretch = 1, .drop = 1, .value = name_value},
	{.title = "times", .min = 6, .right = true, .falling = true, .value = count_value},
	{.title = "last at",
		.min = 8,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = at_value,
		.text = at_text},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->failures_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);

	*ret_subject = (struct subject){.m = m, .p = p, .item = &p->failures[index], .id = index};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_failure, x->id);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return show_has_tasks(m) ? "no task has raised" : "-";
}

const struct table table_failures = {
	.name = "failures",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 4,
	.rows = 4,
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};
