/* SPDX-License-Identifier: GPL-2.0-only */
/* What the threads of a process wait in, while it does not move. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "model/inside.h"

static void forget(struct proc *p)
{
	free(p->waits);
	p->waits = NULL;
	p->waits_count = 0;
	p->waits_ns = 0;
}

static void note_free(struct model *m, const struct proc *p, const struct frame_wait *f)
{
	struct pool *pool = p->pool ? model_find_pool(m, p->pool) : NULL;
	struct worker *w = pool ? pool_find_worker(pool, p->worker) : NULL;

	if (w && f->tid == p->pid)
		w->is_free = f->wait_for != WAIT_LOCK || f->flags & WAIT_TIMED ||
			     !(f->flags & WAIT_ALONE);
}

int apply_wait(struct model *m, const struct frame *frame)
{
	const struct frame_wait *f = (const struct frame_wait *)frame;
	struct proc *p = model_find_proc(m, frame->pid);
	struct frame_wait *w;

	if (!p || p->gone) {
		m->dropped.orphan_frames++;
		return 0;
	}
	if (f->flags & (WAIT_FIRST | WAIT_MOVED))
		forget(p);
	if (f->flags & WAIT_MOVED)
		return 0;
	if (!p->waits)
		p->waits = calloc(MODEL_WAITS, sizeof(*p->waits));
	if (!p->waits)
		return -ENOMEM;
	if (p->waits_count == MODEL_WAITS)
		return 0;
	w = &p->waits[p->waits_count++];
	*w = *f;
	text_clean(w->comm, sizeof(w->comm), f->comm, sizeof(f->comm), 0);
	p->waits_ns = frame->t_ns;
	p->waits_state = p->work.state;
	note_free(m, p, w);
	return 0;
}

const struct frame_wait *proc_waits(const struct proc *p, uint32_t *ret_count)
{
	bool stands =
		p->waits_count && p->spoke_ns <= p->waits_ns && p->work.state == p->waits_state;

	*ret_count = stands ? p->waits_count : 0;
	return stands ? p->waits : NULL;
}

const struct frame_wait *model_main_wait(const struct model *m, uint32_t pid)
{
	const struct proc *p = model_proc(m, pid);
	uint32_t count;
	const struct frame_wait *w = p ? proc_waits(p, &count) : NULL;

	return w && w->tid == pid ? w : NULL;
}

uint64_t worker_hangs_ns(const struct model *m, const struct worker *w)
{
	const struct frame_wait *f = w->ended_ns ? NULL : model_main_wait(m, w->pid);

	if (!f || f->wait_for != WAIT_LOCK || !(f->flags & WAIT_ALONE) || f->flags & WAIT_TIMED ||
		w->state == STATE_WAIT || w->state == STATE_EXIT)
		return 0;
	/* Since when it is in this state is known to the nanosecond. */
	if (w->state == STATE_LOCK && w->state_since_ns < f->since_ns)
		return since_ns(m->now_ns, w->state_since_ns);
	return since_ns(m->now_ns, f->since_ns);
}

static const char *const names[] = {
	[WAIT_NONE] = "none",
	[WAIT_READ] = "read",
	[WAIT_WRITE] = "write",
	[WAIT_POLL] = "poll",
	[WAIT_LOCK] = "lock",
	[WAIT_SEMAPHORE] = "semaphore",
	[WAIT_CHILD] = "child",
	[WAIT_TIME] = "time",
	[WAIT_OTHER] = "other",
};

const char *wait_for_name(uint32_t wait_for)
{
	return wait_for < sizeof(names) / sizeof(names[0]) ? names[wait_for] : "other";
}

static void words_pipe(char buf[static WAIT_WORDS], const struct pool *p,
	const struct frame_wait *f, const char *const what[3])
{
	const struct queue *q = pool_queue(p, f->object);

	if (q)
		snprintf(buf, WAIT_WORDS, "%s", what[q->role == QUEUE_RESULTS]);
	else if (f->object)
		snprintf(buf, WAIT_WORDS, "%s pipe or socket %" PRIu64, what[2],
			(uint64_t)f->object);
	else
		snprintf(buf, WAIT_WORDS, "%s a file or socket", what[2]);
}

static void words_semaphore(char buf[static WAIT_WORDS], const struct worker *w)
{
	const char *which = "a lock that processes share";

	if (w && w->state == STATE_WAIT)
		which = "the task queue's lock";
	else if (w && w->state == STATE_SEND)
		which = "the result queue's lock";
	snprintf(buf, WAIT_WORDS, "%s", which);
}

char *wait_words(char buf[static WAIT_WORDS], const struct pool *p, const struct worker *w,
	const struct frame_wait *f)
{
	static const char *const read[3] = {"a task", "a result", "something from"};
	static const char *const room[3] = {
		"room in the task queue", "room in the result queue", "room in"};
	static const char *const plain[] = {
		[WAIT_NONE] = "nothing: it runs",
		[WAIT_LOCK] = "a lock of its own process",
		[WAIT_TIME] = "time to pass",
		[WAIT_CHILD] = "the end of a child",
	};

	if (f->wait_for == WAIT_READ || (f->wait_for == WAIT_POLL && f->object))
		words_pipe(buf, p, f, read);
	else if (f->wait_for == WAIT_WRITE)
		words_pipe(buf, p, f, room);
	else if (f->wait_for == WAIT_POLL)
		snprintf(buf, WAIT_WORDS, "any of several files or sockets");
	else if (f->wait_for == WAIT_SEMAPHORE)
		words_semaphore(buf, w);
	else if (f->wait_for == WAIT_CHILD && f->object)
		snprintf(buf, WAIT_WORDS, "the end of %" PRIu64, (uint64_t)f->object);
	else if (f->wait_for < sizeof(plain) / sizeof(plain[0]) && plain[f->wait_for])
		snprintf(buf, WAIT_WORDS, "%s", plain[f->wait_for]);
	else
		snprintf(buf, WAIT_WORDS, "system call %" PRId32, f->syscall);
	return buf;
}
