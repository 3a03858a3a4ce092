/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that the watcher did not tell one by one, but added up (struct frame_level): they count
 * like any other, and that is all that is known of them. The list of tasks has those that were
 * told; what a pool has in flight follows from its totals then.
 */
#include "model/inside.h"

/* Two lives of a sum: at one tick it is told what was added up since the one before. */
#define LATE_NS UINT64_C(2000000000)

#define NEVER_NS 1e18

static void more(uint64_t *most, uint64_t bytes)
{
	if (bytes > *most)
		*most = bytes;
}

static void count_queue(struct queue *q, const struct frame_sum *f)
{
	more(&q->bytes_max, f->bytes_max);
	if (f->dir == MSG_READ) {
		q->read += f->messages;
		q->bytes_read += f->bytes;
		more(&q->read_ns, f->newest_ns);
		return;
	}
	q->written += f->messages;
	q->bytes_written += f->bytes;
	more(&q->written_ns, f->newest_ns);
	q->blocked_ns += f->blocked_ns;
	series_add(&q->bytes_per_tick, f->bytes);
}

static void sum_sent(struct model *m, struct pool *p, struct queue *q, const struct frame_sum *f)
{
	struct func *func = func_get(m, p, f->func);

	if (!p->closing)
		q->told = false;
	p->totals.sent += f->messages;
	p->totals.items += f->messages * f->items;
	p->totals.bytes_out += f->bytes;
	more(&p->totals.bytes_out_max, f->bytes_max);
	series_add(&p->out_per_tick, f->bytes);
	more(&p->last_sent_ns, f->newest_ns);
	if (!func)
		return;
	func->sent += f->messages;
	func->items += f->messages * f->items;
	func->bytes_out += f->bytes;
}

static void sum_taken(struct pool *p, struct worker *w, const struct frame_sum *f)
{
	p->totals.taken += f->messages;
	w->bytes_in += f->bytes;
	more(&p->last_taken_ns, f->newest_ns);
	/* It has taken another one since. */
	if (w->hand.has && w->hand.since_ns < f->newest_ns)
		w->hand = (struct hand){0};
}

static void sum_done(struct model *m, struct pool *p, struct worker *w, const struct frame_sum *f)
{
	struct func *func = func_get(m, p, f->func);
	uint64_t items = f->messages * f->items;

	p->totals.done += f->messages;
	p->totals.bytes_back += f->bytes;
	more(&p->totals.bytes_back_max, f->bytes_max);
	series_add(&p->done_per_tick, f->messages);
	series_add(&p->back_per_tick, f->bytes);
	w->tasks += f->messages;
	w->items += items;
	w->bytes_out += f->bytes;
	more(&w->last_done_ns, f->newest_ns);
	if (f->flags & MSG_CHUNKED && f->items)
		p->chunk_sizes[31 - __builtin_clz(f->items)] += f->messages;
	if (w->hand.has && w->hand.since_ns <= f->newest_ns)
		w->hand = (struct hand){0};
	if (!func)
		return;
	func->tasks += f->messages;
	func->bytes_back += f->bytes;
	pace_summed(m, func, f);
}

static void sum_returned(struct pool *p, const struct frame_sum *f)
{
	p->totals.returned += f->messages;
	results_summed(p, f->newest_ns);
}

static void by_worker(struct model *m, struct pool *p, struct queue *q, const struct frame_sum *f)
{
	const struct proc *proc = model_find_proc(m, f->h.pid);
	struct worker *w = proc && proc->pool == p->id ? pool_find_worker(p, proc->worker) : NULL;

	if (!w) {
		m->dropped.messages += f->messages;
		return;
	}
	w->provisional = false;
	queue_used_by(q, w->id);
	if (q->role == QUEUE_TASKS && f->dir == MSG_READ)
		sum_taken(p, w, f);
	else if (q->role == QUEUE_RESULTS && f->dir == MSG_WRITE)
		sum_done(m, p, w, f);
}

int apply_sum(struct model *m, const struct frame *frame)
{
	const struct frame_sum *f = (const struct frame_sum *)frame;
	struct proc *by = model_find_proc(m, f->h.pid);
	struct queue *q;
	struct pool *p = model_queue_pool(m, f->ino, &q);

	if (by && by->spoke_ns < f->newest_ns)
		by->spoke_ns = f->newest_ns;
	if (f->shape == SHAPE_EMPTY) {
		m->summed += f->messages;
		if (f->dir == MSG_WRITE)
			results_woken(m, f->h.pid, 0, f->newest_ns);
		return 0;
	}
	if (!p) {
		m->dropped.messages += f->messages;
		return 0;
	}
	p->summed = true;
	m->summed += f->messages;
	count_queue(q, f);
	more(&p->last_progress_ns, f->newest_ns);
	if (f->h.pid != p->pid)
		by_worker(m, p, q, f);
	else if (q->role == QUEUE_TASKS && f->dir == MSG_WRITE)
		sum_sent(m, p, q, f);
	else if (q->role == QUEUE_RESULTS && f->dir == MSG_READ)
		sum_returned(p, f);
	return 0;
}

int apply_level(struct model *m, const struct frame *frame)
{
	const struct frame_level *f = (const struct frame_level *)frame;

	if (m->level.level)
		m->reduced_ns += since_ns(f->h.t_ns, m->level.h.t_ns);
	m->level = *f;
	if (f->level > m->level_most)
		m->level_most = f->level;
	return 0;
}

uint64_t model_reduced_ns(const struct model *m)
{
	return m->reduced_ns + (m->level.level ? since_ns(m->now_ns, m->level.h.t_ns) : 0);
}

/* So long it takes what stands in a queue to leave it, at the pace of the last tick, twice. */
static uint64_t passing_ns(const struct model *m, uint64_t in, uint64_t out, uint64_t out_before)
{
	double out_ns = m->tick_ns ? (double)since_ns(out, out_before) / (double)m->tick_ns : 0;
	double ns = out_ns > 0 ? 2 * (double)since_ns(in, out) / out_ns : NEVER_NS;

	return (ns < NEVER_NS ? (uint64_t)ns : (uint64_t)NEVER_NS) + LATE_NS + 2 * m->tick_ns;
}

bool sum_overtook(const struct model *m, struct pool *p, const struct task *t)
{
	const struct totals *now = &p->totals;
	const struct worker *w = t->taken_ns ? pool_find_worker(p, t->worker) : NULL;
	uint64_t ns;

	if (!p->summed || !task_key_is_numbered(t->key) ||
		(m->level.h.kind && task_is_told(t->key.job, t->key.chunk, m->level.every)))
		return false;
	if (t->done_ns) {
		ns = passing_ns(m, now->done, now->returned, p->tick_returned);
		return t->done_ns + ns < m->now_ns;
	}
	if (t->taken_ns)
		return t->taken_ns + LATE_NS + 2 * m->tick_ns < m->now_ns &&
		       (!w || !w->hand.has || !task_key_is(w->hand.key, t->key));
	ns = passing_ns(m, now->sent, now->taken, p->tick_taken);
	return t->sent_ns + ns < m->now_ns;
}

void tick_sums(struct pool *p)
{
	p->tick_taken = p->totals.taken;
	p->tick_returned = p->totals.returned;
}
