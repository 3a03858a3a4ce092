/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>

#include "ui/panes.h"
#include "ui/show.h"

static const struct death *death_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value at_value(const struct subject *x)
{
	return number(true, (double)death_of(x)->t_ns);
}

static enum style at_text(const struct subject *x, char buf[static CELL_TEXT])
{
	char wall[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s",
		death_of(x)->t_ns ? fmt_wall(wall, death_of(x)->wall_ns, 0) : "before");
	return STYLE_TEXT;
}

static struct sort_value pid_value(const struct subject *x)
{
	return number(true, death_of(x)->pid);
}

static enum style pid_text(const struct subject *x, char buf[static CELL_TEXT])
{
	uint32_t pid = death_of(x)->pid;

	snprintf(buf, CELL_TEXT, pid ? "%" PRIu32 : "?", pid);
	return STYLE_NUMBER;
}

static struct sort_value how_value(const struct subject *x)
{
	return number(true, (double)death_of(x)->end * 65536 + death_of(x)->status);
}

static enum style how_text(const struct subject *x, char buf[static CELL_TEXT])
{
	show_end(buf, death_of(x)->end, death_of(x)->status, death_of(x)->status_known);
	return STYLE_ALERT;
}

static enum style sender_text(const struct subject *x, char buf[static CELL_TEXT])
{
	struct exception_said said;

	if (death_exception(death_of(x), &said))
		snprintf(buf, CELL_TEXT, "%.80s%s%.100s", said.type, *said.message ? ": " : "",
			said.message);
	else
		show_sender(buf, death_of(x));
	return STYLE_TEXT;
}

static struct sort_value task_value(const struct subject *x)
{
	const struct hand *hand = &death_of(x)->hand;

	return (struct sort_value){
		.known = hand->has,
		.text = model_text(x->m, hand->func, "?"),
	};
}

static enum style task_text(const struct subject *x, char buf[static CELL_TEXT])
{
	if (death_of(x)->inferred[0]) {
		snprintf(buf, CELL_TEXT, "not known");
		return STYLE_DIM;
	}
	show_task(buf, x->m, &death_of(x)->hand);
	return death_of(x)->hand.has ? STYLE_TEXT : STYLE_DIM;
}

static void task_draw(const struct subject *x, struct pen *p)
{
	if (death_of(x)->inferred[0]) {
		pen_text(p, STYLE_DIM, "not known");
		return;
	}
	show_hand(p, STYLE_TEXT, x->m, &death_of(x)->hand);
}

static struct sort_value task_age_value(const struct subject *x)
{
	const struct death *d = death_of(x);
	bool known = d->hand.has && d->hand.since_ns && d->hand.since_ns <= d->t_ns;

	return number(known, (double)(d->t_ns - d->hand.since_ns));
}

static struct sort_value age_value(const struct subject *x)
{
	return number(
		death_of(x)->age_ns || !death_of(x)->inferred[0], (double)death_of(x)->age_ns);
}

static struct sort_value rss_value(const struct subject *x)
{
	return number(death_of(x)->rss_bytes, (double)death_of(x)->rss_bytes);
}

static struct sort_value replaced_value(const struct subject *x)
{
	return number(death_of(x)->replaced_by, death_of(x)->replaced_by);
}

static enum style replaced_text(const struct subject *x, char buf[static CELL_TEXT])
{
	uint32_t by = death_of(x)->replaced_by;

	snprintf(buf, CELL_TEXT, by ? "%" PRIu32 : "-", by);
	return by ? STYLE_TEXT : STYLE_DIM;
}

static struct sort_value generation_value(const struct subject *x)
{
	return number(death_of(x)->generation, death_of(x)->generation);
}

static const struct column columns[] = {
	{.title = "at",
		.min = 8,
		.right = true,
		.falling = true,
		.value = at_value,
		.text = at_text},
	{.title = "PID", .min = 7, .right = true, .value = pid_value, .text = pid_text},
	{.title = "gen", .min = 4, .drop = 7, .right = true, .value = generation_value},
	{.title = "how", .min = 8, .ideal = 8, .value = how_value, .text = how_text},
	{.title = "by", .min = 15, .ideal = 24, .drop = 3, .text = sender_text},
	{.title = "task in hand",
		.min = 17,
		.ideal = 24,
		.stretch = 1,
		.value = task_value,
		.text = task_text,
		.draw = task_draw},
	{.title = "for",
		.min = 7,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = task_age_value,
		.format = FORMAT_DURATION},
	{.title = "age",
		.min = 7,
		.drop = 6,
		.right = true,
		.falling = true,
		.value = age_value,
		.format = FORMAT_DURATION},
	{.title = "memory",
		.min = 8,
		.drop = 5,
		.right = true,
		.falling = true,
		.value = rss_value,
		.format = FORMAT_BYTES},
	{.title = "replaced",
		.min = 8,
		.drop = 4,
		.right = true,
		.value = replaced_value,
		.text = replaced_text},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->deaths_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);
	const struct death *d = &p->deaths[index];

	*ret_subject = (struct subject){.m = m, .p = p, .item = d, .id = death_key(d)};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_death, x->id);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return show_has_tasks(m) ? "nobody has died: a worker that is killed, or exits with a "
				   "status, shows here"
				 : "in the /proc mode nobody sees how a worker ends: run as root";
}

static const struct table table_deaths = {
	.name = "deaths",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	uint64_t all = p->ends[END_SIGNAL] + p->ends[END_OOM] + p->ends[END_EXIT];
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	uint32_t before = 0;
	char buf[FMT_MAX];

	for (uint32_t i = 0; i < p->deaths_count; i++)
		before += p->deaths[i].inferred[0] != '\0';
	pen_text(&pen, STYLE_TITLE, "Deaths");
	pen_printf(&pen, all ? STYLE_ALERT : STYLE_TEXT, "  %s", fmt_count(buf, all));
	pen_printf(&pen, STYLE_TEXT, "  by signal %s", fmt_count(buf, p->ends[END_SIGNAL]));
	pen_printf(&pen, STYLE_TEXT, "  out of memory %s", fmt_count(buf, p->ends[END_OOM]));
	pen_printf(&pen, STYLE_TEXT, "  by exit %s", fmt_count(buf, p->ends[END_EXIT]));
	if (before)
		pen_printf(&pen, STYLE_ALERT, "  inferred, from before %s", fmt_count(buf, before));
	if (all > p->deaths_count)
		pen_printf(&pen, STYLE_DIM, "  the newest %s are kept",
			fmt_count(buf, p->deaths_count));
	return 1;
}

static const struct table *const tables[] = {&table_deaths, NULL};

const struct view view_deaths = {
	.name = "deaths",
	.title = "Deaths",
	.about = "workers that died: how, by whose hand, with which task; Enter: certificate",
	.key = '5',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
