/* SPDX-License-Identifier: GPL-2.0-only */
/* Jobs: the calls of map, apply_async ... whose chunks are tasks. */
#include <inttypes.h>
#include <stdio.h>

#include "ui/draw.h"
#include "ui/task_tables.h"
#include "ui/show.h"

static const struct job *job_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

static struct sort_value id_value(const struct subject *x)
{
	return number(true, (double)job_of(x)->id);
}

static enum style id_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%" PRId64, job_of(x)->id);
	return STYLE_NUMBER;
}

static struct sort_value name_value(const struct subject *x)
{
	return (struct sort_value){
		.known = job_of(x)->func,
		.text = model_text(x->m, job_of(x)->func, "-"),
	};
}

static struct sort_value sent_value(const struct subject *x)
{
	return number(job_of(x)->sent, (double)job_of(x)->sent);
}

static struct sort_value done_value(const struct subject *x)
{
	return number(true, (double)job_of(x)->done);
}

static struct sort_value failed_value(const struct subject *x)
{
	return number(true, (double)job_of(x)->failed);
}

static struct sort_value lost_value(const struct subject *x)
{
	return number(true, (double)job_of(x)->lost);
}

static struct sort_value items_value(const struct subject *x)
{
	return number(job_of(x)->items, (double)job_of(x)->items);
}

static enum style items_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct job *j = job_of(x);
	char n[FMT_MAX];

	snprintf(buf, CELL_TEXT, "%s%s", j->items && j->items_about ? "~" : "",
		show_count(n, j->items, j->items));
	return j->items ? STYLE_TEXT : STYLE_DIM;
}

/* Of what was sent so far; a job may go on sending. */
static struct sort_value progress_value(const struct subject *x)
{
	const struct job *j = job_of(x);

	return number(j->sent, j->sent ? (double)j->done / (double)j->sent : 0);
}

static void progress_draw(const struct subject *x, struct pen *p)
{
	struct sort_value v = progress_value(x);
	char percent[FMT_MAX] = "-";
	int bar = pen_room(p) - 6;

	draw_gauge(p, STYLE_PLOT, bar > 0 ? bar : 0, v.known ? v.number : 0);
	if (v.known)
		snprintf(percent, sizeof(percent), "%.0f%%", v.number < 1 ? v.number * 100 : 100);
	pen_right(p, STYLE_TEXT, percent);
}

static uint64_t took_ns(const struct subject *x)
{
	const struct job *j = job_of(x);
	bool over = j->sent && j->done + j->lost >= j->sent;
	uint64_t until = over ? j->last_done_ns : x->m->now_ns;

	return j->first_sent_ns && until > j->first_sent_ns ? until - j->first_sent_ns : 0;
}

static struct sort_value took_value(const struct subject *x)
{
	return number(took_ns(x), (double)took_ns(x));
}

static const struct column columns[] = {
	{.title = "Job",
		.min = 6,
		.right = true,
		.falling = true,
		.value = id_value,
		.text = id_text},
	{.title = "function", .min = 12, .ideal = 24, .stretch = 1, .value = name_value},
	{.title = "sent", .min = 7, .drop = 3, .right = true, .falling = true, .value = sent_value},
	{.title = "done", .min = 7, .drop = 1, .right = true, .falling = true, .value = done_value},
	{.title = "failed",
		.min = 6,
		.ideal = 7,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = failed_value},
	{.title = "lost", .min = 5, .drop = 5, .right = true, .falling = true, .value = lost_value},
	{.title = "items",
		.min = 7,
		.ideal = 9,
		.drop = 6,
		.right = true,
		.falling = true,
		.value = items_value,
		.text = items_text},
	{.title = "time",
		.min = 7,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = took_value,
		.format = FORMAT_DURATION},
	{.title = "done of sent",
		.min = 14,
		.ideal = 24,
		.stretch = 1,
		.falling = true,
		.value = progress_value,
		.draw = progress_draw},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->jobs_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);
	const struct job *j = &p->jobs[index];

	*ret_subject = (struct subject){.m = m, .p = p, .item = j, .id = (uint64_t)j->id};
	return true;
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "no jobs yet: each call of map, imap, apply_async ... is one";
}

const struct table table_jobs = {
	.name = "jobs",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.rows = 6,
	.count = count,
	.item = item,
	.empty = empty,
};
