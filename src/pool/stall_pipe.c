/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of full pipes. That a pipe of tasks is full while every worker is busy is no failure
 * (rule K): it is read when one of them is through. But a worker that waits for room in a pipe
 * that only its parent reads, while the parent waits for that very worker to end, or for room in
 * a pipe that only such workers read, waits for ever, and so does the parent.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pool/stall.h"

#define FULL_NS UINT64_C(1500000000)

/* What all threads of a process wait for; false: one runs, or may go on by itself. */
struct ring {
	const struct frame_wait *writes; /* for room in a pipe; NULL: none does */
	const struct frame_wait *child; /* for a child's end; NULL: none does */
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

/* It is in Process.join(): that of a fork server's child is a poll of a pipe which that server
 * writes to (CPython Lib/multiprocessing/popen_forkserver.py, Popen.poll()). */
static bool is_in_join(const struct model *m, const struct frame_wait *f)
{
	const struct proc *proc = model_proc(m, f->h.pid);
	const struct stack *s = proc ? proc_stack(m, proc, f->tid) : NULL;

	for (uint32_t i = 0; s && i < s->count; i++)
		if (ends_with(model_text(m, s->places[i].file, ""), "/multiprocessing/process.py"))
			return ends_with(model_text(m, s->places[i].function, ""), "join");
	return false;
}

/* A wait that only another process of the ring can end. */
static bool is_bound(const struct model *m, const struct frame_wait *f)
{
	if (f->flags & WAIT_TIMED || waited_ns(m, f) < FULL_NS)
		return false;
	if (f->wait_for == WAIT_POLL)
		return is_in_join(m, f);
	return f->wait_for == WAIT_WRITE || f->wait_for == WAIT_CHILD || f->wait_for == WAIT_LOCK ||
	       f->wait_for == WAIT_SEMAPHORE;
}

static bool is_stuck(const struct model *m, uint32_t pid, struct ring *ret)
{
	const struct proc *proc = model_proc(m, pid);
	uint32_t count = 0;
	const struct frame_wait *waits = proc ? proc_waits(proc, &count) : NULL;

	*ret = (struct ring){0};
	if (!count || waits[0].threads != count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!is_bound(m, &waits[i]))
			return false;
		if (waits[i].wait_for == WAIT_WRITE && waits[i].object)
			ret->writes = &waits[i];
		if (waits[i].wait_for == WAIT_CHILD || waits[i].wait_for == WAIT_POLL)
			ret->child = &waits[i];
	}
	return ret->writes || ret->child;
}

/* A worker that waits for room in a pipe that its parent reads. */
static const struct worker *writer(
	const struct model *m, const struct pool *p, uint64_t pid, struct ring *ret)
{
	const struct proc *parent = model_proc(m, p->pid);

	for (uint32_t i = 0; parent && i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (!w->ended_ns && (!pid || w->pid == pid) && is_stuck(m, w->pid, ret) &&
			ret->writes && proc_holds(parent, ret->writes->object) & PIPE_READ)
			return w;
	}
	return NULL;
}

/* Nobody of them will read what the parent writes. */
static bool all_write(const struct model *m, const struct pool *p)
{
	struct ring ring;

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns &&
			!(is_stuck(m, p->workers[i].pid, &ring) && ring.writes))
			return false;
	return p->workers_alive;
}

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	struct ring parent, worker;
	const struct worker *w;
	uint64_t child;

	if (!is_stuck(m, p->pid, &parent))
		return false;
	/* Which one, a poll does not tell. */
	child = parent.child && parent.child->wait_for == WAIT_CHILD ? parent.child->object : 0;
	w = writer(m, p, child, &worker);
	if (!w || ((parent.writes || !child) && !all_write(m, p)))
		return false;
	ret->since_ns = worker.writes->since_ns;
	snprintf(ret->text, sizeof(ret->text),
		"%" PRIu32 " waits for room in pipe %" PRIu64
		", which is full and which its parent "
		"does not read: that waits for %s",
		w->pid, (uint64_t)worker.writes->object,
		parent.writes ? "room in another full pipe, which nobody reads either"
			      : "this worker's end; read what it sends before join()");
	return true;
}

const struct stall_rule stall_pipe_full = {
	.letters = "",
	.reason = "pipe-full",
	.judge = judge,
};
