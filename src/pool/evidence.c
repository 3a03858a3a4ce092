/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shows that there is a pool, each certain by itself (../shared/ref/wire-format.md 2, 3, 7):
 * - a process with workers writes a task of a form that only such a pool writes, or a worker of
 *   its reads one;
 * - a worker writes a result of such a form.
 * What the ends of pipes show is in ends.c.
 */
#include "pool/inside.h"

static int register_pipes(struct model *m, struct pool *p, const struct clue *e)
{
	int ret = 0;

	if (e->task_ino && (!p->task_ino || p->traits.own_queues))
		ret = model_add_queue(m, p, e->task_ino, QUEUE_TASKS);
	if (!ret && e->result_ino && (!p->result_ino || p->traits.own_queues))
		ret = model_add_queue(m, p, e->result_ino, QUEUE_RESULTS);
	if (!ret && e->child && e->kind->bond == BOND_RESULTS && !e->maybe)
		ret = own_register(m, p, model_find_proc(m, e->child));
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
	struct pool *p = bond_find(m, e);
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
	if (is_new)
		staff_review_all(m, e->parent);
	if (p->traits.unnumbered)
		return conclude_all(m, id, e);
	ret = register_pipes(m, p, e);
	if (!ret && e->child)
		ret = staff_adopt(m, id, e->child, !e->maybe);
	return ret ? ret : model_settle(m);
}

bool evidence_has_worker(const struct model *m, uint32_t pid)
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

/* One that nothing was known of may be told to end when all that are known have: the pipe is the
 * pool's still if it was born when there was the pool. */
static bool is_of_its_time(const struct pool *p, const struct proc *c)
{
	return !p->ended_ns || proc_born_ns(c) < p->ended_ns;
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
	return p && is_of_its_time(p, c) && f->dir == dir && is_hireable(m, c) &&
	       employer_of(m, c) == p->pid && is_free(m, c);
}

static int evidence_new_worker(struct model *m, const struct frame_msg *f, const struct proc *c)
{
	struct pool *p = model_queue_pool(m, f->ino, NULL);
	uint32_t id = p->id;
	int ret = p->traits.own_queues ? own_register(m, p, c) : 0;

	if (!ret)
		ret = staff_adopt(m, id, c->pid, true);
	return ret ? ret : model_settle(m);
}

/* Where all share both pipes, so that one that is new is another pool's. */
static int by_shared_pipe(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e)
{
	bool tasks = e->task_ino;

	if (tasks && f->dir == MSG_WRITE && evidence_has_worker(m, by->pid)) {
		e->parent = by->pid;
		return bond_is_ambiguous(m, e) ? 0 : evidence_conclude(m, e);
	}
	e->parent = employer_of(m, by);
	e->child = by->pid;
	if (!is_hireable(m, by) || !model_find_proc(m, e->parent) ||
		f->dir != (tasks ? MSG_READ : MSG_WRITE))
		return 0;
	return evidence_conclude(m, e);
}

static int (*const shown[])(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e) = {
	[BOND_PIPES] = by_shared_pipe,
	[BOND_RESULTS] = own_by_results,
	[BOND_THREADS] = own_by_threads,
};

int evidence_message(struct model *m, const struct frame_msg *f)
{
	const struct proc *by = model_find_proc(m, f->h.pid);
	const struct pool_kind *tasks, *results;
	struct clue e = {.t_ns = f->h.t_ns};
	int ret = by ? guess_review(m, f, by) : 0;

	if (!by || ret)
		return ret;
	if (by_new_worker(m, f, by))
		return evidence_new_worker(m, f, by);
	tasks = pool_kind_of_task(m, f, by);
	results = tasks ? NULL : pool_kind_of_result(m, f, by);
	e.kind = tasks ? tasks : results;
	if (is_taken(m, f->ino) || !e.kind)
		return 0;
	e.task_ino = tasks ? f->ino : 0;
	e.result_ino = tasks ? 0 : f->ino;
	return shown[e.kind->bond](m, f, by, &e);
}

bool evidence_spreads(const struct model *m, const struct frame_msg *f)
{
	const struct proc *by = model_proc(m, f->h.pid);
	const struct pool_kind *kind = by ? pool_kind_of_task(m, f, by) : NULL;

	if (by && !kind)
		kind = pool_kind_of_result(m, f, by);
	return kind && kind->traits.own_queues;
}
