/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shows that there is a pool, each certain by itself (../shared/ref/wire-format.md 2, 3, 7):
 * - a process with forked children writes a task of a form that only such a pool writes, or its
 *   child reads one;
 * - a child writes a result of such a form;
 * - the parent holds both ends of two pipes, its child just the reading end of one and just the
 *   writing end of the other;
 * - a child that holds just the reading end of such a pipe is blocked in a read of it.
 */
#include <errno.h>

#include "pool/inside.h"

struct clue {
	const struct pool_kind *kind;
	uint32_t parent;
	uint32_t child; /* 0: none was seen */
	uint64_t task_ino; /* 0: not shown */
	uint64_t result_ino;
	uint64_t t_ns;
};

static bool agrees(const struct pool *p, const struct clue *e)
{
	return p->pid == e->parent && !p->ended_ns &&
	       (!e->task_ino || !p->task_ino || p->task_ino == e->task_ino) &&
	       (!e->result_ino || !p->result_ino || p->result_ino == e->result_ino);
}

/* The pool that this is about: by its pipes, else by who works for it, else a pool of this parent
 * that has no such pipe yet. */
static struct pool *find_pool(struct model *m, const struct clue *e)
{
	struct pool *by_task = e->task_ino ? model_task_pool(m, e->task_ino) : NULL;
	struct pool *by_result = e->result_ino ? model_result_pool(m, e->result_ino) : NULL;
	const struct proc *c = e->child ? model_find_proc(m, e->child) : NULL;
	struct pool *employer = c && c->pool ? model_find_pool(m, c->pool) : NULL;

	if (by_task)
		return agrees(by_task, e) ? by_task : NULL;
	if (by_result)
		return agrees(by_result, e) ? by_result : NULL;
	if (employer && agrees(employer, e))
		return employer;
	for (uint32_t i = m->pools_count; i--;)
		if (agrees(&m->pools[i], e))
			return &m->pools[i];
	return NULL;
}

static int register_pipes(struct model *m, struct pool *p, const struct clue *e)
{
	int ret = 0;

	if (e->task_ino && !p->task_ino)
		ret = model_add_queue(m, p, e->task_ino, QUEUE_TASKS);
	if (!ret && e->result_ino && !p->result_ino)
		ret = model_add_queue(m, p, e->result_ino, QUEUE_RESULTS);
	return ret;
}

static bool is_taken(struct model *m, uint64_t ino)
{
	return ino && (model_task_pool(m, ino) || model_result_pool(m, ino));
}

static int conclude(struct model *m, const struct clue *e)
{
	struct pool *p = find_pool(m, e);
	const struct proc *parent = model_find_proc(m, e->parent);
	uint32_t id;
	int ret;

	if (!p && (!parent || is_taken(m, e->task_ino) || is_taken(m, e->result_ino)))
		return 0;
	if (!p)
		p = model_add_pool(m, e->kind->name, parent, e->t_ns);
	if (!p)
		return 0;
	id = p->id;
	ret = register_pipes(m, p, e);
	if (!ret && e->child)
		ret = staff_adopt(m, id, e->child, true);
	return ret ? ret : model_settle(m);
}

static bool has_forked_child(const struct model *m, uint32_t pid)
{
	for (uint32_t i = 0; i < m->procs_count; i++)
		if (m->procs[i].ppid == pid && model_is_forked(m, &m->procs[i]))
			return true;
	return false;
}

/* Nobody's worker, or somebody's only for want of better knowledge. */
static bool is_free(struct model *m, const struct proc *c)
{
	struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	return !w || w->provisional;
}

/* A message on a pipe of a known pool, by a process that is not known to work for it yet. */
static bool by_new_worker(struct model *m, const struct frame_msg *f, const struct proc *c)
{
	struct pool *p = model_task_pool(m, f->ino);
	enum msg_dir dir = MSG_READ;

	if (!p) {
		p = model_result_pool(m, f->ino);
		dir = MSG_WRITE;
	}
	return p && !p->ended_ns && f->dir == dir && c->ppid == p->pid && is_free(m, c) &&
	       model_is_forked(m, c);
}

static int evidence_new_worker(struct model *m, const struct frame_msg *f)
{
	const struct pool *p = model_task_pool(m, f->ino);
	int ret = staff_adopt(m, p ? p->id : model_result_pool(m, f->ino)->id, f->h.pid, true);

	return ret ? ret : model_settle(m);
}

int evidence_message(struct model *m, const struct frame_msg *f)
{
	const struct pool_kind *tasks = pool_kind_of_task(f->shape);
	const struct pool_kind *results = pool_kind_of_result(f->shape);
	const struct proc *by = model_find_proc(m, f->h.pid);
	struct clue e = {.kind = tasks ? tasks : results, .t_ns = f->h.t_ns};
	bool is_child;

	if (!by)
		return 0;
	if (by_new_worker(m, f, by))
		return evidence_new_worker(m, f);
	if (is_taken(m, f->ino) || !e.kind)
		return 0;
	is_child = model_find_proc(m, by->ppid) && model_is_forked(m, by);
	e.task_ino = tasks ? f->ino : 0;
	e.result_ino = tasks ? 0 : f->ino;
	if (tasks && f->dir == MSG_WRITE && has_forked_child(m, f->h.pid)) {
		e.parent = f->h.pid;
		return conclude(m, &e);
	}
	if (!is_child || f->dir != (tasks ? MSG_READ : MSG_WRITE))
		return 0;
	e.parent = by->ppid;
	e.child = f->h.pid;
	return conclude(m, &e);
}

/* The one pipe of which the parent holds both ends and the child just this one; 0: none, or
 * several. */
static uint64_t half_of(const struct proc *parent, const struct proc *c, uint32_t mode)
{
	uint64_t found = 0;

	for (uint32_t i = 0; i < c->ends_count; i++) {
		uint64_t ino = c->ends[i].ino;

		if (ino == found || proc_holds(c, ino) != mode ||
			proc_holds(parent, ino) != (PIPE_READ | PIPE_WRITE))
			continue;
		if (found)
			return 0;
		found = ino;
	}
	return found;
}

/*
 * A worker closes the ends it does not need right after its fork, and its parent those of the
 * worker's sentinel pipes. Read in between, the sentinels look like a pool's queues and the queues
 * do not: a child that was read so early, and shares two whole pipes with its parent, proves
 * nothing. (One, the notifier, it keeps.)
 */
static bool is_too_early(const struct proc *parent, const struct proc *c)
{
	const uint32_t both = PIPE_READ | PIPE_WRITE;
	uint64_t shared = 0;

	if (c->ends_ns >= proc_born_ns(c) + CLOSING_NS)
		return false;
	for (uint32_t i = 0; i < c->ends_count; i++) {
		uint64_t ino = c->ends[i].ino;

		if (ino == shared || proc_holds(c, ino) != both || proc_holds(parent, ino) != both)
			continue;
		if (shared)
			return true;
		shared = ino;
	}
	return false;
}

static int child_ends(struct model *m, uint32_t pid)
{
	struct proc *c = model_find_proc(m, pid);
	const struct proc *parent = model_proc(m, c->ppid);
	struct clue e = {.kind = &pool_kind_pool, .t_ns = c->ends_ns};

	if (c->pool)
		staff_review(m, c);
	if (!parent || !parent->ends_ns || !c->ends_ns || c->gone || !model_is_forked(m, c))
		return 0;
	if (is_too_early(parent, c))
		return 0;
	e.parent = c->ppid;
	e.child = pid;
	e.task_ino = half_of(parent, c, e.kind->task_mode);
	e.result_ino = half_of(parent, c, e.kind->result_mode);
	if (!e.task_ino || !e.result_ino)
		return 0;
	return conclude(m, &e);
}

int evidence_ends(struct model *m, uint32_t pid)
{
	int ret = model_find_proc(m, pid) ? child_ends(m, pid) : 0;

	for (uint32_t i = 0; !ret && i < m->procs_count; i++)
		if (m->procs[i].ppid == pid)
			ret = child_ends(m, m->procs[i].pid);
	return ret;
}

int evidence_blocked(struct model *m, uint32_t pid)
{
	const struct proc *c = model_find_proc(m, pid);
	const struct proc *parent = model_proc(m, c->ppid);
	struct clue e = {
		.kind = &pool_kind_pool,
		.parent = c->ppid,
		.child = pid,
		.task_ino = c->blocked_ino,
		.t_ns = c->work.h.t_ns,
	};

	if (!parent || !model_is_forked(m, c))
		return 0;
	if (model_task_pool(m, c->blocked_ino))
		return conclude(m, &e);
	if (!c->ends_ns || proc_holds(c, c->blocked_ino) != e.kind->task_mode ||
		proc_holds(parent, c->blocked_ino) != (PIPE_READ | PIPE_WRITE))
		return 0;
	return conclude(m, &e);
}
