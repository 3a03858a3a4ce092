/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker's states and their sums. */
#ifndef POOLTOP_WORKER_STATE_H
#define POOLTOP_WORKER_STATE_H

#include "ring.h"

/* Ends the state a worker is in and begins another; a clock that went back adds nothing. */
static __always_inline void enter_state(struct watch *w, __u32 state, __u64 now)
{
	__u32 old = w->state;

	if (old < WORKER_STATES && now > w->since_ns) {
		w->state_ns[old] += now - w->since_ns;
		if (old == STATE_LOCK && w->flags & WATCH_GIL)
			w->gil_ns += now - w->since_ns;
	}
	w->since_ns = now;
	w->state = state;
}

/* Off-core states end at the wake-up; what then is left until it runs is `runq`. */
static __always_inline void end_wait(struct watch *w, __u32 next, __u64 now)
{
	if (w->state == STATE_LOCK && w->flags & WATCH_SEM)
		w->sem_ns = now - w->since_ns;
	if (w->state == STATE_LOCK)
		w->sem_run_ns = w->state_ns[STATE_RUN];
	enter_state(w, next, now);
}

/*
 * Its main thread is on a core, and was not seen to take it: no program hears of all switches (seen
 * on a 6.18: not when some of the machine's own threads make room). The scheduler's sum says since
 * when; of a thread that still runs, to a tick.
 */
static __always_inline void came_unseen(struct watch *w, struct task_struct *task, __u64 now)
{
	__u64 on_ns;

	if (!w->exec_ns || w->state == STATE_RUN || now < w->since_ns)
		return;
	on_ns = BPF_CORE_READ(task, se.sum_exec_runtime) - w->exec_ns;
	if (on_ns > now - w->since_ns)
		on_ns = now - w->since_ns;
	end_wait(w, STATE_RUN, now - on_ns);
}

/* So long it has been on a core with a task in hand, less what is told as pickling. */
static __always_inline __u64 run_ns(const struct watch *w, __u64 now)
{
	__u64 ns = w->state_ns[STATE_RUN];

	return w->state == STATE_RUN && now > w->since_ns ? ns + now - w->since_ns : ns;
}

/* Time on a core that was pickling or unpickling, as it turned out. */
static __always_inline bool move_run(struct watch *w, __u32 state, __u64 ns)
{
	if (ns > w->state_ns[STATE_RUN] || state >= WORKER_STATES)
		return false;
	w->state_ns[STATE_RUN] -= ns;
	w->state_ns[state] += ns;
	return true;
}

#endif
