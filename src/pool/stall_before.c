/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule A of what was before watching began: somebody waits in a Pool's get(), next() or join(), and
 * none of those who could bring that to an end has anything to do. Each of them is looked at: all
 * workers wait for a task, the parent's thread that reads results waits for one, and the one that
 * sends tasks is in nobody's iterator (CPython 3.6 to 3.15 Lib/multiprocessing/pool.py). So what is
 * waited for was lost.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pool/stall.h"

#define STANDS_NS UINT64_C(1500000000)

enum { QUIET_TICKS = 2 };

/* What the parent's threads are at. */
struct parts {
	uint32_t waiter; /* thread that waits without a limit; 0: none */
	uint64_t since_ns;
	const char *caller; /* of the program's own, that waits; NULL: not known */
	uint32_t readers, senders, workers; /* threads of a Pool's, or a ThreadPool's */
	bool is_sending; /* the sender is in code of somebody else's */
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

static bool is_in_pool(const char *file)
{
	return ends_with(file, "/multiprocessing/pool.py") ||
	       ends_with(file, "/multiprocess/pool.py");
}

static bool is_library(const char *file)
{
	return is_in_pool(file) || ends_with(file, "/threading.py") || ends_with(file, "/queue.py");
}

/* The last part of a qualified name. */
static const char *plain(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names))
		names++;
	return *names;
}

static const struct frame_wait *wait_of(const struct proc *c, uint32_t tid)
{
	uint32_t count = 0;
	const struct frame_wait *waits = proc_waits(c, &count);

	for (uint32_t i = 0; i < count; i++)
		if (waits[i].tid == tid)
			return &waits[i];
	return NULL;
}

static void take_waiter(const struct model *m, const struct proc *c, const struct stack *s,
	uint32_t at, struct parts *ret)
{
	const struct frame_wait *f = wait_of(c, s->tid);
	uint32_t i = at;

	if (!f || f->wait_for != WAIT_LOCK || f->flags & WAIT_TIMED || waited_ns(m, f) < STANDS_NS)
		return;
	while (i < s->count && is_library(model_text(m, s->places[i].file, "")))
		i++;
	ret->waiter = s->tid;
	ret->since_ns = f->since_ns;
	ret->caller = i < s->count ? model_text(m, s->places[i].function, NULL) : NULL;
}

static void take_stack(
	const struct model *m, const struct proc *c, const struct stack *s, struct parts *ret)
{
	static const char *const waiting[] = {"get", "wait", "next", "join", NULL};
	bool is_foreign = false;

	for (uint32_t i = 0; i < s->count; i++) {
		const char *file = model_text(m, s->places[i].file, "");
		const char *name = plain(model_text(m, s->places[i].function, ""));

		is_foreign |= !is_library(file);
		if (!is_in_pool(file))
			continue;
		ret->readers += !strcmp(name, "_handle_results");
		ret->workers += !strcmp(name, "worker");
		if (!strcmp(name, "_handle_tasks")) {
			ret->senders++;
			ret->is_sending |= is_foreign;
		}
		if (is_one_of(name, waiting) && !is_foreign && !ret->waiter)
			take_waiter(m, c, s, i, ret);
	}
}

/* False: not all of its threads are known. */
static bool look(const struct model *m, const struct proc *c, struct parts *ret)
{
	uint32_t count = 0, threads = 0;
	const struct frame_wait *waits = proc_waits(c, &count);
	const struct stack *s;

	if (!count || waits[0].threads != count)
		return false;
	for (; (s = proc_stack_nth(m, c, threads)); threads++)
		take_stack(m, c, s, ret);
	return threads == count;
}

/* A thread of the parent's waits to read from the pool's results. */
static bool has_idle_reader(const struct model *m, const struct pool *p, const struct proc *c)
{
	uint32_t count = 0;
	const struct frame_wait *waits = proc_waits(c, &count);

	for (uint32_t i = 0; i < count; i++)
		if (waits[i].wait_for == WAIT_READ && waits[i].object == p->result_ino &&
			waited_ns(m, &waits[i]) >= STANDS_NS)
			return true;
	return false;
}

/* All wait for a task: one reads, the others for its lock. */
static bool all_idle(const struct model *m, const struct pool *p)
{
	uint32_t readers = 0;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		const struct frame_wait *f = w->ended_ns ? NULL : model_main_wait(m, w->pid);

		if (w->ended_ns)
			continue;
		if (w->state != STATE_WAIT || !f || waited_ns(m, f) < STANDS_NS)
			return false;
		if (f->wait_for == WAIT_READ && f->object == p->task_ino)
			readers++;
		else if (f->wait_for != WAIT_SEMAPHORE)
			return false;
	}
	return readers == 1;
}

static bool find(const struct model *m, const struct pool *p, struct parts *ret)
{
	const struct proc *c = model_proc(m, p->pid);

	*ret = (struct parts){0};
	if (p->kind != pool_kind_pool.name || p->from_start || p->closing || p->totals.lost ||
		p->quiet_ticks <= QUIET_TICKS || !p->workers_alive || !p->task_ino ||
		!p->result_ino || !c || pool_in_flight(p))
		return false;
	return all_idle(m, p) && has_idle_reader(m, p, c) && look(m, c, ret) && ret->waiter &&
	       ret->readers == 1 && ret->senders == 1 && !ret->workers && !ret->is_sending;
}

bool stall_is_lost_before(const struct model *m, const struct pool *p)
{
	struct parts parts;

	return find(m, p, &parts);
}

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	struct parts parts;

	if (!find(m, p, &parts))
		return false;
	ret->since_ns = parts.since_ns;
	snprintf(ret->text, sizeof(ret->text),
		"%.80s waits for a result that nobody is at work on: all %" PRIu32
		" workers wait for tasks, and nothing is on its way; a worker took it along "
		"before watching began (inferred)",
		parts.caller ? parts.caller : "the parent", p->workers_alive);
	return true;
}

const struct stall_rule stall_lost_before = {
	.letters = "A",
	.reason = "lost-task",
	.judge = judge,
};
