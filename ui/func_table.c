/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that tasks call. */
#include "ui/task_tables.h"

#include "ui/show.h"
#include "ui/view.h"

static const struct func *func_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value name_value(const struct subject *x)
{
	return (struct sort_value){
		.known = func_of(x)->name,
		.text = model_text(x->m, func_of(x)->name, "-"),
	};
}

static struct sort_value tasks_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->tasks);
}

static struct sort_value failed_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->failed);
}

static struct sort_value lost_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->lost);
}

static struct sort_value items_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->items);
}

static struct sort_value out_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->bytes_out);
}

static struct sort_value back_value(const struct subject *x)
{
	return number(true, (double)func_of(x)->bytes_back);
}

static struct sort_value percentile(const struct subject *x, double percent)
{
	const struct hist *h = &func_of(x)->run;

	return number(h->count, (double)hist_percentile(h, percent));
}

static struct sort_value min_value(const struct subject *x)
{
	return number(func_of(x)->run.count, (double)func_of(x)->run.min_ns);
}

static struct sort_value p50_value(const struct subject *x)
{
	return percentile(x, 50);
}

static struct sort_value p90_value(const struct subject *x)
{
	return percentile(x, 90);
}

static struct sort_value p99_value(const struct subject *x)
{
	return percentile(x, 99);
}

static struct sort_value max_value(const struct subject *x)
{
	return number(func_of(x)->run.count, (double)func_of(x)->run.max_ns);
}

static struct sort_value total_value(const struct subject *x)
{
	return number(func_of(x)->run.count, (double)func_of(x)->run.total_ns);
}

/* A share of the time of its tasks from taken to done. */
static struct sort_value part(const struct subject *x, enum worker_state state)
{
	uint64_t ns[WORKER_STATES], sum_ns = 0;
	uint32_t known = func_state_ns(func_of(x), ns);

	for (int i = 0; i < WORKER_STATES; i++)
		sum_ns += ns[i];
	return number(
		sum_ns && known & 1u << state, sum_ns ? (double)ns[state] / (double)sum_ns : 0);
}

static struct sort_value unpickle_value(const struct subject *x)
{
	return part(x, STATE_UNPICKLE);
}

static struct sort_value computing_value(const struct subject *x)
{
	return part(x, STATE_RUN);
}

static struct sort_value pickle_value(const struct subject *x)
{
	return part(x, STATE_PICKLE);
}

static struct sort_value io_value(const struct subject *x)
{
	return part(x, STATE_IO);
}

static struct sort_value lock_value(const struct subject *x)
{
	return part(x, STATE_LOCK);
}

static struct sort_value runq_value(const struct subject *x)
{
	return part(x, STATE_RUNQ);
}

static const struct column columns[] = {
	{.title = "Function", .min = 14, .ideal = 24, .stretch = 1, .value = name_value},
	{.title = "tasks",
		.min = 7,
		.ideal = 9,
		.right = true,
		.falling = true,
		.value = tasks_value},
	{.title = "failed",
		.min = 6,
		.ideal = 7,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = failed_value},
	{.title = "lost",
		.min = 5,
		.drop = 7,
		.spare = true,
		.right = true,
		.falling = true,
		.value = lost_value},
	{.title = "items",
		.min = 7,
		.ideal = 9,
		.drop = 4,
		.spare = true,
		.right = true,
		.falling = true,
		.value = items_value},
	{.title = "out",
		.min = 8,
		.drop = 3,
		.spare = true,
		.right = true,
		.falling = true,
		.value = out_value,
		.format = FORMAT_BYTES},
	{.title = "back",
		.min = 8,
		.drop = 5,
		.spare = true,
		.right = true,
		.falling = true,
		.value = back_value,
		.format = FORMAT_BYTES},
	{.title = "run total",
		.min = 9,
		.drop = 6,
		.spare = true,
		.right = true,
		.falling = true,
		.value = total_value,
		.format = FORMAT_DURATION},
	{.title = "min",
		.min = 7,
		.drop = 15,
		.spare = true,
		.right = true,
		.falling = true,
		.value = min_value,
		.format = FORMAT_DURATION},
	{.title = "p50",
		.min = 7,
		.right = true,
		.falling = true,
		.value = p50_value,
		.format = FORMAT_DURATION},
	{.title = "p90",
		.min = 7,
		.drop = 14,
		.spare = true,
		.right = true,
		.falling = true,
		.value = p90_value,
		.format = FORMAT_DURATION},
	{.title = "p99",
		.min = 7,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = p99_value,
		.format = FORMAT_DURATION},
	{.title = "max",
		.min = 7,
		.drop = 11,
		.spare = true,
		.right = true,
		.falling = true,
		.value = max_value,
		.format = FORMAT_DURATION},
	{.title = "run%",
		.min = 6,
		.drop = 8,
		.spare = true,
		.right = true,
		.falling = true,
		.value = computing_value,
		.format = FORMAT_PERCENT},
	{.title = "unpickle",
		.min = 8,
		.drop = 9,
		.spare = true,
		.right = true,
		.falling = true,
		.value = unpickle_value,
		.format = FORMAT_PERCENT},
	{.title = "pickle",
		.min = 6,
		.drop = 10,
		.spare = true,
		.right = true,
		.falling = true,
		.value = pickle_value,
		.format = FORMAT_PERCENT},
	{.title = "io",
		.min = 6,
		.drop = 12,
		.spare = true,
		.right = true,
		.falling = true,
		.value = io_value,
		.format = FORMAT_PERCENT},
	{.title = "lock",
		.min = 6,
		.drop = 13,
		.spare = true,
		.right = true,
		.falling = true,
		.value = lock_value,
		.format = FORMAT_PERCENT},
	{.title = "runq",
		.min = 6,
		.drop = 16,
		.spare = true,
		.right = true,
		.falling = true,
		.value = runq_value,
		.format = FORMAT_PERCENT},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->funcs_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);

	*ret_subject = (struct subject){.m = m, .p = p, .item = &p->funcs[index], .id = index};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_func, x->id);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return show_has_tasks(m)
		       ? "no tasks yet: each function shows here when its first task is sent"
		       : "tasks are not seen in the /proc mode: run as root";
}

const struct table table_funcs = {
	.name = "functions",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 1,
	.rows = 8,
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};
