/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/overview_head.h"
#include "ui/panes.h"
#include "ui/task_tables.h"
#include "ui/worker_cells.h"

static const struct column columns[] = {
	{.title = "PID",
		.min = 7,
		.right = true,
		.value = worker_pid_value,
		.text = worker_pid_text},
	{.title = "core", .min = 4, .drop = 5, .right = true, .value = worker_core_value},
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
	{.title = "tasks",
		.min = 6,
		.ideal = 9,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = worker_tasks_value},
	{.title = "run p50",
		.min = 8,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = worker_p50_value,
		.format = FORMAT_DURATION_BRIEF},
	{.title = "p99",
		.min = 7,
		.drop = 6,
		.right = true,
		.falling = true,
		.value = worker_p99_value,
		.format = FORMAT_DURATION_BRIEF},
	{.title = "in",
		.min = 8,
		.drop = 7,
		.right = true,
		.falling = true,
		.value = worker_in_value,
		.format = FORMAT_BYTES_BRIEF},
	{.title = "out",
		.min = 8,
		.drop = 7,
		.right = true,
		.falling = true,
		.value = worker_out_value,
		.format = FORMAT_BYTES_BRIEF},
	{.title = "CPU",
		.min = 5,
		.drop = 3,
		.right = true,
		.falling = true,
		.value = worker_cpu_value,
		.format = FORMAT_PERCENT_BRIEF},
	{.title = "memory",
		.min = 8,
		.drop = 8,
		.right = true,
		.falling = true,
		.value = worker_rss_value,
		.format = FORMAT_BYTES},
	{.title = "states",
		.right = true,
		.min = 12,
		.ideal = 20,
		.stretch = 3,
		.drop = 2,
		.draw = worker_strip_draw},
};

static const struct table table_overview = {
	.name = "overview",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = workers_count,
	.item = workers_item,
	.open = workers_open,
	.empty = workers_empty,
};

/* Lines that the table shall have at least: its head, and the workers or some of them. */
static int table_needs(const struct pool *p, int rows)
{
	int workers = p->workers_alive ? (int)p->workers_alive : 1;
	int least = rows / 3 > 3 ? rows / 3 : 3;

	return 1 + (workers < least ? workers : least);
}

static int (*const parts[])(const struct model *m, const struct pool *p, struct grid *g) = {
	overview_cores,
	overview_time,
	overview_tasks,
	overview_bytes,
	overview_findings,
};

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	int room = g->rows - table_needs(p, g->rows);
	int top = 0;

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct grid w = grid_window(g, top, room - top, 0, g->columns);

		top += parts[i](m, p, &w);
	}
	return top < room ? top + 1 : top; /* a blank line where there is room */
}

static const struct table *const tables[] = {&table_overview, NULL};
static const struct table *const spare[] = {&table_funcs, &table_failures, &table_slowest, NULL};

const struct view view_overview = {
	.name = "overview",
	.title = "Overview",
	.about = "cores, where the workers' time goes, tasks, bytes, findings, workers",
	.key = '1',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.spare = spare,
	.head = head,
};
