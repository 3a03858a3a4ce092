/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parents that have workers of several kinds at a time, of which some may not be known yet. All
 * that shows it: another pool of its, what a child works as, and messages that wait for theirs.
 */
#include "pool/inside.h"

enum { NEWEST = 2048 }; /* messages that are looked through */

static bool has_other_pool(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct pool *other = &m->pools[i];

		if (other->pid == p->pid && !other->ended_ns && other->kind != p->kind)
			return true;
	}
	return false;
}

/* A Manager's server works for nobody. */
static bool has_other_child(const struct model *m, const struct pool *p, uint32_t role)
{
	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if (c->flags & PROC_ROLES & ~(PROC_SERVER | role) && employer_of(m, c) == p->pid)
			return true;
	}
	return false;
}

static bool is_certain(const struct model *m, const struct proc *c)
{
	const struct pool *p = c->pool ? model_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_worker(p, c->worker) : NULL;

	return w && !w->provisional;
}

/* By the pool's parent, or by one who may be its worker; of another kind, or of none, which a kind
 * whose workers may have any number of pipes writes itself. */
static bool is_others(const struct model *m, const struct pool *p, const struct frame_msg *f)
{
	const struct proc *by = model_proc(m, f->h.pid);
	const struct pool_kind *kind;

	if (!by || pool_queue(p, f->ino) ||
		(by->pid != p->pid && (employer_of(m, by) != p->pid || is_certain(m, by))))
		return false;
	kind = pool_kind_of_task(m, f, by);
	if (!kind)
		kind = pool_kind_of_result(m, f, by);
	if (kind)
		return kind->name != p->kind;
	return by->pid != p->pid && message_is_plain(f) && !p->traits.own_queues;
}

bool is_mixed(const struct model *m, const struct pool *p)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);
	uint32_t n = model_pending(m);

	if (has_other_pool(m, p) || (kind && has_other_child(m, p, kind->role)))
		return true;
	for (uint32_t i = n > NEWEST ? n - NEWEST : 0; i < n; i++)
		if (is_others(m, p, model_pending_at(m, i)))
			return true;
	return false;
}
