/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/snapshot.h"

#include <errno.h>
#include <stdlib.h>

static const enum stack_gil gils[] = {
	[PY_GIL_UNKNOWN] = STACK_GIL_UNKNOWN,
	[PY_GIL_FREE] = STACK_GIL_FREE,
	[PY_GIL_HELD] = STACK_GIL_HELD,
	[PY_GIL_WAITING] = STACK_GIL_WAITING,
};

/* Once for each process, though it may have several pools. */
static void add(struct snapshot *s, uint32_t pid, bool is_parent, const char *command)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->processes[i].pid == pid)
			return;
	s->processes[s->count++] =
		(struct stack_process){.pid = pid, .is_parent = is_parent, .command = command};
}

static int by_pid(const void *a, const void *b)
{
	const struct stack_process *x = a, *y = b;

	if (x->is_parent != y->is_parent)
		return x->is_parent ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Room for all, and who they are. */
static int collect(const struct model *m, struct snapshot *s)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < m->pools_count; i++)
		most += 1 + m->pools[i].workers_count;
	s->processes = calloc(most + 1, sizeof(*s->processes));
	s->stacked = calloc(most + 1, sizeof(*s->stacked));
	if (!s->processes || !s->stacked)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].state != POOL_GONE && !m->pools[i].parent_gone)
			add(s, m->pools[i].pid, true, model_text(m, m->pools[i].command, "?"));
	for (uint32_t i = 0; i < m->pools_count; i++)
		for (uint32_t k = 0; k < m->pools[i].workers_count; k++)
			if (!m->pools[i].workers[k].ended_ns)
				add(s, m->pools[i].workers[k].pid, false, NULL);
	qsort(s->processes, s->count, sizeof(*s->processes), by_pid);
	return 0;
}

static struct stack_thread thread_of(const struct py_thread *t, struct stacked *from, uint32_t i)
{
	return (struct stack_thread){
		.tid = t->tid,
		.name = t->name,
		.frames = from->frames + t->frames,
		.count = t->count,
		.is_cut = t->is_cut,
		.is_torn = t->whole == PY_TORN,
		.is_python = t->state != 0,
		.on_cpu = t->on_cpu,
		.gil = gils[t->gil],
		.call = call_name(t->call.nr, from->calls[i]),
	};
}

static struct stack_frame native_frame(const struct unwound *u)
{
	return (struct stack_frame){
		.function = *u->function ? u->function : NULL,
		.file = *u->module ? u->module : NULL,
		.is_native = true,
		.offset = u->offset,
	};
}

/* Python frames among the machine frames, if it is known where; else the latter alone. */
static int show_native(struct stacked *from, uint32_t thread, const struct native_stack *n)
{
	struct stack_thread *t = &from->threads[thread];
	uint32_t count = n->mixed_count ? n->mixed_count : n->count;
	struct stack_frame *frames = calloc(count + 1, sizeof(*frames));

	if (!frames)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		bool is_python = n->mixed_count && n->mixed[i].is_python;
		uint32_t at = n->mixed_count ? n->mixed[i].at : i;

		frames[i] = is_python ? t->frames[at] : native_frame(&n->places[at]);
	}
	from->native[thread] = frames;
	t->native = frames;
	t->native_count = count;
	t->is_mixed = n->mixed_count;
	t->is_native_cut = !n->is_whole;
	return 0;
}

static int show_all_native(struct stacked *from, const struct native_now *now)
{
	int ret = 0;

	for (uint32_t i = 0; i < from->reader.threads_count && !ret && now; i++) {
		const struct native_stack *n = native_now_get(now, from->threads[i].tid);

		if (n && n->count)
			ret = show_native(from, i, n);
	}
	return ret;
}

static int show(struct stacked *from, struct stack_process *to)
{
	const struct reader *r = &from->reader;

	from->calls = calloc(r->threads_count + 1, sizeof(*from->calls));
	from->threads = calloc(r->threads_count + 1, sizeof(*from->threads));
	from->frames = calloc(r->frames_count + 1, sizeof(*from->frames));
	from->native = calloc(r->threads_count + 1, sizeof(*from->native));
	if (!from->calls || !from->threads || !from->frames || !from->native)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->frames_count; i++) {
		const struct code *code = &r->codes.codes[r->frames[i].code];

		from->frames[i] = (struct stack_frame){
			.function = code->function, .file = code->file, .line = r->frames[i].line};
	}
	for (uint32_t i = 0; i < r->threads_count; i++)
		from->threads[i] = thread_of(&r->threads[i], from, i);
	to->threads = from->threads;
	to->count = r->threads_count;
	to->left_out = r->left_out;
	to->python = r->interp.version;
	return 0;
}

static int read_process(struct snapshot *s, uint32_t i)
{
	struct stacked *from = &s->stacked[i];
	struct stack_process *to = &s->processes[i];
	int ret = reader_init(&from->reader, "/proc", to->pid, &from->err);

	if (s->native)
		from->reader.taker = native_now_of(s->native, to->pid);
	if (!ret)
		ret = reader_read(&from->reader, &from->err);
	if (!ret)
		ret = show(from, to);
	if (!ret)
		ret = show_all_native(from, s->native);
	if (ret)
		to->error = from->err.text;
	return ret;
}

/* Nothing could be read: says why for the one that was asked for, else for the first. */
static int fail(const struct snapshot *s, const int *results, uint32_t pid, struct err *err)
{
	uint32_t which = 0;

	for (uint32_t i = 0; i < s->count; i++)
		if (s->processes[i].pid == pid)
			which = i;
	*err = s->stacked[which].err;
	return results[which];
}

static int read_all(struct snapshot *s, uint32_t pid, struct err *err)
{
	int *results = calloc(s->count + 1, sizeof(*results));
	uint32_t good = 0;
	int ret = 0;

	if (!results)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->count && ret != -ENOMEM; i++) {
		ret = results[i] = read_process(s, i);
		good += !ret;
	}
	if (ret != -ENOMEM)
		ret = good || !s->count ? 0 : fail(s, results, pid, err);
	free(results);
	return ret;
}

int snapshot_read(const struct model *m, uint32_t pid, struct snapshot *ret, struct err *err)
{
	struct snapshot s = {.native = native_now_new()};
	int r = collect(m, &s);

	if (!r)
		r = read_all(&s, pid, err);
	if (r == -ENOMEM)
		err_set(err, r, ERR_FAILED, "out of memory");
	if (r)
		snapshot_release(&s);
	else
		*ret = s;
	return r;
}

void snapshot_release(struct snapshot *s)
{
	for (uint32_t i = 0; i < s->count && s->stacked; i++) {
		for (uint32_t k = 0; s->stacked[i].native && k < s->stacked[i].reader.threads_count;
			k++)
			free(s->stacked[i].native[k]);
		free(s->stacked[i].native);
		reader_release(&s->stacked[i].reader);
		free(s->stacked[i].calls);
		free(s->stacked[i].threads);
		free(s->stacked[i].frames);
	}
	free(s->processes);
	free(s->stacked);
	native_now_free(s->native);
	*s = (struct snapshot){0};
}
