/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools that only the ends of their pipes have shown. A Pool's are told from all others', but not
 * from billiard's, of which Celery's has a pair for each worker; nor from those that a user has
 * made in just that way, nor from an executor's while they are being closed. The first task or
 * result on them says whether the guess was right.
 */
#include <errno.h>
#include <stdlib.h>

#include "pool/inside.h"

/* Their workers' pids; free() it. NULL: none has lived, or no memory. */
static uint32_t *living(const struct pool *p, uint32_t *ret_count)
{
	uint32_t *pids = calloc(p->workers_count + 1, sizeof(*pids)), n = 0;

	for (uint32_t i = 0; pids && i < p->workers_count; i++)
		if (!p->workers[i].ended_ns)
			pids[n++] = p->workers[i].pid;
	*ret_count = n;
	return pids;
}

/* It goes up in the pool of that kind that its parent has. */
static int merge(struct model *m, struct pool *p, struct clue e)
{
	uint32_t n = 0, *pids = living(p, &n);
	int ret = pids ? 0 : -ENOMEM;

	if (ret)
		return ret;
	model_dissolve_pool(m, p);
	if (!n)
		ret = evidence_conclude(m, &e);
	for (uint32_t i = 0; i < n && !ret; i++) {
		e.child = pids[i];
		ret = evidence_conclude(m, &e);
	}
	free(pids);
	return ret;
}

static int become(
	struct model *m, struct pool *p, const struct pool_kind *kind, const struct frame_msg *f)
{
	struct clue e = {.kind = kind, .parent = p->pid, .tid = f->tid, .t_ns = p->seen_ns};
	const struct pool *other = kind->bond == BOND_THREADS ? bond_find(m, &e) : NULL;

	e.task_ino = p->task_ino;
	e.result_ino = p->result_ino;
	if (!other || other == p) {
		p->guessed = false;
		p->kind = kind->name;
		p->traits = kind->traits;
		return model_settle(m);
	}
	return merge(m, p, e);
}

int guess_review(struct model *m, const struct frame_msg *f, const struct proc *by)
{
	struct pool *p = model_queue_pool(m, f->ino, NULL);
	const struct pool_kind *kind;

	if (!p || !p->guessed || p->ended_ns || message_is_mute(f))
		return 0;
	kind = pool_kind_of_task(m, f, by);
	if (!kind)
		kind = pool_kind_of_result(m, f, by);
	/* Of which pool the parent's thread tells. */
	if (kind && kind->bond == BOND_THREADS && f->h.pid != p->pid)
		return 0;
	if (kind && (kind->name == p->kind || kind->has_halves))
		return become(m, p, kind, f);
	/* Of an object that nobody knows, or of a kind whose workers hold no half pipes. */
	model_dissolve_pool(m, p);
	return 0;
}

/* While a worker is being started its sentinel pipes look like queues; soon its parent has just one
 * end of each. Of a queue it has both as long as there is the pool. */
static bool is_sentinel(const struct proc *parent, uint64_t ino)
{
	uint32_t holds = ino ? proc_holds(parent, ino) : 0;

	return holds == PIPE_READ || holds == PIPE_WRITE;
}

void guess_check(struct model *m, uint32_t parent)
{
	const struct proc *c = model_proc(m, parent);

	for (uint32_t i = m->pools_count; c && c->ends_ns && i--;) {
		struct pool *p = &m->pools[i];

		if (p->pid == parent && p->guessed && !p->ended_ns &&
			(is_sentinel(c, p->task_ino) || is_sentinel(c, p->result_ino)))
			model_dissolve_pool(m, p);
	}
}

/* Whatever was taken for its workers has turned out to be others'. */
static bool is_void(const struct pool *p)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);
	bool by_role = kind && kind->bond == BOND_RESULTS && !p->queues_count;

	return !p->workers_count && (p->guessed || by_role);
}

void guess_sweep(struct model *m)
{
	for (uint32_t i = m->pools_count; i--;)
		if (is_void(&m->pools[i]))
			model_dissolve_pool(m, &m->pools[i]);
}
