/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * concurrent.futures.ProcessPoolExecutor, and loky, which is made after it (joblib's own copy and
 * the package of that name). One pipe for calls, one for results, shared by all workers, which
 * keep both ends of both (CPython Lib/concurrent/futures/process.py, loky/process_executor.py).
 *
 * A worker leaves in one of three ways: it reads None, or its time is over, and it writes its pid
 * and exits; its last result says that it will exit (max_tasks_per_child); else it has broken the
 * pool: the parent ends all the others by SIGTERM, and every future fails.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "pool/inside.h"
#include "pool/kind.h"

/* Status 0: whether it had to do so shows from where it stood in the protocol. One whose
 * initializer raised leaves so too. */
static struct ending judge_clean_exit(const struct pool *p, const struct worker *w)
{
	if (w->hand.has)
		return (struct ending){.end = END_EXIT, .loses = true};
	if (w->said_last)
		return (struct ending){.end = END_RECYCLED};
	if (w->said_bye || w->told_to_end || p->closing || p->parent_gone)
		return (struct ending){.end = END_SHUTDOWN};
	/* One that was found may have said so before. */
	if (!w->born_seen && !w->last_done_ns)
		return (struct ending){.end = END_SHUTDOWN};
	return (struct ending){.end = END_EXIT};
}

static struct ending judge_end(const struct pool *p, const struct worker *w,
	const struct proc *proc, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f;

	if (exit->flags & EXIT_STATUS_UNKNOWN)
		return (struct ending){.end = END_UNKNOWN, .loses = true};
	/* The others suffer when one breaks the pool. Whatever they had in hand is lost too. */
	if (was_ended_by_parent(w, exit) || (w->killed_by_parent && exit->status && p->broken_ns))
		return (struct ending){.end = END_TERMINATED, .loses = true};
	if (sig || exit->status)
		return ending_by_status(proc, exit);
	return judge_clean_exit(p, w);
}

static void word_death(const struct model *m, struct pool *p, struct death *d)
{
	const size_t size = sizeof(d->consequence);
	uint64_t others;
	bool is_first;

	if (p->parent_gone) {
		snprintf(d->consequence, size, "none: the pool's parent was gone before");
		return;
	}
	/* Its own end may be known later than what its parent did about it. */
	is_first = !p->broken_ns || (!p->broken_by && d->t_ns <= p->broken_ns);
	if (!is_first && p->broken_by != d->worker) {
		snprintf(d->consequence, size, "none: the pool was broken before");
		return;
	}
	others = pool_in_flight(p);
	if (is_first) {
		p->broken_ns = d->t_ns ? d->t_ns : 1;
		p->broken_by = d->worker;
		p->suffering = (uint32_t)others;
	}
	if (!d->hand.has) {
		snprintf(d->consequence, size,
			"the pool is broken: %" PRIu64
			" on their way fail with it, and every later call",
			others);
		return;
	}
	snprintf(d->consequence, size,
		"the pool is broken: call %" PRId64 " of %.60s is lost, and %" PRIu64
		" others that only suffer for it",
		d->hand.key.job, model_text(m, d->hand.func, "an unknown function"), others);
}

/* Its messages say so when they are written, its workers all the time. */
static bool is_loky(const struct model *m, const struct frame_msg *f, const struct proc *by)
{
	return f->flags & MSG_LOKY || start_of(m, by) == START_LOKY;
}

const struct pool_kind pool_kind_executor = {
	.name = "ProcessPoolExecutor",
	.role = PROC_EXECUTOR,
	.task_shape = SHAPE_CALL,
	.result_shape = SHAPE_RESULT,
	.task_mode = PIPE_READ | PIPE_WRITE,
	.result_mode = PIPE_READ | PIPE_WRITE,
	.forks_at_once = true,
	.traits = {.breaks = true},
	.judge_end = judge_end,
	.word_death = word_death,
};

const struct pool_kind pool_kind_loky = {
	.name = "loky",
	.role = PROC_LOKY,
	.task_shape = SHAPE_CALL,
	.result_shape = SHAPE_RESULT,
	.task_mode = PIPE_READ | PIPE_WRITE,
	.result_mode = PIPE_READ | PIPE_WRITE,
	.traits = {.breaks = true},
	.is_kind = is_loky,
	.judge_end = judge_end,
	.word_death = word_death,
};
