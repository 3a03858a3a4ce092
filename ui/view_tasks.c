/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "ui/panes.h"
#include "ui/task_charts.h"
#include "ui/task_tables.h"
#include "ui/show.h"

/* All of it, or nothing. */
static void put(struct pen *pen, const char *label, const char *number, enum style style)
{
	if (pen_room(pen) < (int)(strlen(label) + strlen(number)) + 3)
		return;
	pen_printf(pen, STYLE_DIM, "  %s ", label);
	pen_text(pen, style, number);
}

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct totals *t = &ui_pool(m, s)->totals;
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	bool known = show_has_tasks(m);
	char buf[FMT_MAX];

	pen_text(&pen, STYLE_TITLE, "Tasks");
	put(&pen, "sent", show_count(buf, known, t->sent), STYLE_NUMBER);
	put(&pen, "done", show_count(buf, known, t->done), STYLE_NUMBER);
	put(&pen, "in flight", show_count(buf, known, pool_in_flight(ui_pool(m, s))), STYLE_NUMBER);
	put(&pen, "failed", show_count(buf, known, t->failed),
		t->failed ? STYLE_ALERT : STYLE_NUMBER);
	put(&pen, "lost", show_count(buf, known, t->lost), t->lost ? STYLE_ALERT : STYLE_NUMBER);
	put(&pen, t->items_about ? "items about" : "items", show_count(buf, known, t->items),
		STYLE_NUMBER);
	put(&pen, "out", show_bytes(buf, known, t->bytes_out), STYLE_NUMBER);
	put(&pen, "back", show_bytes(buf, known, t->bytes_back), STYLE_NUMBER);
	return 1 + task_charts(ui_pool(m, s), g, 1);
}

static const struct table *const tables[] = {
	&table_funcs,
	&table_jobs,
	&table_slowest,
	&table_failures,
	NULL,
};

const struct view view_tasks = {
	.name = "tasks",
	.title = "Tasks",
	.about = "by function and by job, how long they ran, the slowest, what raised; Enter: more",
	.key = '3',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
