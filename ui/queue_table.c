/* SPDX-License-Identifier: GPL-2.0-only */
/* The pipes that a pool's tasks and results go through. */
#include <inttypes.h>
#include <stdio.h>

#include "ui/draw.h"
#include "ui/show.h"
#include "ui/traffic_tables.h"

static const struct queue *queue_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value role_value(const struct subject *x)
{
	return sort_number(true, queue_of(x)->role);
}

static enum style role_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%s", queue_role_name(queue_of(x)->role));
	return STYLE_TITLE;
}

static struct sort_value worker_value(const struct subject *x)
{
	const struct worker *w = pool_worker(x->p, queue_of(x)->worker);

	return sort_number(w, w ? w->pid : 0);
}

static enum style worker_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct worker *w = pool_worker(x->p, queue_of(x)->worker);

	if (w)
		snprintf(buf, CELL_TEXT, "%" PRIu32, w->pid);
	else
		snprintf(buf, CELL_TEXT, "%s", queue_of(x)->shared ? "all" : "-");
	return w || queue_of(x)->shared ? STYLE_TEXT : STYLE_DIM;
}

static struct sort_value messages_value(const struct subject *x)
{
	return sort_number(true, (double)queue_of(x)->written);
}

static struct sort_value bytes_value(const struct subject *x)
{
	return sort_number(true, (double)queue_of(x)->bytes_written);
}

static struct sort_value mean_value(const struct subject *x)
{
	const struct queue *q = queue_of(x);

	return sort_number(
		q->written, q->written ? (double)q->bytes_written / (double)q->written : 0);
}

static struct sort_value max_value(const struct subject *x)
{
	return sort_number(queue_of(x)->written, (double)queue_of(x)->bytes_max);
}

static struct sort_value rate_value(const struct subject *x)
{
	double rate = 0;
	bool known = show_series_rate(x->m, &queue_of(x)->bytes_per_tick, &rate);

	return sort_number(known, rate);
}

static enum style rate_text(const struct subject *x, char buf[static CELL_TEXT])
{
	struct sort_value rate = rate_value(x);
	char bytes[FMT_MAX];

	show_bytes(bytes, rate.known, fmt_whole(rate.number));
	snprintf(buf, CELL_TEXT, rate.known ? "%s/s" : "%s", bytes);
	return rate.known ? STYLE_TEXT : STYLE_DIM;
}

static void spark_draw(const struct subject *x, struct pen *p)
{
	draw_minute(p, STYLE_PLOT, pen_room(p), &queue_of(x)->bytes_per_tick);
}

static struct sort_value waiting_value(const struct subject *x)
{
	return sort_number(true, queue_of(x)->waiting);
}

static struct sort_value most_value(const struct subject *x)
{
	return sort_number(true, queue_of(x)->waiting_max);
}

static struct sort_value bytes_waiting_value(const struct subject *x)
{
	return sort_number(true, (double)queue_of(x)->bytes_waiting);
}

static struct sort_value blocked_value(const struct subject *x)
{
	return sort_number(queue_of(x)->blocked_ns, (double)queue_of(x)->blocked_ns);
}

static const struct column columns[] = {
	{.title = "Queue", .min = 7, .value = role_value, .text = role_text},
	{.title = "worker", .min = 7, .right = true, .value = worker_value, .text = worker_text},
	{.title = "messages",
		.min = 8,
		.ideal = 9,
		.right = true,
		.falling = true,
		.value = messages_value},
	{.title = "bytes",
		.min = 8,
		.right = true,
		.falling = true,
		.value = bytes_value,
		.format = FORMAT_BYTES},
	{.title = "mean",
		.min = 8,
		.drop = 3,
		.right = true,
		.falling = true,
		.value = mean_value,
		.format = FORMAT_BYTES},
	{.title = "max",
		.min = 8,
		.drop = 5,
		.right = true,
		.falling = true,
		.value = max_value,
		.format = FORMAT_BYTES},
	{.title = "waiting", .min = 7, .right = true, .falling = true, .value = waiting_value},
	{.title = "most", .min = 6, .drop = 6, .right = true, .falling = true, .value = most_value},
	{.title = "in bytes",
		.min = 8,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = bytes_waiting_value,
		.format = FORMAT_BYTES},
	{.title = "blocked",
		.min = 8,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = blocked_value,
		.format = FORMAT_DURATION},
	{.title = "rate",
		.min = 10,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = rate_value,
		.text = rate_text},
	{.title = "bytes a tick",
		.min = 12,
		.ideal = 20,
		.stretch = 1,
		.drop = 4,
		.draw = spark_draw},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->queues_count : 0;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);

	*ret_subject = (struct subject){
		.m = m,
		.p = p,
		.item = &p->queues[index],
		.id = p->queues[index].ino,
	};
	return true;
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return show_has_tasks(m) ? "no queue yet: each shows with its first message"
				 : "messages are not seen in the /proc mode: run as root";
}

const struct table table_queues = {
	.name = "queues",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.rows = 8,
	.count = count,
	.item = item,
	.empty = empty,
};
