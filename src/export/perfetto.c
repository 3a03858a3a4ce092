/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace event format, which Perfetto's viewer and chrome://tracing open: a process for each
 * pool, a track for each worker with its tasks, marks for what happened, and counters.
 * "Trace Event Format", Duration and Complete events: ts and dur are microseconds.
 */
#include <inttypes.h>

#include "export/format.h"

static void begin(struct exporter *e)
{
	buf_printf(&e->out, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
}

/* Starts an event; the caller closes it with "}". */
static void event(struct exporter *e, const char *phase, uint64_t t_ns)
{
	buf_printf(&e->out, "%s{\"ph\":\"%s\",\"ts\":%" PRIu64 ".%03u", e->rows++ ? ",\n" : "",
		phase, t_ns / 1000, (unsigned int)(t_ns % 1000));
}

static void where(struct exporter *e, uint32_t pid, uint32_t tid)
{
	buf_printf(&e->out, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32, pid, tid);
}

static void arguments(struct exporter *e, const struct model *m, const struct past_task *t)
{
	const char *between = "";
	int64_t n;

	buf_printf(&e->out, ",\"args\":{");
	for (const struct task_field *f = task_fields; f->name; f++) {
		const char *text = f->text ? f->text(m, t) : NULL;

		if (!text && !(f->number && f->number(t, &n)))
			continue;
		buf_printf(&e->out, "%s\"%s\":", between, f->name);
		if (text)
			export_json_text(&e->out, text);
		else
			buf_printf(&e->out, "%" PRId64, n);
		between = ",";
	}
	buf_add(&e->out, "}", 1);
}

/* When the worker had done with it, for better or worse. */
static uint64_t until_ns(const struct model *m, const struct past_task *t)
{
	if (t->task.done_ns)
		return t->task.done_ns;
	return t->ended_ns ? t->ended_ns : m->newest_ns;
}

static void task(struct exporter *e, const struct model *m, const struct past_task *t)
{
	uint64_t from_ns = t->task.taken_ns, to_ns = until_ns(m, t), dur_ns;
	const char *name = model_text(m, t->task.func, "task");

	if (!from_ns)
		return;
	dur_ns = to_ns > from_ns ? to_ns - from_ns : 0;
	event(e, "X", from_ns);
	where(e, t->pool_pid, t->task.pid);
	buf_printf(&e->out, ",\"dur\":%" PRIu64 ".%03u,\"cat\":\"task\",\"name\":", dur_ns / 1000,
		(unsigned int)(dur_ns % 1000));
	export_json_text(&e->out, name);
	arguments(e, m, t);
	buf_add(&e->out, "}", 1);
}

static void counter(struct exporter *e, const struct model *m, const struct pool *p)
{
	uint32_t waiting = pool_waiting(p, m->now_ns, NULL), in_hand = 0;

	for (uint32_t i = 0; i < p->workers_count; i++)
		in_hand += !p->workers[i].ended_ns && p->workers[i].hand.has;
	event(e, "C", m->now_ns);
	where(e, p->pid, 0);
	buf_printf(&e->out,
		",\"name\":\"tasks of pool %" PRIu32 "\",\"args\":{\"waiting\":%" PRIu32
		",\"in hand\":%" PRIu32 "}}",
		p->id, waiting, in_hand);
}

static void frame(struct exporter *e, const struct model *m, const struct frame *f)
{
	for (uint32_t i = 0; i < m->pools_count && f->kind == FRAME_TICK; i++)
		if (!m->pools[i].ended_ns)
			counter(e, m, &m->pools[i]);
}

static void name_track(struct exporter *e, const char *what, const char *name)
{
	buf_printf(&e->out, ",\"name\":\"%s\",\"args\":{\"name\":", what);
	export_json_text(&e->out, name);
	buf_printf(&e->out, "}}");
}

static void tracks(struct exporter *e, const struct model *m, const struct pool *p)
{
	struct buf name = {0};

	buf_printf(&name, "%s %s", p->kind, model_text(m, p->command, ""));
	event(e, "M", 0);
	where(e, p->pid, 0);
	name_track(e, "process_name", name.data);
	for (uint32_t i = 0; i < p->workers_count; i++) {
		buf_drop(&name, name.len);
		buf_printf(&name, "worker %" PRIu32, p->workers[i].pid);
		event(e, "M", 0);
		where(e, p->pid, p->workers[i].pid);
		name_track(e, "thread_name", name.data);
	}
	e->out.is_short |= name.is_short;
	buf_release(&name);
}

static void mark(struct exporter *e, const struct model *m, const struct event *v)
{
	static const char *const names[] = {
		[EVENT_POOL] = "pool",
		[EVENT_POOL_GONE] = "pool gone",
		[EVENT_DEATH] = "death",
		[EVENT_FAILURE] = "failure",
		[EVENT_STALL] = "stall",
	};
	const struct pool *p = model_pool(m, v->pool);
	bool of_worker = v->kind == EVENT_DEATH || v->kind == EVENT_FAILURE;

	event(e, "i", v->t_ns);
	where(e, p ? p->pid : v->pid, of_worker ? v->pid : 0);
	buf_printf(&e->out, ",\"s\":\"%s\",\"cat\":\"event\",\"name\":\"%s\"}",
		of_worker ? "t" : "p", names[v->kind]);
}

static void end(struct exporter *e, const struct model *m)
{
	for (uint32_t i = 0; i < m->events_count; i++)
		mark(e, m, model_event(m, i));
	for (uint32_t i = 0; i < m->pools_count; i++)
		tracks(e, m, &m->pools[i]);
	buf_printf(&e->out, "\n]}\n");
}

const struct export_format export_perfetto = {
	.name = "perfetto",
	.what = "a trace for ui.perfetto.dev and chrome://tracing",
	.begin = begin,
	.frame = frame,
	.task = task,
	.end = end,
};
