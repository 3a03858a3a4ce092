/* SPDX-License-Identifier: GPL-2.0-only */
/* How well a child fits as a worker, by the ends of pipes that it holds and by who forked it. */
#include "pool/inside.h"

/* The first workers are forked at once; so long after the first there may still be some. */
#define FIRST_SET_NS UINT64_C(1000000000)

static enum fit fit_of_ends(
	const struct pool_kind *kind, const struct pool *p, const struct proc *c)
{
	const uint32_t both = PIPE_READ | PIPE_WRITE;
	uint32_t tasks = p->task_ino ? proc_holds(c, p->task_ino) : kind->task_mode;
	uint32_t results = p->result_ino ? proc_holds(c, p->result_ino) : kind->result_mode;

	if (tasks == kind->task_mode && results == kind->result_mode)
		return FIT_YES;
	if ((p->task_ino && tasks != both) || (p->result_ino && results != both))
		return FIT_NO;
	return c->ends_ns < proc_born_ns(c) + CLOSING_NS ? FIT_MAYBE : FIT_NO;
}

bool forked_by_maker(const struct pool *p, const struct proc *c)
{
	return c->forked_by_tid && (c->forked_by_tid == p->first_tid || c->forked_by_tid == p->pid);
}

bool worker_needs_proof(const struct model *m, const struct pool *p, const struct proc *c)
{
	return forked_by_maker(p, c) && worker_fit(m, p, c) == FIT_MAYBE;
}

enum fit worker_fit(const struct model *m, const struct pool *p, const struct proc *c)
{
	const struct pool_kind *kind = pool_kind_named(p->kind);

	if (c->ppid != p->pid || !kind || !model_is_forked(m, c))
		return FIT_NO;
	if (c->ends_ns && (p->task_ino || p->result_ino)) {
		enum fit fit = fit_of_ends(kind, p, c);

		if (fit != FIT_MAYBE)
			return fit;
	}
	if (forked_by_maker(p, c) && proc_born_ns(c) > p->started_ns + FIRST_SET_NS)
		return FIT_NO;
	return FIT_MAYBE;
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
