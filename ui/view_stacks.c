/* SPDX-License-Identifier: GPL-2.0-only */
/* What every thread of a pool's processes does now, those that are at work longest first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/hot_list.h"
#include "ui/panes.h"
#include "ui/show.h"
#include "ui/stack_fold.h"

/* Behind whatever works. */
#define IDLE_NS 1e18

static const struct stack *stack_of(const struct subject *x)
{
	return x->item;
}

static bool is_parents(const struct subject *x)
{
	return stack_of(x)->pid == x->p->pid;
}

static const struct stack_place *innermost(const struct subject *x)
{
	return stack_of(x)->count ? stack_of(x)->places : NULL;
}

static struct sort_value pid_value(const struct subject *x)
{
	return sort_number(true, stack_of(x)->pid);
}

static enum style pid_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%" PRIu32, stack_of(x)->pid);
	return STYLE_NUMBER;
}

static enum style who_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct stack *s = stack_of(x);
	const char *who = is_parents(x) ? "parent" : "worker";
	uint32_t count = 1, at = 0;

	while (stack_next_same(x->m, x->p, s, &at))
		count++;
	if (count > 1)
		snprintf(buf, CELL_TEXT, "%s x%" PRIu32, who, count);
	else if (s->tid == s->pid)
		snprintf(buf, CELL_TEXT, "%s", who);
	else
		snprintf(buf, CELL_TEXT, "%s/%" PRIu32, who, s->tid);
	return STYLE_TEXT;
}

static enum style doing_text(const struct subject *x, char buf[static CELL_TEXT])
{
	uint32_t flags = stack_of(x)->thread_flags;

	if (flags & THREAD_GIL_WAITING) {
		snprintf(buf, CELL_TEXT, "GIL wait");
		return STYLE_WARN;
	}
	if (flags & THREAD_ON_CPU) {
		snprintf(buf, CELL_TEXT, "%s", flags & THREAD_GIL_HELD ? "runs, GIL" : "runs");
		return STYLE_GOOD;
	}
	snprintf(buf, CELL_TEXT, "%s", flags & THREAD_GIL_HELD ? "waits, GIL" : "waits");
	return flags & THREAD_GIL_HELD ? STYLE_WARN : STYLE_DIM;
}

static struct sort_value function_value(const struct subject *x)
{
	const struct stack_place *place = innermost(x);

	return (struct sort_value){
		.known = place, .text = place ? model_text(x->m, place->function, "?") : "-"};
}

static void put_line(const struct model *m, const struct stack_place *p, char *buf, size_t size)
{
	const char *file = model_text(m, p->file, "?"), *base = strrchr(file, '/');

	snprintf(buf, size, "%.200s:%" PRIu32, base ? base + 1 : file, p->line);
}

static enum style line_text(const struct subject *x, char buf[static CELL_TEXT])
{
	if (innermost(x))
		put_line(x->m, innermost(x), buf, CELL_TEXT);
	else
		snprintf(buf, CELL_TEXT, "-");
	return STYLE_TEXT;
}

/* Where there is little room the line is seen, and the end of the file's name. */
static void draw_line(const struct subject *x, struct pen *p)
{
	char buf[CELL_TEXT];
	enum style style = line_text(x, buf);

	pen_fit_end(p, style, buf);
}

static enum style callers_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct stack *s = stack_of(x);
	size_t used = 0;

	buf[0] = '\0';
	for (uint32_t i = 1; i < s->count && used + 1 < CELL_TEXT; i++)
		used += (size_t)snprintf(buf + used, CELL_TEXT - used, "%s%s", i > 1 ? " < " : "",
			model_text(x->m, s->places[i].function, "?"));
	return STYLE_DIM;
}

static uint64_t same_ns(const struct subject *x)
{
	const struct stack *s = stack_of(x);

	return s->t_ns > s->since_ns ? s->t_ns - s->since_ns : 0;
}

/* Who waits for a task may do so for hours, and is not what one looks for. */
static struct sort_value same_value(const struct subject *x)
{
	bool idle = stack_is_idle(x->m, x->p, stack_of(x));

	return sort_number(true, (double)same_ns(x) - (idle ? IDLE_NS : 0));
}

static enum style same_text(const struct subject *x, char buf[static CELL_TEXT])
{
	char time[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s", fmt_duration(time, same_ns(x)));
	return stack_is_idle(x->m, x->p, stack_of(x)) ? STYLE_DIM : STYLE_NUMBER;
}

static struct sort_value age_value(const struct subject *x)
{
	const struct stack *s = stack_of(x);

	return sort_number(true, x->m->now_ns > s->t_ns ? (double)(x->m->now_ns - s->t_ns) : 0);
}

static const struct column columns[] = {
	{.title = "PID", .min = 7, .right = true, .value = pid_value, .text = pid_text},
	{.title = "who", .min = 12, .ideal = 14, .drop = 3, .text = who_text},
	{.title = "does", .min = 10, .drop = 2, .text = doing_text},
	{.title = "in", .min = 12, .ideal = 22, .stretch = 1, .value = function_value},
	{.title = "at", .min = 16, .ideal = 24, .stretch = 1, .text = line_text, .draw = draw_line},
	{.title = "same for",
		.min = 9,
		.right = true,
		.falling = true,
		.value = same_value,
		.text = same_text},
	{.title = "seen ago",
		.min = 8,
		.drop = 4,
		.right = true,
		.value = age_value,
		.format = FORMAT_DURATION},
	{.title = "called by", .min = 24, .stretch = 2, .drop = 5, .text = callers_text},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return m->stacks_count;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct stack *stack = &m->stacks[index];
	const struct pool *p = ui_pool(m, s);

	if (!p || !stack_is_now(m, p, stack) || !stack_leads(m, p, stack))
		return false;
	*ret_subject = (struct subject){.m = m, .p = p, .item = stack, .id = stack->id};
	return true;
}

static void open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_stack, (uint64_t)stack_of(x)->pid << 32 | stack_of(x)->tid);
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	if (p && p->state == POOL_GONE)
		return "this pool is gone: [ steps back to when it lived";
	if (m->session.mode == MODE_PROC)
		return "no stacks in the /proc mode: run as root, or see `pooltop check`";
	return "no stack was read yet: they come within seconds, or `pooltop check` says why not";
}

static const struct table table_stacks = {
	.name = "stacks",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 5,
	.count = count,
	.item = item,
	.open = open,
	.empty = empty,
};

static const struct table *const tables[] = {&table_stacks, NULL};

const struct view view_stacks = {
	.name = "stacks",
	.title = "Stacks",
	.about = "hot functions; what each thread does now, for how long; equal ones are one row; "
		 "Enter: all",
	.key = '7',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = hot_list,
};
