/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker's states, their sums, and what is sampled of it. */
#include <string.h>

#include "model/inside.h"

uint64_t worker_state_ns(const struct worker *w, enum worker_state state, uint64_t now_ns)
{
	uint64_t ns = w->state_ns[state];

	if (w->state == state && !w->ended_ns)
		ns += since_ns(now_ns, w->state_since_ns);
	return ns;
}

uint64_t worker_life_ns(const struct worker *w, uint64_t now_ns)
{
	uint64_t until_ns = now_ns > w->state_since_ns ? now_ns : w->state_since_ns;

	return since_ns(w->ended_ns ? w->ended_ns : until_ns, w->watched_ns);
}

unsigned int worker_strip(const struct worker *w, uint32_t ticks_back)
{
	if (ticks_back >= MODEL_STRIP)
		return 0;
	return w->strip[(w->strip_head + MODEL_STRIP - 1 - ticks_back) % MODEL_STRIP];
}

void worker_refine(
	struct worker *w, const struct proc *proc, enum worker_state state, uint64_t t_ns)
{
	/* The newest FRAME_WORK may have been taken after this message: then it knows better. */
	if (w->state == state || t_ns <= w->state_since_ns || t_ns <= proc->work.h.t_ns)
		return;
	w->state_ns[w->state] += t_ns - w->state_since_ns;
	w->state = state;
	w->state_since_ns = t_ns;
}

void worker_work(struct worker *w, const struct frame_work *f)
{
	uint64_t sum_ns = 0;

	for (unsigned int s = 0; s < WORKER_STATES; s++) {
		w->state_ns[s] = f->state_ns[s];
		sum_ns += f->state_ns[s];
	}
	/* One that was found is measured from when its sums began. */
	if (!w->born_seen)
		w->watched_ns = since_ns(f->since_ns, sum_ns);
	w->known = f->known & STATES_ALL;
	w->state = (enum worker_state)f->state;
	w->state_since_ns = f->since_ns;
	w->cpu_ns = f->cpu_ns;
	w->core = (int32_t)f->core;
	w->stuck = f->flags & WORK_PRIVATE_FUTEX;
	w->gil_ns = f->gil_ns;
	w->gil_known = f->flags & WORK_GIL_KNOWN;
	w->side_ns = f->side_ns;
	w->side_known = f->flags & WORK_SIDE_KNOWN;
}

static void remember_memory(struct memory_past *past, uint64_t t_ns, uint64_t rss_bytes)
{
	if (past->count == MODEL_MEMORY) {
		past->count--;
		memmove(past->t_ns, past->t_ns + 1, sizeof(past->t_ns) - sizeof(past->t_ns[0]));
		memmove(past->rss_bytes, past->rss_bytes + 1,
			sizeof(past->rss_bytes) - sizeof(past->rss_bytes[0]));
	}
	past->t_ns[past->count] = t_ns;
	past->rss_bytes[past->count++] = rss_bytes;
}

void worker_usage(struct worker *w, const struct frame_usage *f)
{
	if (f->rss_bytes)
		remember_memory(&w->memory, f->h.t_ns, f->rss_bytes);
	w->rss_bytes = f->rss_bytes;
	if (f->rss_peak_bytes > w->rss_peak_bytes)
		w->rss_peak_bytes = f->rss_peak_bytes;
	w->threads = f->threads;
}

/* It waits for a task since after it took the one it has in hand: it was not answered, and where
 * messages have no numbers it need not be. */
static void rest(struct model *m, struct pool *p, struct worker *w, const struct frame_work *f)
{
	struct queue *q = queue_find(p, f->syscall_ino);

	if (!p->traits.unnumbered || f->state != STATE_WAIT)
		return;
	if (w->hand.has && f->since_ns > w->hand.since_ns)
		plain_left(p, w, f->since_ns);
	/* What was written and taken before it waited is known, but after the frame's time. */
	if (q && q->role == QUEUE_TASKS && f->since_ns > q->written_ns && f->since_ns <= f->h.t_ns)
		plain_idle(m, p, q);
}

static struct worker *worker_of(struct model *m, const struct proc *p)
{
	struct pool *pool = p->pool ? model_find_pool(m, p->pool) : NULL;

	return pool ? pool_find_worker(pool, p->worker) : NULL;
}

int apply_work(struct model *m, const struct frame *f)
{
	const struct frame_work *work = (const struct frame_work *)f;
	struct proc *p = model_find_proc(m, f->pid);
	struct worker *w;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	if (work->state >= WORKER_STATES) {
		m->dropped.bad_frames++;
		return 0;
	}
	p->work = *work;
	p->blocked_syscall = work->syscall;
	p->blocked_ino = work->syscall_ino;
	w = worker_of(m, p);
	if (!w)
		return 0;
	worker_work(w, work);
	rest(m, model_find_pool(m, p->pool), w, work);
	return 0;
}

int apply_usage(struct model *m, const struct frame *f)
{
	const struct frame_usage *usage = (const struct frame_usage *)f;
	struct proc *p = model_find_proc(m, f->pid);
	struct worker *w;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	p->usage = *usage;
	p->threads = usage->threads;
	w = worker_of(m, p);
	if (w)
		worker_usage(w, usage);
	return 0;
}

void tick_worker(const struct model *m, struct worker *w)
{
	uint64_t most_ns = 0, run_ns = 0;
	unsigned int dominant = 0;

	for (unsigned int s = 0; s < WORKER_STATES; s++) {
		uint64_t now_ns = worker_state_ns(w, (enum worker_state)s, m->now_ns);
		uint64_t ns = since_ns(now_ns, w->strip_last_ns[s]);

		w->strip_last_ns[s] = now_ns;
		run_ns += s == STATE_RUN ? ns : 0;
		if (ns <= most_ns)
			continue;
		most_ns = ns;
		dominant = 1 + s;
	}
	w->strip[w->strip_head] = (uint8_t)dominant;
	w->strip_head = (w->strip_head + 1) % MODEL_STRIP;
	w->cpu_share = m->tick_ns ? (double)since_ns(w->cpu_ns, w->tick_cpu_ns) / m->tick_ns : 0;
	w->run_share = m->tick_ns ? (double)run_ns / m->tick_ns : 0;
	w->tick_cpu_ns = w->cpu_ns;
}
