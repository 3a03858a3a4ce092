/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * multiprocessing.Pool. One pipe for tasks, one for results, shared by all workers; each worker
 * closes the ends it does not use before it does anything else (CPython Lib/multiprocessing/
 * pool.py, worker()). A worker that dies is replaced, and nobody is told: the caller of a task
 * that went with it waits for ever.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "pool/inside.h"
#include "pool/kind.h"

static struct ending death(enum end_kind end)
{
	return (struct ending){.end = end, .loses = true};
}

/* Exit status 0: whether it had to do so shows from where it stood in the protocol. */
static struct ending judge_clean_exit(const struct pool *p, const struct worker *w)
{
	if (w->hand.has)
		return death(END_EXIT);
	if (w->told_to_end || p->parent_gone)
		return (struct ending){.end = END_SHUTDOWN};
	/* Without a sentinel, after a result: it has done its maxtasksperchild, whatever its pool
	 * was told meanwhile. One that was found at work may have done them before. */
	if (w->last_done_ns || (!w->born_seen && !p->closing))
		return (struct ending){.end = END_RECYCLED};
	return (struct ending){.end = END_SHUTDOWN};
}

static struct ending judge_end(const struct pool *p, const struct worker *w,
	const struct proc *proc, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f;

	if (exit->flags & EXIT_STATUS_UNKNOWN)
		return death(END_UNKNOWN);
	/* The parent's own doing: the task counts as lost if the pool goes on without it. A
	 * handler of the task's own may have made an exit of the signal. */
	if (w->killed_by_parent && (sig == SIGTERM || (!sig && exit->status && p->closing)))
		return (struct ending){.end = END_TERMINATED, .loses = !p->closing};
	if (sig || exit->status)
		return ending_by_status(proc, exit);
	return judge_clean_exit(p, w);
}

static void word_death(const struct model *m, struct pool *p, struct death *d)
{
	const size_t size = sizeof(d->consequence);

	if (p->parent_gone) {
		snprintf(d->consequence, size, "none: the pool's parent was gone before");
		return;
	}
	if (d->end != END_EXIT && d->syscall >= 0 && p->task_ino && d->syscall_ino == p->task_ino) {
		snprintf(d->consequence, size,
			"it held the task queue's lock while it waited for a task: every other "
			"worker now waits for that lock for ever");
		return;
	}
	if (!d->hand.has) {
		snprintf(d->consequence, size, "none: it had no task in hand");
		return;
	}
	if (p->result_lock_lost_ns == d->t_ns && p->result_lock_lost_pid == d->pid) {
		snprintf(d->consequence, size,
			"task %" PRId64 "/%" PRId32
			" is lost, and with it the result queue's lock, which it held while it "
			"sent: nothing returns any more",
			d->hand.key.job, d->hand.key.chunk);
		return;
	}
	snprintf(d->consequence, size,
		"task %" PRId64 "/%" PRId32 " of %.90s is lost; its caller waits for ever",
		d->hand.key.job, d->hand.key.chunk,
		model_text(m, d->hand.func, "an unknown function"));
}

const struct pool_kind pool_kind_pool = {
	.name = "Pool",
	.role = PROC_POOL,
	.task_shape = SHAPE_POOL_TASK,
	.result_shape = SHAPE_POOL_RESULT,
	.task_mode = PIPE_READ,
	.result_mode = PIPE_WRITE,
	.has_keeper = true,
	.traits = {.ends_results = true, .tells_idle = true},
	.judge_end = judge_end,
	.word_death = word_death,
};
