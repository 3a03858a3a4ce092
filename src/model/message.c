/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages on a pool's pipes: by pipe, direction and side they are steps in a task's life. */
#include "model/inside.h"

enum role { ROLE_NONE, ROLE_TASK, ROLE_RESULT, ROLE_SENTINEL, ROLE_BYE };

/* What carries a task or a result, in every kind of pool. */
static const uint8_t roles[] = {
	[SHAPE_NONE] = ROLE_SENTINEL,
	[SHAPE_INT] = ROLE_BYE,
	[SHAPE_POOL_TASK] = ROLE_TASK,
	[SHAPE_POOL_RESULT] = ROLE_RESULT,
	[SHAPE_CALL] = ROLE_TASK,
	[SHAPE_RESULT] = ROLE_RESULT,
	[SHAPE_BILLIARD_TASK] = ROLE_TASK,
	[SHAPE_BILLIARD_READY] = ROLE_RESULT,
	[SHAPE_INDEX] = ROLE_TASK,
	[SHAPE_DATA] = ROLE_RESULT,
};

static enum role role_of(const struct frame_msg *f)
{
	return f->shape < sizeof(roles) ? (enum role)roles[f->shape] : ROLE_NONE;
}

/* Where each worker may have a queue of its own, the pool closes when all of them are told. */
static void tell_to_end(struct pool *p, struct queue *q, uint64_t t_ns)
{
	q->told = true;
	for (uint32_t i = 0; i < p->queues_count && p->traits.own_queues; i++) {
		const struct queue *other = &p->queues[i];
		const struct worker *w = other->worker ? pool_worker(p, other->worker) : NULL;

		if (other->role == QUEUE_TASKS && !other->told && !(w && w->ended_ns))
			return;
	}
	p->closing_ns = p->closing ? p->closing_ns : t_ns;
	p->closing = true;
}

static int plain_by_parent(
	struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f)
{
	bool written = f->dir == MSG_WRITE;

	if (q->role == QUEUE_RESULTS)
		return written ? plain_done(m, NULL, q, f) : plain_returned(m, p, q, f);
	if (!written)
		return 0;
	if (f->shape == SHAPE_NONE) {
		tell_to_end(p, q, f->h.t_ns);
	} else {
		q->told = false;
		p->closing = false;
	}
	return plain_sent(m, p, q, f);
}

static int plain_by_worker(
	struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f)
{
	bool taken = q->role == QUEUE_TASKS && f->dir == MSG_READ;

	if (!taken && !(q->role == QUEUE_RESULTS && f->dir == MSG_WRITE))
		return 0;
	if (!taken)
		return plain_done(m, w, q, f);
	w->told_to_end = f->shape == SHAPE_NONE;
	if (!w->told_to_end)
		worker_refine(w, model_find_proc(m, f->h.pid), STATE_RUN, f->h.t_ns);
	return plain_taken(m, w, q, f);
}

static int by_parent(struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f)
{
	bool tasks = q->role == QUEUE_TASKS;
	enum role role = role_of(f);

	if (p->traits.unnumbered)
		return plain_by_parent(m, p, q, f);
	if (role == ROLE_SENTINEL && f->dir == MSG_WRITE && (tasks || p->traits.ends_results))
		tell_to_end(p, q, f->h.t_ns);
	if (f->dir == (tasks ? MSG_WRITE : MSG_READ) && role == (tasks ? ROLE_TASK : ROLE_RESULT))
		q->parent_tid = f->tid;
	if (tasks && f->dir == MSG_WRITE && role == ROLE_TASK) {
		q->told = false;
		p->closing = p->closing && !p->traits.own_queues;
		queue_message(q, f);
		return task_sent(m, p, f);
	}
	if (!tasks && f->dir == MSG_READ && role == ROLE_RESULT) {
		queue_message(q, f);
		return task_returned(m, p, f);
	}
	return 0;
}

static int by_worker(struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f)
{
	const struct proc *proc = model_find_proc(m, f->h.pid);
	struct pool *p = model_find_pool(m, proc->pool);
	bool tasks = q->role == QUEUE_TASKS;
	enum role role = role_of(f);
	int ret;

	w->provisional = false;
	queue_used_by(q, w->id);
	if (p->traits.unnumbered)
		return plain_by_worker(m, w, q, f);
	if (tasks && f->dir == MSG_READ && role == ROLE_SENTINEL)
		w->told_to_end = true;
	if (tasks && f->dir == MSG_READ && role == ROLE_TASK) {
		if (!(f->flags & MSG_SUMMED))
			queue_message(q, f);
		worker_refine(w, proc, STATE_RUN, f->h.t_ns);
		return task_taken(m, p, w, f);
	}
	if (!tasks && f->dir == MSG_WRITE && role == ROLE_BYE)
		w->said_bye = f->job == w->pid;
	if (!tasks && f->dir == MSG_WRITE && role == ROLE_RESULT) {
		queue_message(q, f);
		worker_refine(w, proc, STATE_WAIT, f->h.t_ns);
		ret = task_done(m, p, w, f);
		return ret || !(f->flags & MSG_FAILED) ? ret : failure_settle(m, p, w, f);
	}
	return 0;
}

bool message_is_mute(const struct frame_msg *f)
{
	enum role role = role_of(f);

	return role != ROLE_TASK && role != ROLE_RESULT && f->shape != SHAPE_OBJECT;
}

/* There is more to be said of a worker that was not seen at work than that it is one: which queues
 * are its own. */
static bool is_unsettled(const struct pool *p, const struct worker *w)
{
	return w->provisional && p->traits.own_queues && !p->traits.unnumbered;
}

/* The parent has read an answer, and whose its task was is not known yet. */
static bool is_too_early(const struct model *m, const struct pool *p, const struct queue *q,
	const struct frame_msg *f)
{
	return !p->traits.unnumbered && q->role == QUEUE_RESULTS && f->dir == MSG_READ &&
	       role_of(f) == ROLE_RESULT && task_is_to_come(m, p, f);
}

bool message_apply(struct model *m, const struct frame_msg *f, int *ret)
{
	struct queue *q;
	struct pool *p = model_queue_pool(m, f->ino, &q);
	const struct proc *proc;
	struct worker *w;

	/* Whether it is a pool of this kind is for the first of its tasks and results to say. */
	if (!p || (p->guessed && !message_is_mute(f)))
		return false;
	if (f->h.pid == p->pid) {
		if (is_too_early(m, p, q, f))
			return false;
		*ret = by_parent(m, p, q, f);
		return true;
	}
	proc = model_find_proc(m, f->h.pid);
	if (!proc || proc->pool != p->id)
		return false;
	w = pool_find_worker(p, proc->worker);
	if (w && is_unsettled(p, w))
		return false;
	if (w && !w->ended_ns)
		*ret = by_worker(m, w, q, f);
	return true;
}

/* What stands before a sentinel on its queue is among so many that wait. */
enum { BEFORE_SENTINEL = 512 };

/* A Pool wakes its own handlers by sentinels on a third pipe, all day long, and by nothing else. */
bool message_is_wakeup(struct model *m, const struct frame_msg *f)
{
	const struct pool *p = model_parent_pool(m, f->h.pid);

	return role_of(f) == ROLE_SENTINEL && p && !p->traits.own_queues && p->task_ino &&
	       p->result_ino && !model_pending_plain(m, f->h.pid, f->ino, BEFORE_SENTINEL);
}

/* Of a form that a user's own message may have too. */
bool message_is_plain(const struct frame_msg *f)
{
	return f->shape == SHAPE_UNKNOWN || f->shape == SHAPE_OBJECT || f->shape == SHAPE_INT ||
	       f->shape == SHAPE_INDEX || f->shape == SHAPE_DATA;
}

/* Nobody's worker for sure, or of a pool whose workers may have more queues than are known. */
static bool is_loose(struct model *m, const struct proc *c)
{
	struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	return !w || w->provisional || p->guessed || p->traits.own_queues;
}

static bool has_loose_child(struct model *m, uint32_t pid)
{
	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if (is_hireable(m, c) && employer_of(m, c) == pid && is_loose(m, c))
			return true;
	}
	return false;
}

/* A plain message may be one of a pool of bare processes. A number is a goodbye if a worker writes
 * it whose pool's results were not seen yet. */
static bool may_matter(struct model *m, const struct frame_msg *f)
{
	const struct proc *by = model_find_proc(m, f->h.pid);
	const struct pool *p = by ? model_find_pool(m, by->pool) : NULL;

	if (role_of(f) == ROLE_SENTINEL)
		return !message_is_wakeup(m, f);
	if (!message_is_plain(f))
		return role_of(f) != ROLE_NONE;
	if (!by)
		return false;
	if (role_of(f) == ROLE_BYE && p && !p->result_ino)
		return true;
	return (is_hireable(m, by) && is_loose(m, by)) || has_loose_child(m, f->h.pid);
}

int apply_msg(struct model *m, const struct frame *f)
{
	const struct frame_msg *msg = (const struct frame_msg *)f;
	struct proc *by = model_find_proc(m, f->pid);
	int ret = 0;

	if (by && by->spoke_ns < f->t_ns)
		by->spoke_ns = f->t_ns;
	if (msg->dir == MSG_WRITE && msg->shape == SHAPE_EMPTY)
		results_woken(m, f->pid, msg->tid, f->t_ns);
	if (msg->dir == MSG_WRITE && msg->shape == SHAPE_NONE)
		unsent_told(m, msg);
	if (message_apply(m, msg, &ret))
		return ret;
	return may_matter(m, msg) ? pending_add(m, msg) : 0;
}
