/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the ends of pipes show, each certain by itself (../shared/ref/wire-format.md 7.2):
 * - the parent holds both ends of two pipes, its worker just the reading end of one and just the
 *   writing end of the other;
 * - a worker that holds just the reading end of such a pipe is blocked in a read of it.
 */
#include "pool/inside.h"

/* It was a pool's that is closed; the parent may keep its ends as long as it likes. */
static bool is_left_over(struct model *m, uint64_t ino)
{
	const struct pool *p = model_queue_pool(m, ino, NULL);

	return p && p->ended_ns;
}

/* The one pipe of which the parent holds both ends and the child just this one; 0: none, or
 * several. */
static uint64_t half_of(
	struct model *m, const struct proc *parent, const struct proc *c, uint32_t mode)
{
	uint64_t found = 0;

	for (uint32_t i = 0; i < c->ends_count; i++) {
		uint64_t ino = c->ends[i].ino;

		if (ino == found || proc_holds(c, ino) != mode ||
			proc_holds(parent, ino) != (PIPE_READ | PIPE_WRITE) || is_left_over(m, ino))
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
 * nothing. (One, the notifier, it keeps.) A parent that was read so early still has ends
 * that it closes, and a worker that was not forked takes its time to start.
 */
static bool is_too_early(const struct proc *parent, const struct proc *c, bool forked)
{
	const uint32_t both = PIPE_READ | PIPE_WRITE;
	uint64_t born_ns = proc_born_ns(c), closed_ns = born_ns + CLOSING_NS;
	bool late = c->ends_ns >= closed_ns;
	uint64_t shared = 0;

	/* Before that fork it may have held ends of a pool that is gone since. */
	if (parent->ends_ns < born_ns || (parent->ends_ns < closed_ns && (late || !forked)))
		return true;
	if (forked && late)
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

static bool share_whole_pipe(const struct proc *parent, const struct proc *c)
{
	const uint32_t both = PIPE_READ | PIPE_WRITE;

	for (uint32_t i = 0; i < c->ends_count; i++)
		if (proc_holds(parent, c->ends[i].ino) == both)
			return true;
	return false;
}

/* Its life is seen, and so are its messages. */
static bool is_seen(const struct model *m, const struct proc *c)
{
	return m->session.mode != MODE_PROC && c->how == PROC_BORN;
}

/* It works for a pool of a kind whose pipes do not show by their ends which they are. Of bare
 * processes messages tell more, where they are seen. */
static int worker_of(struct model *m, const struct pool_kind *kind, struct proc *c)
{
	const struct proc *parent = model_proc(m, employer_of(m, c));
	const struct pool *p = model_find_pool(m, c->pool);
	struct clue e = {.kind = kind,
		.parent = parent->pid,
		.child = c->pid,
		.t_ns = c->ends_ns,
		.maybe = kind->bond == BOND_RESULTS || is_seen(m, c)};

	if (kind->traits.unnumbered &&
		(m->session.mode != MODE_PROC || !share_whole_pipe(parent, c)))
		return 0;
	/* Of those that were born the first message tells which pool there is. */
	if (is_seen(m, c) && !bond_find(m, &e))
		return 0;
	return p && p->kind == kind->name ? 0 : evidence_conclude(m, &e);
}

/* Celery gives each worker pipes of its own. Whoever is forked after one of them has ended, and
 * holds such, stands in its place: else it would look like a Pool until its first task. */
static void take_place(const struct model *m, const struct proc *c, struct clue *e)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct pool *p = &m->pools[i];
		const struct pool_kind *kind = pool_kind_named(p->kind);

		if (p->pid != e->parent || p->ended_ns || p->guessed || !p->queues_count ||
			kind->bond != BOND_THREADS || !pool_has_vacancy(m, p, proc_born_ns(c)))
			continue;
		e->kind = kind;
		e->tid = p->queues[0].parent_tid;
		e->maybe = true;
	}
}

static int child_ends(struct model *m, uint32_t pid)
{
	struct proc *c = model_find_proc(m, pid);
	const struct proc *parent = model_proc(m, employer_of(m, c));
	const struct pool_kind *kind = pool_kind_of_role(c);
	struct clue e = {.t_ns = c->ends_ns};
	const struct pool *p;

	/* Which of several pools of billiard's it is, its first message tells. */
	if (kind && kind->bond == BOND_THREADS && is_seen(m, c))
		kind = NULL;
	e.kind = kind;
	e.guess = !kind;
	if (!kind)
		e.kind = &pool_kind_pool;
	else if (kind->bond == BOND_THREADS)
		e.guess = !(c->flags & PROC_CELERY);
	if (c->pool)
		staff_review(m, c);
	if (!parent || !parent->ends_ns || !c->ends_ns || c->gone || !is_hireable(m, c) ||
		c->flags & PROC_SERVER)
		return 0;
	if (e.kind != &pool_kind_pool && !e.kind->has_halves)
		return worker_of(m, e.kind, c);
	if (is_too_early(parent, c, start_of(m, c) == START_FORK))
		return 0;
	e.parent = parent->pid;
	e.child = pid;
	e.task_ino = half_of(m, parent, c, PIPE_READ);
	e.result_ino = half_of(m, parent, c, PIPE_WRITE);
	if (!e.task_ino || !e.result_ino)
		return 0;
	p = model_task_pool(m, e.task_ino);
	if (p && !p->guessed)
		e.kind = pool_kind_named(p->kind);
	else if (!p && !kind)
		take_place(m, c, &e);
	return evidence_conclude(m, &e);
}

int evidence_ends(struct model *m, uint32_t pid)
{
	int ret = model_find_proc(m, pid) ? child_ends(m, pid) : 0;

	guess_check(m, pid);
	for (uint32_t i = 0; !ret && i < m->procs_count; i++)
		if (employer_of(m, &m->procs[i]) == pid)
			ret = child_ends(m, m->procs[i].pid);
	return ret;
}

int evidence_blocked(struct model *m, uint32_t pid)
{
	const struct proc *c = model_find_proc(m, pid);
	const struct proc *parent = model_proc(m, employer_of(m, c));
	const struct pool *p = model_task_pool(m, c->blocked_ino);
	struct clue e = {
		.kind = p ? pool_kind_named(p->kind) : &pool_kind_pool,
		.parent = employer_of(m, c),
		.child = pid,
		.task_ino = c->blocked_ino,
		.t_ns = c->work.h.t_ns,
		.guess = true,
	};

	if (!parent || !is_hireable(m, c))
		return 0;
	if (!p && c->flags & PROC_ROLES && !(c->flags & PROC_POOL))
		return 0;
	if (p)
		return evidence_conclude(m, &e);
	if (!c->ends_ns || proc_holds(c, c->blocked_ino) != e.kind->task_mode ||
		proc_holds(parent, c->blocked_ino) != (PIPE_READ | PIPE_WRITE))
		return 0;
	return evidence_conclude(m, &e);
}
