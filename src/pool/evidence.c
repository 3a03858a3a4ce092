/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shows that there is a pool, each certain by itself (../shared/ref/wire-format.md 2, 3, 7):
 * - a process with workers writes a task of a form that only such a pool writes, or a worker of
 *   its reads one;
 * - a worker writes a result of such a form.
 * What the ends of pipes show is in ends.c.
 */
#include <errno.h>
#include <string.h>

#include "pool/inside.h"

static bool agrees(const struct pool *p, const struct clue *e)
{
	bool one_queue = !p->traits.own_queues;
	bool one_result = one_queue || e->kind->needs_reader;

	return p->pid == e->parent && !p->ended_ns && !strcmp(p->kind, e->kind->name) &&
	       (!one_queue || !e->task_ino || !p->task_ino || p->task_ino == e->task_ino) &&
	       (!one_result || !e->result_ino || !p->result_ino || p->result_ino == e->result_ino);
}

static bool holds_whole(const struct proc *c, uint64_t ino)
{
	return proc_holds(c, ino) == (PIPE_READ | PIPE_WRITE);
}

/* Whatever pipes `a` and their parent have both ends of, `b` has them too. */
static bool has_pipes_of(const struct proc *parent, const struct proc *a, const struct proc *b)
{
	for (uint32_t i = 0; i < a->ends_count; i++) {
		uint64_t ino = a->ends[i].ino;

		if (holds_whole(a, ino) && holds_whole(parent, ino) && !holds_whole(b, ino))
			return false;
	}
	return true;
}

/* Where workers keep both ends of all pipes those of two pools differ: the pipes of the later one
 * were not there yet when the workers of the other began. */
static bool has_pipes_like(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct proc *parent = model_proc(m, p->pid);

	for (uint32_t i = 0; parent && i < p->workers_count; i++) {
		const struct proc *other = model_proc(m, p->workers[i].pid);

		if (p->workers[i].ended_ns || !other || !other->ends_ns)
			continue;
		return has_pipes_of(parent, c, other) && has_pipes_of(parent, other, c);
	}
	return true;
}

static bool fits(const struct model *m, const struct pool *p, const struct clue *e)
{
	const struct proc *c = e->child ? model_proc(m, e->child) : NULL;
	bool by_role = c && !e->task_ino && !e->result_ino;

	if (!agrees(p, e) ||
		(e->kind->needs_reader && p->workers_count && !(c && is_in_burst(p, c))))
		return false;
	return !by_role || !e->kind->traits.breaks || has_pipes_like(m, p, c);
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
		if (fits(m, &m->pools[i], e))
			return &m->pools[i];
	return NULL;
}

static int register_pipes(struct model *m, struct pool *p, const struct clue *e)
{
	int ret = 0;

	if (e->task_ino && (!p->task_ino || p->traits.own_queues))
		ret = model_add_queue(m, p, e->task_ino, QUEUE_TASKS);
	if (!ret && e->result_ino && (!p->result_ino || p->traits.own_queues))
		ret = model_add_queue(m, p, e->result_ino, QUEUE_RESULTS);
	return ret;
}

static bool is_taken(struct model *m, uint64_t ino)
{
	return ino && (model_task_pool(m, ino) || model_result_pool(m, ino));
}

/* A bare process that uses this pipe as its worker would. */
static bool is_user(struct model *m, const struct clue *e, const struct frame_msg *f)
{
	bool reads = f->ino == e->task_ino && f->dir == MSG_READ;
	bool writes = f->ino == e->result_ino && f->dir == MSG_WRITE;
	const struct proc *c = reads || writes ? model_find_proc(m, f->h.pid) : NULL;

	return c && is_hireable(m, c) && employer_of(m, c) == e->parent;
}

int evidence_settle(struct model *m)
{
	int ret = model_settle(m);

	for (uint32_t i = m->pools_count; !ret && i--;)
		if (i < m->pools_count && m->pools[i].traits.unnumbered && !m->pools[i].ended_ns)
			ret = staff_bury(m, m->pools[i].id);
	return ret;
}

/*
 * Where messages have no numbers their order tells everything: all pipes, and all who use them,
 * must be known before the first message counts.
 */
static int conclude_all(struct model *m, uint32_t pool, const struct clue *e)
{
	int ret = register_pipes(m, model_find_pool(m, pool), e);

	for (uint32_t i = 0; !ret && i < model_pending(m); i++)
		if (is_user(m, e, model_pending_at(m, i)))
			ret = staff_hire(m, pool, model_pending_at(m, i)->h.pid);
	if (!ret && e->child)
		ret = staff_hire(m, pool, e->child);
	return ret || e->more ? ret : evidence_settle(m);
}

int evidence_conclude(struct model *m, const struct clue *e)
{
	struct pool *p = find_pool(m, e);
	const struct proc *parent = model_find_proc(m, e->parent);
	struct pool_form form = {.kind = e->kind->name, .traits = e->kind->traits};
	bool is_new = !p;
	uint32_t id;
	int ret;

	if (!p && (!parent || is_taken(m, e->task_ino) || is_taken(m, e->result_ino)))
		return 0;
	if (!p)
		p = model_add_pool(m, form, parent, e->t_ns);
	if (!p)
		return 0;
	id = p->id;
	p->guessed = e->guess && (is_new || p->guessed);
	if (p->traits.unnumbered)
		return conclude_all(m, id, e);
	ret = register_pipes(m, p, e);
	if (!ret && e->child)
		ret = staff_adopt(m, id, e->child, true);
	return ret ? ret : model_settle(m);
}

static bool has_worker(const struct model *m, uint32_t pid)
{
	for (uint32_t i = 0; i < m->procs_count; i++)
		if (is_hireable(m, &m->procs[i]) && employer_of(m, &m->procs[i]) == pid)
			return true;
	return false;
}

/* Nobody's worker, or somebody's only for want of better knowledge. */
static bool is_free(struct model *m, const struct proc *c)
{
	struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	return !w || w->provisional || p->traits.unnumbered;
}

/* Several pools of this parent wait for their pipes to be known: who reads it will tell whose it
 * is. */
static bool is_ambiguous(const struct model *m, const struct clue *e)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->pools_count; i++)
		n += agrees(&m->pools[i], e) && !m->pools[i].task_ino;
	return n > 1 && !e->kind->traits.own_queues;
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
	return p && !p->ended_ns && f->dir == dir && is_hireable(m, c) &&
	       employer_of(m, c) == p->pid && is_free(m, c);
}

static int evidence_new_worker(struct model *m, const struct frame_msg *f)
{
	const struct pool *p = model_task_pool(m, f->ino);
	int ret = staff_adopt(m, p ? p->id : model_result_pool(m, f->ino)->id, f->h.pid, true);

	return ret ? ret : model_settle(m);
}

int evidence_message(struct model *m, const struct frame_msg *f)
{
	const struct proc *by = model_find_proc(m, f->h.pid);
	const struct pool_kind *tasks, *results;
	struct clue e = {.t_ns = f->h.t_ns};
	int ret = by ? guess_review(m, f, by) : 0;

	if (!by || ret)
		return ret;
	if (by_new_worker(m, f, by))
		return evidence_new_worker(m, f);
	tasks = pool_kind_of_task(m, f, by);
	results = tasks ? NULL : pool_kind_of_result(m, f, by);
	e.kind = tasks ? tasks : results;
	if (is_taken(m, f->ino) || !e.kind)
		return 0;
	e.task_ino = tasks ? f->ino : 0;
	e.result_ino = tasks ? 0 : f->ino;
	if (tasks && f->dir == MSG_WRITE && !e.kind->needs_reader && has_worker(m, f->h.pid)) {
		e.parent = f->h.pid;
		return is_ambiguous(m, &e) ? 0 : evidence_conclude(m, &e);
	}
	e.parent = employer_of(m, by);
	e.child = f->h.pid;
	if (!is_hireable(m, by) || !model_find_proc(m, e.parent) ||
		f->dir != (tasks ? MSG_READ : MSG_WRITE))
		return 0;
	return evidence_conclude(m, &e);
}
