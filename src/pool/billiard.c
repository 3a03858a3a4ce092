/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * billiard.Pool, and Celery's prefork pool, which is made of it: there each worker has a pipe for
 * tasks and one for results of its own (billiard/pool.py, celery/concurrency/asynpool.py). A
 * worker turns the parent's SIGTERM into an exit with 15, and says by 155 that it has done its
 * share. One that is lost is noticed, and the caller gets a WorkerLostError after a while.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "pool/inside.h"

enum { EX_RECYCLE = 155 }; /* billiard/pool.py */

static struct ending judge_end(const struct pool *p, const struct worker *w,
	const struct proc *proc, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f, code = exit->status >> 8 & 0xff;

	if (exit->flags & EXIT_STATUS_UNKNOWN)
		return (struct ending){.end = END_UNKNOWN, .loses = true};
	if (was_ended_by_parent(w, exit) || (w->killed_by_parent && !sig && code))
		return (struct ending){.end = END_TERMINATED, .loses = !p->closing};
	if (!sig && code == EX_RECYCLE && !w->hand.has)
		return (struct ending){.end = END_RECYCLED};
	if (sig || code)
		return ending_by_status(proc, exit);
	if (w->hand.has)
		return (struct ending){.end = END_EXIT, .loses = true};
	if (!w->told_to_end && !p->closing && !p->parent_gone && w->last_done_ns)
		return (struct ending){.end = END_RECYCLED};
	return (struct ending){.end = END_SHUTDOWN};
}

static void word_death(const struct model *m, struct pool *p, struct death *d)
{
	const size_t size = sizeof(d->consequence);

	if (p->parent_gone)
		snprintf(d->consequence, size, "none: the pool's parent was gone before");
	else if (d->hand.has)
		snprintf(d->consequence, size,
			"task %" PRId64 " of %.80s is lost; its caller gets a WorkerLostError",
			d->hand.key.job, model_text(m, d->hand.func, "an unknown function"));
	else
		snprintf(d->consequence, size, "none: it had no task in hand");
}

const struct pool_kind pool_kind_billiard = {
	.name = "billiard",
	.role = PROC_BILLIARD,
	.task_shape = SHAPE_BILLIARD_TASK,
	.result_shape = SHAPE_BILLIARD_READY,
	.has_halves = true,
	.bond = BOND_THREADS,
	.traits = {.own_queues = true},
	.judge_end = judge_end,
	.word_death = word_death,
};
