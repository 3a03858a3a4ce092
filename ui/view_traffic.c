/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes through the pool's pipes, each way: by queue and by worker. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/panes.h"
#include "ui/show.h"
#include "ui/traffic_tables.h"
#include "ui/worker_cells.h"

static const struct worker *worker_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value mean(const struct subject *x, uint64_t bytes, uint64_t messages)
{
	return sort_number(
		messages && show_has_tasks(x->m), messages ? (double)bytes / (double)messages : 0);
}

static struct sort_value mean_in_value(const struct subject *x)
{
	const struct worker *w = worker_of(x);

	return mean(x, w->bytes_in, w->tasks + (w->hand.has ? 1 : 0));
}

static struct sort_value mean_out_value(const struct subject *x)
{
	return mean(x, worker_of(x)->bytes_out, worker_of(x)->tasks);
}

static struct sort_value send_value(const struct subject *x)
{
	const struct worker *w = worker_of(x);

	return sort_number(
		w->known & 1u << STATE_SEND, (double)worker_state_ns(w, STATE_SEND, x->m->now_ns));
}

static const struct column columns[] = {
	{.title = "Worker",
		.min = 7,
		.right = true,
		.value = worker_pid_value,
		.text = worker_pid_text},
	{.title = "state",
		.min = 8,
		.ideal = 10,
		.drop = 3,
		.value = worker_state_value,
		.text = worker_state_text},
	{.title = "tasks",
		.min = 7,
		.ideal = 9,
		.right = true,
		.falling = true,
		.value = worker_tasks_value},
	{.title = "in",
		.min = 9,
		.right = true,
		.falling = true,
		.value = worker_in_value,
		.format = FORMAT_BYTES},
	{.title = "mean in",
		.min = 9,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = mean_in_value,
		.format = FORMAT_BYTES},
	{.title = "out",
		.min = 9,
		.right = true,
		.falling = true,
		.value = worker_out_value,
		.format = FORMAT_BYTES},
	{.title = "mean out",
		.min = 9,
		.drop = 2,
		.right = true,
		.falling = true,
		.value = mean_out_value,
		.format = FORMAT_BYTES},
	{.title = "sending",
		.min = 8,
		.drop = 4,
		.right = true,
		.falling = true,
		.value = send_value,
		.format = FORMAT_DURATION},
};

static const struct table table_traffic = {
	.name = "traffic",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.count = workers_count,
	.item = workers_item,
	.open = workers_open,
	.empty = workers_empty,
};

/* "out   48.1 MiB/s ▃▅▇█▆  12.0 GiB in 1,204, mean 8.1 MiB, max 9.0 MiB" */
struct way {
	const char *name;
	const struct series *series;
	uint64_t messages, bytes, most;
};

static void draw_way(const struct model *m, struct grid *g, int row, const struct way *w)
{
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	char a[FMT_MAX], b[FMT_MAX], c[FMT_MAX];
	double rate = 0;
	bool known = show_series_rate(m, w->series, &rate);

	pen_printf(&pen, STYLE_DIM, "%-5s", w->name);
	pen_printf(&pen, STYLE_NUMBER, "%9s", show_bytes(a, known, fmt_whole(rate)));
	pen_text(&pen, STYLE_DIM, "/s ");
	draw_minute(&pen, STYLE_PLOT, g->columns / 6, w->series);
	pen_printf(
		&pen, STYLE_TEXT, "  %s in %s", fmt_bytes(a, w->bytes), fmt_count(b, w->messages));
	if (pen_room(&pen) >= 16)
		pen_printf(&pen, STYLE_TEXT, ", mean %s",
			show_bytes(a, w->messages, w->messages ? w->bytes / w->messages : 0));
	if (pen_room(&pen) >= 16)
		pen_printf(&pen, STYLE_TEXT, ", max %s", show_bytes(c, w->messages, w->most));
}

/* All of it, or nothing. */
static void put(struct pen *pen, const char *label, const char *words)
{
	if (pen_room(pen) < (int)(strlen(label) + strlen(words)) + 3)
		return;
	pen_printf(pen, STYLE_DIM, "  %s ", label);
	pen_text(pen, STYLE_NUMBER, words);
}

/* What lies in the pipes, and the time that writers were kept by full ones. */
static void draw_title(const struct model *m, const struct pool *p, struct grid *g)
{
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	uint64_t ns[WORKER_STATES], waiting = 0, bytes = 0, parent = 0;
	uint32_t known = 0;
	char buf[FMT_MAX];

	for (uint32_t i = 0; i < p->queues_count; i++) {
		waiting += p->queues[i].waiting;
		bytes += p->queues[i].bytes_waiting;
		parent += p->queues[i].role == QUEUE_TASKS ? p->queues[i].blocked_ns : 0;
	}
	for (uint32_t i = 0; i < p->workers_count; i++)
		known |= p->workers[i].known;
	pool_state_ns(p, m->now_ns, ns);
	pen_text(&pen, STYLE_TITLE, "Traffic");
	put(&pen, "waiting", show_count(buf, show_has_tasks(m), waiting));
	put(&pen, "in bytes", show_bytes(buf, show_has_tasks(m), bytes));
	put(&pen, "workers held up sending",
		show_duration(buf, known & 1u << STATE_SEND, ns[STATE_SEND]));
	put(&pen, "parent", show_duration(buf, parent, parent));
}

static void draw_shared(const struct pool *p, struct grid *g, int row)
{
	static const char *const names[SHARED_KINDS] = {
		[SHARED_NAMED] = "SharedMemory",
		[SHARED_ARENA] = "mp.Array",
		[SHARED_MEMMAP] = "joblib memmap",
		[SHARED_TORCH] = "torch",
		[SHARED_ANONYMOUS] = "mmap",
	};
	struct pen pen = grid_pen(g, row, 1, g->columns - 2);
	const struct frame_shared *f = &p->shared;
	char a[FMT_MAX], b[FMT_MAX];

	pen_text(&pen, STYLE_DIM, "shared");
	pen_printf(&pen, STYLE_NUMBER, " %7s  ", f->bytes ? fmt_bytes(a, f->bytes) : "none");
	if (f->regions)
		pen_printf(&pen, STYLE_TEXT, " in %s piece%s", fmt_count(a, f->regions),
			f->regions == 1 ? "" : "s");
	put(&pen, "pickled", fmt_bytes(b, p->totals.bytes_out + p->totals.bytes_back));
	for (int i = 0; i < SHARED_KINDS; i++)
		if (f->kind_bytes[i])
			put(&pen, names[i], fmt_bytes(a, f->kind_bytes[i]));
	if (f->flags & SHARED_PARTIAL)
		put(&pen, "and more", "");
	put(&pen, "most", p->shared_most_bytes ? fmt_bytes(a, p->shared_most_bytes) : "none");
}

enum { WRITERS = 3 /* lines that tell of them */ };

/* "full   tasks  thread 4250 of 4242 waits for room for 2.00 s, to write 8.2 KiB  waiting 12" */
static void draw_writer(
	const struct model *m, const struct queue *q, const struct queue_writer *w, struct pen *pen)
{
	uint64_t ns = m->now_ns > w->since_ns ? m->now_ns - w->since_ns : 0;
	char a[FMT_MAX], b[FMT_MAX];

	pen_text(pen, STYLE_ALERT, "full");
	pen_printf(pen, STYLE_TITLE, "   %s  ", queue_role_name(q->role));
	if (w->tid != w->pid)
		pen_printf(pen, STYLE_TEXT, "thread %" PRIu32 " of ", w->tid);
	pen_printf(
		pen, STYLE_TEXT, "%" PRIu32 " waits for room for %s", w->pid, fmt_duration(a, ns));
	if (w->bytes)
		pen_printf(pen, STYLE_TEXT, ", to write %s", fmt_bytes(a, w->bytes));
	put(pen, "waiting", show_count(a, true, q->waiting));
	put(pen, "in bytes", fmt_bytes(b, q->bytes_waiting));
}

/* Back-pressure: who is held up by a full pipe at this moment. The lines that it took. */
static int draw_writers(const struct model *m, const struct pool *p, struct grid *g, int row)
{
	struct queue_writer list[QUEUE_WRITERS];
	int used = 0;

	for (uint32_t i = 0; i < p->queues_count && used < WRITERS; i++) {
		uint32_t count = queue_writers(m, p, &p->queues[i], list);

		for (uint32_t k = 0; k < count && used < WRITERS; k++) {
			struct pen pen = grid_pen(g, row + used++, 1, g->columns - 2);

			draw_writer(m, &p->queues[i], &list[k], &pen);
		}
	}
	return used;
}

static int head(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	const struct totals *t = &p->totals;
	const struct way out = {"out", &p->out_per_tick, t->sent, t->bytes_out, t->bytes_out_max};
	const struct way back = {
		"back", &p->back_per_tick, t->done, t->bytes_back, t->bytes_back_max};

	int row = 3;

	draw_title(m, p, g);
	if (!show_has_tasks(m))
		return 1;
	draw_way(m, g, 1, &out);
	draw_way(m, g, 2, &back);
	if (p->shared.h.kind)
		draw_shared(p, g, row++);
	return row + draw_writers(m, p, g, row);
}

static const struct table *const tables[] = {&table_queues, &table_traffic, NULL};

const struct view view_traffic = {
	.name = "traffic",
	.title = "Traffic",
	.about = "bytes and messages by queue and by worker, what waits, and who is held up",
	.key = '4',
	.needs_pool = true,
	.draw = panes_draw,
	.act = panes_act,
	.tables = tables,
	.head = head,
};
