/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who works for a pool. Certain are those that were seen on its pipes, or hold just the ends that
 * a worker keeps. A child that nothing is known of (it died before its first read, or its ends
 * were never read) is taken for a worker as long as nothing speaks against it.
 */
#include <errno.h>

#include "pool/inside.h"

/* Workers that died before their pool was known stand in an unbroken row before it. */
#define ROW_NS UINT64_C(500000000)

static bool is_only_pool(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].pid == p->pid && !m->pools[i].ended_ns && &m->pools[i] != p)
			return false;
	return true;
}

/* The child that ended last before `born_ns` without any proof that it was a worker; 0: none. */
static uint32_t unproven_end(const struct model *m, const struct pool *p, uint64_t born_ns)
{
	uint64_t ended_ns = 0;
	uint32_t pid = 0;

	for (uint32_t i = 0; i < m->gone_count; i++) {
		const struct frame_exit *exit = &m->gone[i].exit;
		const struct proc *c = model_find_gone(m, m->gone[i].pid);

		if (!c || !worker_needs_proof(m, p, c) || exit->h.t_ns > born_ns ||
			exit->h.t_ns < ended_ns)
			continue;
		pid = c->pid;
		ended_ns = exit->h.t_ns;
	}
	return pid;
}

static int enter(struct model *m, uint32_t pool, uint32_t pid, bool certain);

/* The worker handler forks in place of one that has ended. If none is known that has, it was one
 * of those that could not be told from other children: this is its proof. */
static int claim_predecessor(struct model *m, uint32_t pool, const struct proc *c)
{
	const struct pool *p = model_find_pool(m, pool);
	uint32_t pid;

	if (!m->gone_count || !c->forked_by_tid || forked_by_maker(m, p, c) ||
		pool_has_vacancy(m, p, proc_born_ns(c)))
		return 0;
	pid = unproven_end(m, p, proc_born_ns(c));
	return pid ? enter(m, pool, pid, false) : 0;
}

/* Enters one, and its end if that was seen already. */
static int enter(struct model *m, uint32_t pool, uint32_t pid, bool certain)
{
	int ret = claim_predecessor(m, pool, model_find_proc(m, pid));
	const struct frame_exit *seen = model_gone_exit(m, pid);
	struct pool *p = model_find_pool(m, pool);
	struct proc *c = model_find_proc(m, pid);
	struct worker *w = ret ? NULL : model_add_worker(m, p, c);
	struct frame_exit exit;

	if (!w)
		return ret ? ret : -ENOMEM;
	w->provisional = !certain;
	if (!p->start_method)
		p->start_method = start_of(m, c);
	if (!c->gone || !seen)
		return 0;
	exit = *seen;
	ret = model_settle(m);
	if (!ret)
		ret = ending_judge(m, model_find_proc(m, pid), &exit);
	model_drop_proc(m, model_find_proc(m, pid));
	return ret;
}

/* The eldest child that may be a worker and was born before `before_ns`; 0: none. */
static uint32_t eldest(const struct model *m, const struct pool *p, uint64_t before_ns)
{
	uint64_t born_ns = before_ns;
	uint32_t pid = 0;

	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if (c->pool || proc_born_ns(c) >= born_ns)
			continue;
		if (worker_fit(m, p, c) == FIT_NO || (c->gone && worker_needs_proof(m, p, c)))
			continue;
		pid = c->pid;
		born_ns = proc_born_ns(c);
	}
	return pid;
}

/* Where the row of births that ends at `from_ns` begins. */
static uint64_t row_start(const struct model *m, const struct pool *p, uint64_t from_ns)
{
	uint64_t start_ns = from_ns;
	bool longer = true;

	while (longer) {
		longer = false;
		for (uint32_t i = 0; i < m->procs_count; i++) {
			const struct proc *c = &m->procs[i];
			uint64_t born_ns = proc_born_ns(c);

			if (born_ns >= start_ns || born_ns + ROW_NS < start_ns ||
				employer_of(m, c) != p->pid)
				continue;
			start_ns = born_ns;
			longer = true;
		}
	}
	return start_ns;
}

/* Drops gone children that stand before the row: they are none of this pool's. */
static void drop_strangers(struct model *m, const struct pool *p, uint64_t row_ns)
{
	for (uint32_t i = m->procs_count; i--;) {
		struct proc *c = &m->procs[i];

		if (c->gone && proc_born_ns(c) < row_ns && employer_of(m, c) == p->pid)
			model_drop_proc(m, c);
	}
}

static int adopt_elders(struct model *m, uint32_t pool, uint64_t before_ns)
{
	const struct pool *p = model_find_pool(m, pool);
	uint32_t pid;
	int ret = 0;

	if (!is_only_pool(m, p))
		return 0;
	if (m->gone_count && !p->workers_count)
		drop_strangers(m, p, row_start(m, p, before_ns));
	while (!ret && (pid = eldest(m, model_find_pool(m, pool), before_ns)))
		ret = enter(m, pool, pid, false);
	return ret;
}

int staff_adopt(struct model *m, uint32_t pool, uint32_t pid, bool certain)
{
	struct proc *c = model_find_proc(m, pid);
	struct worker *w;
	int ret;

	if (c->pool == pool) {
		w = pool_find_worker(model_find_pool(m, pool), c->worker);
		if (w && certain)
			w->provisional = false;
		return 0;
	}
	if (c->pool)
		model_withdraw_worker(m, c);
	ret = adopt_elders(m, pool, proc_born_ns(c));
	return ret ? ret : enter(m, pool, pid, certain);
}

int staff_hire(struct model *m, uint32_t pool, uint32_t pid)
{
	struct proc *c = model_find_proc(m, pid);
	struct pool *p;
	struct worker *w;

	if (c->pool && c->pool != pool)
		model_withdraw_worker(m, c);
	p = model_find_pool(m, pool);
	w = c->pool ? pool_find_worker(p, c->worker) : model_add_worker(m, p, c);
	if (!w)
		return -ENOMEM;
	w->provisional = false;
	if (!p->start_method)
		p->start_method = start_of(m, c);
	return 0;
}

int staff_bury(struct model *m, uint32_t pool)
{
	int ret = 0;

	for (uint32_t i = m->procs_count; i-- && !ret;) {
		const struct frame_exit *seen = model_gone_exit(m, m->procs[i].pid);
		struct frame_exit exit;

		if (m->procs[i].pool != pool || !m->procs[i].gone || !seen)
			continue;
		exit = *seen;
		ret = ending_judge(m, &m->procs[i], &exit);
		model_drop_proc(m, model_find_proc(m, exit.h.pid));
	}
	return ret;
}

/* It is known what it works as, and that its parent has but this pool of that kind. Another may
 * turn up. */
static bool rests_on_role(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);
	bool by_burst = kind->forks_at_once && start_of(m, c) == START_FORK;

	return (kind->fit || by_burst) && worker_is_alone(m, p, c);
}

int staff_adopt_known(struct model *m, uint32_t pool)
{
	const struct pool *p = model_find_pool(m, pool);
	/* Until the tick after its first, its pipe ends and its exec have time to come. */
	uint64_t before_ns = m->now_ns > m->tick_ns ? m->now_ns - m->tick_ns : 0;
	bool only = is_only_pool(m, p);
	int ret = 0;

	if (only)
		return adopt_elders(m, pool, before_ns);
	for (uint32_t i = 0; !ret && i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		p = model_find_pool(m, pool);
		if (!c->pool && worker_fit(m, p, c) == FIT_YES)
			ret = enter(m, pool, c->pid, !rests_on_role(m, p, c));
	}
	return ret;
}

/* Its parent has told more of them to end than have read it: who does may be one of its. */
static bool is_untold(const struct pool *p)
{
	for (uint32_t i = 0; p->traits.unnumbered && i < p->queues_count; i++)
		if (p->queues[i].role == QUEUE_TASKS &&
			p->queues[i].sent_seq > p->queues[i].taken_seq)
			return true;
	return false;
}

static bool may_be_bare(const struct model *m, const struct pool *p, const struct proc *c)
{
	return is_hireable(m, c) && employer_of(m, c) == p->pid &&
	       !(c->flags & PROC_ROLES & ~PROC_BARE);
}

bool staff_awaits(const struct model *m, const struct pool *p)
{
	bool untold = is_untold(p);

	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if (!c->pool && !c->gone &&
			((untold && may_be_bare(m, p, c)) || worker_may_be(m, p, c)))
			return true;
	}
	return false;
}

void staff_review(struct model *m, struct proc *c)
{
	struct pool *p = model_find_pool(m, c->pool);
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	if (w && w->provisional && worker_fit(m, p, c) == FIT_NO)
		model_withdraw_worker(m, c);
}

void staff_review_all(struct model *m, uint32_t parent)
{
	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct pool *p = m->procs[i].pool ? model_pool(m, m->procs[i].pool) : NULL;

		if (p && (!parent || p->pid == parent))
			staff_review(m, &m->procs[i]);
	}
}
