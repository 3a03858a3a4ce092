/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>

#include "ui/panes.h"
#include "ui/show.h"
#include "ui/worker_cells.h"

static const struct column columns[] = {
	{.title = "PID",
		.min = 7,
		.right = true,
		.value = worker_pid_value,
		.text = worker_pid_text},
	{.title = "gen", .min = 4, .drop = 7, .right = true, .value = worker_generation_value},
	{.title = "core", .min = 4, .drop = 6, .right = true, .value = worker_core_value},
	{.title = "state",
		.min = 8,
		.ideal = 10,
		.value = worker_state_value,
		.text = worker_state_text},
	{.title = "now",
		.min = 18,
		.ideal = 24,
		.stretch = 2,
		.value = worker_now_value,
		.text = worker_now_text,
		.draw = worker_now_draw},
	{.title = "for",
		.min = 7,
		.right = true,
		.falling = true,
		.value = worker_for_value,
		.text = worker_for_text},
	{.title = "CPU",
		.min = 5,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = worker_cpu_value,
		.format = FORMAT_PERCENT},
	{.title = "memory",
		.min = 8,
		.drop = 3,
		.right = true,
		.falling = true,
		.value = worker_rss_value,
		.format = FORMAT_BYTES},
	{.title = "run",
		.min = 5,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = worker_run_share_value,
		.format = FORMAT_PERCENT},
	{.title = "wait",
		.min = 5,
		.drop = 5,
		.right = true,
		.falling = true,
		.value = worker_wait_share_value,
		.format = FORMAT_PERCENT},
	{.title = "tasks",
		.min = 6,
		.ideal = 9,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = worker_tasks_value},
	{.title = "failed",
		.min = 6,
		.drop = 8,
		.right = true,
		.falling = true,
		.value = worker_failed_value},
	{.title = "items",
		.min = 7,
		.ideal = 9,
		.drop = 12,
		.right = true,
		.falling = true,
		.value = worker_items_value},
	{.title = "run p50",
		.min = 8,
		.drop = 9,
		.right = true,
		.falling = true,
		.value = worker_p50_value,
		.format = FORMAT_DURATION},
	{.title = "p99",
		.min = 7,
		.drop = 10,
		.right = true,
		.falling = true,
		.value = worker_p99_value,
		.format = FORMAT_DURATION},
	{.title = "in",
		.min = 8,
		.drop = 11,
		.right = true,
		.falling = true,
		.value = worker_in_value,
		.format = FORMAT_BYTES},
	{.title = "out",
		.min = 8,
		.drop = 11,
		.right = true,
		.falling = true,
		.value = worker_out_value,
		.format = FORMAT_BYTES},
	{.title = "threads",
		.min = 7,
		.drop = 13,
		.right = true,
		.falling = true,
		.value = worker_threads_value},
	{.title = "states",
		.right = true,
		.min = 12,
		.ideal = 20,
		.stretch = 3,
		.drop = 9,
		.draw = worker_strip_draw},
};

static const struct table table_workers = {
	.name = "workers",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = workers_count,
	.item = workers_item,
	.open = workers_open,
	.empty = workers_empty,
};

static void count_end(struct pen *pen, enum style style, uint64_t n, const char *words)
{
	char buf[FMT_MAX];

	if (n)
		pen_printf(pen, style, "  %s %s", fmt_count(buf, n), words);
}

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	char buf[FMT_MAX];

	pen_text(&pen, STYLE_TITLE, "Workers");
	pen_printf(&pen, STYLE_TEXT, "  %s at work", fmt_count(buf, p->workers_alive));
	count_end(&pen, STYLE_ALERT, p->ends[END_SIGNAL] + p->ends[END_OOM] + p->ends[END_EXIT],
		"died");
	count_end(&pen, STYLE_TEXT, p->ends[END_RECYCLED], "recycled");
	count_end(&pen, STYLE_TEXT, p->ends[END_TERMINATED], "terminated");
	count_end(&pen, STYLE_TEXT, p->ends[END_SHUTDOWN], "shut down");
	count_end(&pen, STYLE_TEXT, p->ends[END_UNKNOWN], "gone, nobody saw how");
	if (s->shows_gone && p->workers_alive)
		pen_text(&pen, STYLE_DIM, "  all shown");
	return 1;
}

static const struct table *const tables[] = {&table_workers, NULL};

const struct view view_workers = {
	.name = "workers",
	.title = "Workers",
	.about = "every worker: its state and task, CPU, memory, times; Enter: all about one",
	.key = '2',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
