/* SPDX-License-Identifier: GPL-2.0-only */
/* How well a process fits as a worker: by the ends of pipes that it holds, by how it was started
 * and by who forked it. */
#include "pool/inside.h"

/* The first workers are forked at once; so long after the first there may still be some. */
#define FIRST_SET_NS UINT64_C(1000000000)
/* Between two that are forked in one go. */
#define BURST_NS UINT64_C(250000000)

/* One queue's ends as it holds them; ino 0: not known. */
static enum fit fit_of_queue(const struct proc *c, uint64_t ino, uint32_t mode)
{
	uint32_t holds = ino ? proc_holds(c, ino) : mode;

	if (holds == mode)
		return FIT_YES;
	return holds == (PIPE_READ | PIPE_WRITE) ? FIT_MAYBE : FIT_NO;
}

static bool holds_queue_of(const struct proc *c, const struct pool *p)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		if (proc_holds(c, p->queues[i].ino))
			return true;
	return false;
}

/* What a fork server forks is handed its pipes after that: read so early, that it holds no pool's
 * tells nothing. */
static bool is_unequipped(const struct model *m, const struct pool *p, const struct proc *c)
{
	if (start_of(m, c) != START_FORKSERVER || c->ends_ns >= proc_born_ns(c) + CLOSING_NS)
		return false;
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].pid == p->pid && holds_queue_of(c, &m->pools[i]))
			return false;
	return true;
}

/* One that was not forked by its pool's parent holds of all pipes there but those that it was
 * handed. */
static bool is_handed(const struct model *m, const struct pool *p, const struct proc *c)
{
	return start_of(m, c) != START_FORK && p->task_ino && p->result_ino &&
	       proc_holds(c, p->task_ino) && proc_holds(c, p->result_ino);
}

static enum fit fit_of_ends(const struct model *m, const struct pool_kind *kind,
	const struct pool *p, const struct proc *c)
{
	enum fit tasks = fit_of_queue(c, p->task_ino, kind->task_mode);
	enum fit results = fit_of_queue(c, p->result_ino, kind->result_mode);
	enum fit fit = tasks < results ? tasks : results;

	if (is_handed(m, p, c))
		return FIT_YES;
	if (is_unequipped(m, p, c))
		return FIT_MAYBE;
	if (fit != FIT_MAYBE)
		return fit;
	/* It closes one after another when it has started, which for all but a forked one takes its
	 * time, and for that one too where cores are few. */
	return start_of(m, c) != START_FORK || c->ends_ns < proc_born_ns(c) + FIRST_SET_NS
		       ? FIT_MAYBE
		       : FIT_NO;
}

bool forked_by_maker(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);

	if (!kind || !kind->has_keeper || start_of(m, c) != START_FORK)
		return false;
	return c->forked_by_tid && (c->forked_by_tid == p->first_tid || c->forked_by_tid == p->pid);
}

bool worker_needs_proof(const struct model *m, const struct pool *p, const struct proc *c)
{
	return forked_by_maker(m, p, c) && worker_fit(m, p, c) == FIT_MAYBE;
}

bool is_in_burst(const struct pool *p, const struct proc *c)
{
	uint64_t born_ns = proc_born_ns(c);

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->forked_by_tid == c->forked_by_tid && w->born_ns <= born_ns + BURST_NS &&
			born_ns <= w->born_ns + BURST_NS)
			return true;
	}
	return false;
}

static bool is_in_twins_burst(const struct model *m, const struct pool *p, const struct proc *c)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct pool *other = &m->pools[i];

		if (other != p && other->pid == p->pid && !other->ended_ns &&
			other->kind == p->kind && is_in_burst(other, c))
			return true;
	}
	return false;
}

bool worker_is_alone(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);

	return kind && c->flags & kind->role && !is_in_twins_burst(m, p, c);
}

/* All that was forked since its pipes were made holds them: the ends alone prove nothing. */
static enum fit fit_of_burst(const struct model *m, const struct pool *p, const struct proc *c)
{
	if (!is_in_burst(p, c))
		return p->workers_count ? FIT_NO : FIT_MAYBE;
	if (is_in_twins_burst(m, p, c))
		return FIT_MAYBE;
	return c->flags & PROC_EXECUTOR || !is_mixed(m, p) ? FIT_YES : FIT_MAYBE;
}

static enum fit fit_alone(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);
	enum start_method method = start_of(m, c);
	enum fit fit = FIT_MAYBE;

	if (!kind || method == START_UNKNOWN || employer_of(m, c) != p->pid ||
		(p->start_method && p->start_method != method) ||
		(c->flags & PROC_ROLES && !(c->flags & kind->role)))
		return FIT_NO;
	if (c->ends_ns && kind->task_mode && (p->task_ino || p->result_ino))
		fit = fit_of_ends(m, kind, p, c);
	if (fit != FIT_NO && kind->fit)
		return kind->fit(m, p, c);
	if (fit != FIT_NO && kind->forks_at_once && method == START_FORK)
		return fit_of_burst(m, p, c);
	if (fit != FIT_MAYBE)
		return fit;
	if (forked_by_maker(m, p, c) && proc_born_ns(c) > p->started_ns + FIRST_SET_NS)
		return FIT_NO;
	return FIT_MAYBE;
}

/* The thread that forks in place of those that have ended forks nothing else. */
static bool is_keepers(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);

	if (!kind->has_keeper || start_of(m, c) != START_FORK || !c->forked_by_tid ||
		forked_by_maker(m, p, c))
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].forked_by_tid == c->forked_by_tid && !p->workers[i].provisional)
			return true;
	return pool_has_vacancy(m, p, proc_born_ns(c));
}

bool worker_may_be(const struct model *m, const struct pool *p, const struct proc *c)
{
	return fit_alone(m, p, c) != FIT_NO;
}

/* Where a parent has children that work for others it takes more than that nothing speaks against
 * it: whose the child is would be a guess, and its end might be called a death. */
enum fit worker_fit(const struct model *m, const struct pool *p, const struct proc *c)
{
	enum fit fit = fit_alone(m, p, c);
	const struct pool_kind *kind = pool_kind_named(p->kind);

	if (fit != FIT_MAYBE || c->flags & kind->role || is_keepers(m, p, c) || !is_mixed(m, p))
		return fit;
	return FIT_NO;
}

uint32_t worker_guess_pool(struct model *m, const struct proc *c)
{
	uint32_t best = 0;
	int best_rank = 0;

	for (uint32_t i = m->pools_count; i--;) {
		const struct pool *p = &m->pools[i];
		/* The last worker that was known may end before one that was only just forked. */
		bool late = p->ended_ns && proc_born_ns(c) >= p->ended_ns;
		enum fit fit = late ? FIT_NO : worker_fit(m, p, c);
		int rank =
			fit == FIT_NO ? 0 : 1 + (p->unreplaced_count != 0) + 2 * (fit == FIT_YES);

		if (rank <= best_rank)
			continue;
		best_rank = rank;
		best = p->id;
	}
	return best;
}
