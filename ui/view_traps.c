/* SPDX-License-Identifier: GPL-2.0-only */
/* What the traps have found, worst first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/notes.h"
#include "ui/panes.h"
#include "ui/show.h"

static struct note note_of(const struct subject *x)
{
	return note_at(x->p, x->index);
}

static struct sort_value severity_value(const struct subject *x)
{
	return sort_number(true, note_of(x).severity);
}

static enum style severity_text(const struct subject *x, char buf[static CELL_TEXT])
{
	struct note n = note_of(x);

	snprintf(buf, CELL_TEXT, "%s %s", note_mark(n.severity), severity_name(n.severity));
	return note_style(n.severity);
}

static struct sort_value id_value(const struct subject *x)
{
	return (struct sort_value){.known = true, .text = note_of(x).id};
}

static enum style id_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%s", note_of(x).id);
	return STYLE_TITLE;
}

static struct sort_value since_value(const struct subject *x)
{
	struct note n = note_of(x);

	return sort_number(n.since_ns, (double)n.since_ns);
}

static enum style since_text(const struct subject *x, char buf[static CELL_TEXT])
{
	struct note n = note_of(x);
	char wall[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s",
		n.since_ns ? fmt_wall(wall, model_wall_ns(x->m, n.since_ns), 0) : "-");
	return n.since_ns ? STYLE_TEXT : STYLE_DIM;
}

static struct sort_value text_value(const struct subject *x)
{
	return (struct sort_value){.known = true, .text = note_of(x).text};
}

static struct sort_value advice_value(const struct subject *x)
{
	struct note n = note_of(x);

	return (struct sort_value){.known = *n.advice, .text = n.advice};
}

static const struct column columns[] = {
	{.title = "Severity",
		.min = 10,
		.falling = true,
		.value = severity_value,
		.text = severity_text},
	{.title = "finding", .min = 14, .ideal = 19, .value = id_value, .text = id_text},
	{.title = "since",
		.min = 8,
		.falling = true,
		.drop = 1,
		.value = since_value,
		.text = since_text},
	{.title = "what was seen", .min = 20, .ideal = 80, .stretch = 3, .value = text_value},
	{.title = "what to do", .min = 30, .stretch = 2, .drop = 2, .value = advice_value},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? notes_count(p) : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);

	*ret_subject = (struct subject){.m = m, .p = p, .id = note_at(p, index).key};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_trap, x->id);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return show_has_tasks(m) ? "nothing found: the pool does well as far as can be seen"
				 : "nothing found; in the /proc mode little can be: run as root";
}

static const struct table table_traps = {
	.name = "traps",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	static const enum severity order[] = {SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_INFO};
	const struct pool *p = ui_pool(m, s);
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	uint64_t found[SEVERITY_CRITICAL + 1] = {0};
	char buf[FMT_MAX];

	for (uint32_t i = 0; i < notes_count(p); i++)
		found[note_at(p, i).severity]++;
	pen_text(&pen, STYLE_TITLE, "Traps");
	for (unsigned int i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (found[order[i]])
			pen_printf(&pen, note_style(order[i]), "  %s %s",
				fmt_count(buf, found[order[i]]), severity_name(order[i]));
	if (notes_count(p))
		pen_text(&pen, STYLE_DIM, "  Enter tells all about one");
	return 1;
}

static const struct table *const tables[] = {&table_traps, NULL};

const struct view view_traps = {
	.name = "traps",
	.title = "Traps",
	.about = "what is wrong, worst first; Enter: what was seen, in numbers, and what to do",
	.key = '9',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
