/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * torch.utils.data.DataLoader with num_workers. Indices go out through a queue of each worker's
 * own, batches come back through one of all (torch/utils/data/_utils/worker.py); tensors in shared
 * memory are not in them. Each walk through the data is a pool of its own, unless its workers are
 * persistent. That a process has loaded PyTorch tells its messages from a user's own pairs.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "pool/inside.h"

static struct ending judge_end(const struct pool *p, const struct worker *w,
	const struct proc *proc, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f;

	if (exit->flags & EXIT_STATUS_UNKNOWN)
		return (struct ending){.end = END_UNKNOWN, .loses = true};
	if (was_ended_by_parent(w, exit))
		return (struct ending){.end = END_TERMINATED, .loses = !p->closing};
	if (sig || exit->status)
		return ending_by_status(proc, exit);
	if (w->hand.has && !w->told_to_end && !p->closing && !p->parent_gone)
		return (struct ending){.end = END_EXIT, .loses = true};
	return (struct ending){.end = END_SHUTDOWN};
}

static void word_death(const struct model *m, struct pool *p, struct death *d)
{
	const size_t size = sizeof(d->consequence);

	(void)m;
	if (p->parent_gone)
		snprintf(d->consequence, size, "none: the loader's parent was gone before");
	else if (d->hand.has)
		snprintf(d->consequence, size,
			"batch %" PRId64 " is lost: the loader raises \"DataLoader worker exited "
			"unexpectedly\" within 5 s",
			d->hand.key.job);
	else
		snprintf(d->consequence, size,
			"the loader raises \"DataLoader worker exited unexpectedly\" within 5 s");
}

static bool is_torch(const struct model *m, const struct frame_msg *f, const struct proc *by)
{
	const struct proc *parent = model_proc(m, employer_of(m, by));

	(void)f;
	return by->flags & PROC_TORCH || (parent && parent->flags & PROC_TORCH);
}

/* Each gets its first indices at once: one that was never seen at work is none, most often. */
static enum fit fit(const struct model *m, const struct pool *p, const struct proc *c)
{
	if (!is_in_burst(p, c))
		return FIT_NO;
	return worker_is_alone(m, p, c) ? FIT_YES : FIT_MAYBE;
}

const struct pool_kind pool_kind_dataloader = {
	.name = "DataLoader",
	.role = PROC_LOADER,
	.task_shape = SHAPE_INDEX,
	.result_shape = SHAPE_DATA,
	.bond = BOND_RESULTS,
	.fit = fit,
	.traits = {.own_queues = true, .fed_results = true},
	.is_kind = is_torch,
	.judge_end = judge_end,
	.word_death = word_death,
};
