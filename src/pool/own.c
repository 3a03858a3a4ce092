/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds whose workers have pipes of their own, so that a pipe alone does not say whose it is where
 * a parent has several such pools.
 *
 * DataLoader: indices go out to each worker apart, batches come back through one pipe of all. A
 * worker shows at its first indices that there is a pool; of which one it is, it shows by its
 * first batch, and until then its messages wait.
 *
 * billiard: one pair of pipes for all, or of Celery one for each worker. A thread of the parent's
 * own writes the tasks of a pool of billiard's, another reads its results; of Celery one thread
 * does all. So whose a new pipe is, the thread says that uses it in the parent, or a worker that
 * is known, whichever comes first.
 */
#include "pool/inside.h"

/* What has not been decided by then will not be for long: what is known must do. */
#define OPEN_NS UINT64_C(2000000000)

static bool is_old(const struct model *m, const struct frame_msg *f)
{
	return m->done || m->newest_ns >= f->h.t_ns + OPEN_NS;
}

static bool is_worker_side(const struct clue *e, const struct frame_msg *f)
{
	return f->dir == (e->task_ino ? MSG_READ : MSG_WRITE);
}

/* The process that used the pipe as a worker does. */
static bool set_worker(struct model *m, struct clue *e, const struct proc *by)
{
	e->child = by->pid;
	e->parent = employer_of(m, by);
	return is_hireable(m, by) && model_find_proc(m, e->parent);
}

static bool is_certain(struct model *m, const struct proc *c, const struct pool_kind *kind)
{
	const struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_worker(p, c->worker) : NULL;

	return w && !w->provisional && p->kind == kind->name;
}

int own_by_threads(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e)
{
	if (is_worker_side(e, f)) {
		if (!set_worker(m, e, by) || (!is_certain(m, by, e->kind) && !is_old(m, f)))
			return 0;
		return evidence_conclude(m, e);
	}
	e->parent = by->pid;
	e->tid = f->tid;
	if (!evidence_has_worker(m, by->pid) ||
		(!bond_find(m, e) && bond_is_open(m, e) && !is_old(m, f)))
		return 0;
	return evidence_conclude(m, e);
}

int own_by_results(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e)
{
	if (!is_worker_side(e, f) || !set_worker(m, e, by))
		return 0;
	if (!e->task_ino || is_certain(m, by, e->kind))
		return evidence_conclude(m, e);
	e->task_ino = 0;
	e->maybe = true;
	return by->pool ? 0 : evidence_conclude(m, e);
}

/* The pipe that it takes tasks from, by its messages that wait; 0: none. */
static uint64_t own_pipe(struct model *m, const struct proc *c, const struct pool_kind *kind)
{
	for (uint32_t i = 0; i < model_pending(m); i++) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->h.pid == c->pid && f->dir == MSG_READ && !model_task_pool(m, f->ino) &&
			pool_kind_of_task(m, f, c) == kind)
			return f->ino;
	}
	return 0;
}

bool own_has_begun(struct model *m, const struct proc *c)
{
	return own_pipe(m, c, &pool_kind_dataloader);
}

int own_register(struct model *m, struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);
	uint64_t ino = own_pipe(m, c, kind);

	return ino ? model_add_queue(m, p, ino, QUEUE_TASKS) : 0;
}

int own_settle(struct model *m, uint32_t ending)
{
	int ret = 0;

	for (uint32_t i = 0; i < model_pending(m) && !ret; i++) {
		const struct frame_msg *f = model_pending_at(m, i);
		const struct proc *by = model_find_proc(m, f->h.pid);
		struct clue e = {.t_ns = f->h.t_ns, .task_ino = f->ino};
		uint32_t pending = model_pending(m);

		if (f->dir != MSG_READ || !by || model_task_pool(m, f->ino))
			continue;
		e.kind = pool_kind_of_task(m, f, by);
		if (!e.kind || e.kind->bond != BOND_RESULTS || !set_worker(m, &e, by) ||
			(ending != by->pid && ending != e.parent && !by->gone && !is_old(m, f)))
			continue;
		ret = evidence_conclude(m, &e);
		if (model_pending(m) < pending)
			i = UINT32_MAX;
	}
	return ret;
}
