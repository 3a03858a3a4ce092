/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pool a piece of evidence is about, of those of one kind that a parent has at a time. */
#include <string.h>

#include "pool/inside.h"

static bool is_sort(const struct pool *p, const struct clue *e)
{
	return p->pid == e->parent && !p->ended_ns && !strcmp(p->kind, e->kind->name);
}

static bool agrees(const struct pool *p, const struct clue *e)
{
	bool shared = e->kind->bond == BOND_PIPES;

	return is_sort(p, e) &&
	       (!shared || !e->task_ino || !p->task_ino || p->task_ino == e->task_ino) &&
	       (!shared || !e->result_ino || !p->result_ino || p->result_ino == e->result_ino);
}

static bool holds_whole(const struct proc *c, uint64_t ino)
{
	return proc_holds(c, ino) == (PIPE_READ | PIPE_WRITE);
}

/* Indices go out on it, to one worker. */
static bool is_own_task_pipe(const struct model *m, uint64_t ino)
{
	for (uint32_t i = 0; i < model_pending(m); i++) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->ino == ino && f->shape == pool_kind_dataloader.task_shape)
			return true;
	}
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct queue *q = pool_queue(&m->pools[i], ino);

		if (q && q->role == QUEUE_TASKS && m->pools[i].traits.own_queues)
			return true;
	}
	return false;
}

/* Whatever pipes `a` and their parent have both ends of, but one worker's own, `b` has too. */
static bool has_pipes_of(const struct model *m, const struct proc *parent, const struct proc *a,
	const struct proc *b)
{
	for (uint32_t i = 0; i < a->ends_count; i++) {
		uint64_t ino = a->ends[i].ino;

		if (holds_whole(a, ino) && holds_whole(parent, ino) && !holds_whole(b, ino) &&
			!is_own_task_pipe(m, ino))
			return false;
	}
	return true;
}

/* Where workers keep both ends of all pipes those of two pools differ: the pipes of the later one
 * were not there yet when the workers of the other began, or were given to its own alone. */
static bool are_alike(
	const struct model *m, const struct pool *p, const struct proc *a, const struct proc *b)
{
	const struct proc *parent = model_proc(m, p->pid);

	return !parent || (has_pipes_of(m, parent, a, b) && has_pipes_of(m, parent, b, a));
}

static bool has_pipes_like(const struct model *m, const struct pool *p, const struct proc *c)
{
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct proc *other = model_proc(m, p->workers[i].pid);

		if (!p->workers[i].ended_ns && other && other->ends_ns)
			return are_alike(m, p, c, other);
	}
	return true;
}

static const struct proc *child_of(const struct model *m, const struct clue *e)
{
	return e->child ? model_proc(m, e->child) : NULL;
}

static struct pool *employer(struct model *m, const struct clue *e)
{
	const struct proc *c = e->child ? model_find_proc(m, e->child) : NULL;
	struct pool *p = c && c->pool ? model_find_pool(m, c->pool) : NULL;

	return p && agrees(p, e) ? p : NULL;
}

static struct pool *by_pipes(struct model *m, const struct clue *e)
{
	const struct proc *c = child_of(m, e);
	bool by_role = c && !e->task_ino && !e->result_ino && e->kind->traits.breaks;
	struct pool *p = employer(m, e);

	for (uint32_t i = m->pools_count; !p && i--;)
		if (agrees(&m->pools[i], e) && (!by_role || has_pipes_like(m, &m->pools[i], c)))
			p = &m->pools[i];
	return p;
}

static struct pool *by_parent(struct model *m, const struct clue *e)
{
	for (uint32_t i = m->pools_count; i--;)
		if (is_sort(&m->pools[i], e))
			return &m->pools[i];
	return NULL;
}

static bool has_thread(const struct pool *p, uint32_t tid)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		if (p->queues[i].parent_tid == tid)
			return true;
	return false;
}

static bool has_celery(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct proc *c = model_proc(m, p->workers[i].pid);

		if (c && !p->workers[i].ended_ns && c->flags & PROC_CELERY)
			return true;
	}
	return false;
}

static struct pool *by_threads(struct model *m, const struct clue *e)
{
	const struct proc *c = child_of(m, e);
	struct pool *p = employer(m, e);

	for (uint32_t i = m->pools_count; !p && i--;) {
		if (!is_sort(&m->pools[i], e))
			continue;
		if ((e->tid && has_thread(&m->pools[i], e->tid)) ||
			(c && c->flags & PROC_CELERY && has_celery(m, &m->pools[i])))
			p = &m->pools[i];
	}
	return p;
}

/* Its pipes were read when it had all of them. */
static bool is_equipped(const struct proc *c)
{
	uint32_t whole = 0;

	if (!c->ends_ns || c->ends_ns < proc_born_ns(c) + CLOSING_NS)
		return false;
	for (uint32_t i = 0; i < c->ends_count; i++)
		whole += c->ends[i].mode == PIPE_READ && holds_whole(c, c->ends[i].ino);
	return whole > 1;
}

/* Messages have shown which pipe it alone takes tasks from. */
static bool has_own_task_pipe(const struct model *m, const struct proc *c)
{
	const struct pool *p = c->pool ? model_pool(m, c->pool) : NULL;

	for (uint32_t i = 0; i < model_pending(m); i++) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->h.pid == c->pid && f->dir == MSG_READ &&
			f->shape == pool_kind_dataloader.task_shape)
			return true;
	}
	for (uint32_t i = 0; p && i < p->queues_count; i++)
		if (p->queues[i].role == QUEUE_TASKS && p->queues[i].worker == c->worker)
			return true;
	return false;
}

/* It is one of the same set as the others of that pool: by the pipes that they were given, or while
 * it is not known which of those are one's own by when they were forked. */
static bool is_mate(const struct model *m, const struct pool *p, const struct proc *c)
{
	bool alone = true;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct proc *other = model_proc(m, p->workers[i].pid);

		if (!other || other == c || p->workers[i].ended_ns)
			continue;
		alone = false;
		if (is_equipped(c) && is_equipped(other) && has_own_task_pipe(m, c) &&
			has_own_task_pipe(m, other))
			return are_alike(m, p, c, other);
	}
	return alone || c->pool == p->id || is_in_burst(p, c);
}

/* Who has sent no result yet goes with its brothers; once it has, with those that use that pipe. */
static struct pool *by_results(struct model *m, const struct clue *e)
{
	const struct proc *c = e->child ? model_find_proc(m, e->child) : NULL;
	struct pool *p = employer(m, e);

	if (!c)
		return NULL;
	if (p && !(e->result_ino && p->result_ino) && is_mate(m, p, c))
		return p;
	p = NULL;
	for (uint32_t i = m->pools_count; !p && i--;) {
		struct pool *other = &m->pools[i];

		if (is_sort(other, e) && !(e->result_ino && other->result_ino) &&
			other->workers_alive && is_mate(m, other, c))
			p = other;
	}
	return p;
}

static struct pool *(*const bonds[])(struct model *m, const struct clue *e) = {
	[BOND_PIPES] = by_pipes,
	[BOND_PARENT] = by_parent,
	[BOND_THREADS] = by_threads,
	[BOND_RESULTS] = by_results,
};

struct pool *bond_find(struct model *m, const struct clue *e)
{
	struct pool *by_task = e->task_ino ? model_task_pool(m, e->task_ino) : NULL;
	struct pool *by_result = e->result_ino ? model_result_pool(m, e->result_ino) : NULL;

	if (by_task)
		return agrees(by_task, e) ? by_task : NULL;
	if (by_result)
		return agrees(by_result, e) ? by_result : NULL;
	return bonds[e->kind->bond](m, e);
}

/* Several pools of this parent wait for their pipes to be known: who reads it will tell whose it
 * is. */
bool bond_is_ambiguous(const struct model *m, const struct clue *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->pools_count; i++)
		n += agrees(&m->pools[i], e) && !m->pools[i].task_ino;
	return n > 1;
}

/* The parent's thread used none of that pool's pipes yet, and may be one of its. */
static bool lacks_thread(const struct pool *p, enum queue_role role)
{
	bool has = false;

	for (uint32_t i = 0; i < p->queues_count; i++) {
		if (p->queues[i].role != role)
			continue;
		has = true;
		if (!p->queues[i].parent_tid)
			return true;
	}
	return !has;
}

bool bond_is_open(const struct model *m, const struct clue *e)
{
	enum queue_role role = e->task_ino ? QUEUE_TASKS : QUEUE_RESULTS;

	for (uint32_t i = 0; i < m->pools_count; i++)
		if (is_sort(&m->pools[i], e) && lacks_thread(&m->pools[i], role))
			return true;
	return false;
}
