/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bare multiprocessing.Process children with queues of the user's own: Queue, SimpleQueue,
 * JoinableQueue, Pipe. Their messages have no numbers (model/plain.c). Nobody replaces a worker,
 * and an end by itself, without a task in hand, is how such a process ends.
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
	if (was_ended_by_parent(w, exit) ||
		(w->killed_by_parent && !sig && exit->status && p->closing))
		return (struct ending){.end = END_TERMINATED, .loses = true};
	if (sig || exit->status)
		return ending_by_status(proc, exit);
	/* Where nothing ever comes back no answer is missed. */
	if (w->hand.has && p->result_ino)
		return (struct ending){.end = END_EXIT, .loses = true};
	return (struct ending){.end = END_SHUTDOWN};
}

static void word_death(const struct model *m, struct pool *p, struct death *d)
{
	const size_t size = sizeof(d->consequence);

	(void)m;
	if (p->parent_gone)
		snprintf(d->consequence, size, "none: its parent was gone before");
	else if (d->end != END_EXIT && d->syscall >= 0 && pool_queue(p, d->syscall_ino) &&
		 pool_queue(p, d->syscall_ino)->shared)
		snprintf(d->consequence, size,
			"it held the queue's lock while it waited for a message: whoever else "
			"reads that queue now waits for ever");
	else if (!d->hand.has)
		snprintf(d->consequence, size, "none: it had no message in hand");
	else
		snprintf(d->consequence, size,
			"message %" PRId64 " is lost: whoever waits for its answer waits for ever",
			d->hand.key.job);
}

/* Whatever is forked inherits the queues; started otherwise, only what is given them has them. A
 * Manager's server, which has several threads from its start, may have inherited them too. */
static enum fit fit(const struct model *m, const struct pool *p, const struct proc *c)
{
	bool has_queue = false;

	for (uint32_t i = 0; i < p->queues_count; i++)
		has_queue |= p->queues[i].role == QUEUE_TASKS && proc_holds(c, p->queues[i].ino);
	if (!has_queue || c->gone || c->threads > 1)
		return FIT_NO;
	return start_of(m, c) == START_FORK && !(c->flags & PROC_BARE) ? FIT_MAYBE : FIT_YES;
}

const struct pool_kind pool_kind_process = {
	.name = "Process",
	.role = PROC_BARE,
	.bond = BOND_PARENT,
	.fit = fit,
	.traits = {.unnumbered = true, .own_queues = true, .fed_results = true},
	.judge_end = judge_end,
	.word_death = word_death,
};
