/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is on which core, and why a worker left its core. Only sums: no record per switch. */
#ifndef POOLTOP_ON_SWITCH_H
#define POOLTOP_ON_SWITCH_H

#include "on_life.h"
#include "on_message.h"

#define FUTEX_PRIVATE 128
#define QUEUED_MOST_NS 10000000000ULL /* a longer wait is none: the clocks have moved apart */

static __always_inline bool is_blocked(bool preempt, struct task_struct *task)
{
	if (preempt)
		return false;
	if (bpf_core_field_exists(task->__state))
		return task->__state != 0;
	return BPF_CORE_READ((struct task_struct___before_5_14 *)task, state) != 0;
}

static __always_inline bool is_gil(__u32 tgid, const struct in_call *call)
{
	struct gil_place *gil = bpf_map_lookup_elem(&gils, &tgid);

	return gil && call->arg1 - gil->from < gil->bytes;
}

/* State of a worker that blocks with a task in hand, by the system call it blocks in. */
static __always_inline __u32 hand_state(struct watch *w, __u32 tgid, const struct in_call *call)
{
	w->flags &= ~(WATCH_SEM | WATCH_GIL);
	if (call->nr == SYS_FUTEX) {
		if (call->arg2 & FUTEX_PRIVATE && is_gil(tgid, call))
			w->flags |= WATCH_GIL;
		/* A multiprocessing lock is a shared semaphore at the start of a page. */
		if (!(call->arg2 & FUTEX_PRIVATE) && !(call->arg1 & (PAGE_BYTES - 1)))
			w->flags |= WATCH_SEM;
		return STATE_LOCK;
	}
	return call->nr == SYS_WRITE && w->ino ? STATE_SEND : STATE_IO;
}

/* The pipe that the running thread blocks on, of a read, a write, or a poll of just one. */
static __always_inline __u64 call_pipe(const struct in_call *call)
{
	__u32 fd = 0;

	if (call->nr == SYS_READ)
		return own_pipe(call->arg1, MSG_READ);
	if (call->nr == SYS_WRITE)
		return own_pipe(call->arg1, MSG_WRITE);
	if (call->nr != SYS_POLL || call->arg2 != 1 ||
		bpf_probe_read_user(&fd, sizeof(fd), (void *)call->arg1))
		return 0;
	return own_pipe(fd, MSG_READ);
}

/* In the call that a worker waits for its next task in. */
static __always_inline bool is_task_wait(const struct watch *w, const struct in_call *call)
{
	return w->ino && ((call->nr == SYS_READ && call->arg3 == 4) || call->nr == SYS_POLL);
}

static __always_inline bool is_first_wait(const struct watch *w, const struct in_call *call)
{
	if (call->nr == SYS_READ || call->nr == SYS_POLL)
		return is_task_wait(w, call);
	return call->nr == SYS_FUTEX && !(call->arg2 & FUTEX_PRIVATE) &&
	       !(call->arg1 & (PAGE_BYTES - 1));
}

/* With its task done, and the result left to another thread of its process, it waits again. */
static __always_inline bool has_left_task(const struct watch *w, const struct in_call *call)
{
	if (w->flags & WATCH_SENDS || (w->ino && w->ino == w->task_ino))
		return is_task_wait(w, call);
	return w->flags & WATCH_ANSWERED && is_first_wait(w, call);
}

static __always_inline void block_with_task(
	struct watch *w, __u32 tgid, const struct in_call *call, __u64 now)
{
	if (!has_left_task(w, call)) {
		enter_state(w, hand_state(w, tgid, call), now);
		return;
	}
	enter_state(w, STATE_WAIT, now);
	sem_was(w, STATE_WAIT);
	w->flags &= ~(WATCH_HAND | WATCH_SEM | WATCH_ANSWERED | WATCH_SENDS);
}

/* Has it started? The semaphore may be one of its initializer's, which then does something else:
 * a worker that waits for its turn to read does nothing but read. */
static __always_inline void wait_first(struct watch *w, const struct in_call *call, __u64 now)
{
	if (w->state == STATE_START && is_first_wait(w, call)) {
		enter_state(w, STATE_WAIT, now);
		if (call->nr == SYS_FUTEX)
			w->flags |= WATCH_GUESSED;
	} else if (w->flags & WATCH_GUESSED && call->nr >= 0 && call->nr != SYS_FUTEX) {
		w->flags &= ~WATCH_GUESSED;
		if (!is_first_wait(w, call))
			w->state = STATE_START; /* since it waited for the semaphore */
	}
}

static __always_inline void leave_core(
	struct watch *w, struct task_struct *task, bool preempt, __u64 now)
{
	bool main = task->pid == task->tgid && !(w->flags & WATCH_ROOT);
	struct in_call call = {};

	if (task->flags & PF_EXITING)
		return;
	if (main && w->flags & WATCH_HAND)
		came_unseen(w, task, now);
	if (main)
		w->exec_ns = task->se.sum_exec_runtime;
	if (!is_blocked(preempt, task)) {
		if (main && w->flags & WATCH_HAND)
			enter_state(w, STATE_RUNQ, now);
		return;
	}
	task_call(task, &call);
	if (call.nr == SYS_WRITE)
		begin_block(w, task, call.arg1, now);
	if (!main)
		return;
	w->syscall = call.nr;
	w->ino = call_pipe(&call);
	w->flags &= ~WATCH_PRIVATE;
	if (call.nr == SYS_FUTEX && call.arg2 & FUTEX_PRIVATE)
		w->flags |= WATCH_PRIVATE;
	if (w->flags & WATCH_HAND) {
		block_with_task(w, task->tgid, &call, now);
		return;
	}
	w->flags &= ~WATCH_FRESH;
	wait_first(w, &call, now);
}

static __always_inline void take_core(struct watch *w, __u64 now)
{
	w->core = bpf_get_smp_processor_id();
	w->syscall = -1;
	if (w->flags & WATCH_HAND && w->state != STATE_RUN)
		end_wait(w, STATE_RUN, now);
}

static __always_inline void charge(struct core_sums *c, struct watch *w, __u64 ns)
{
	__sync_fetch_and_add(&w->cpu_ns, ns); /* its threads run on several cores */
	if (w->group < RING_GROUPS)
		c->group_ns[w->group] += ns;
}

/* A thread that is no main one has left its core. Only where its waits can be told, too. */
static __always_inline void charge_side(struct watch *w, const struct task_struct *task, __u64 ns)
{
	if (task->pid == task->tgid || w->flags & WATCH_ROOT ||
		!bpf_core_field_exists(task->sched_info))
		return;
	__sync_fetch_and_add(&w->side_ns, ns);
}

/* ... or gets one, and may have waited for it: the scheduler knows since when. */
static __always_inline void charge_queue(
	const struct core_sums *c, struct watch *w, struct task_struct *task, __u64 now)
{
	__u64 since;

	if (w->flags & WATCH_ROOT || !c->ahead_ns || !bpf_core_field_exists(task->sched_info))
		return;
	since = task->sched_info.last_queued - c->ahead_ns;
	if (task->sched_info.last_queued && since < now && now - since < QUEUED_MOST_NS)
		__sync_fetch_and_add(&w->side_ns, now - since);
}

/* Who took it was not seen. Those that make room unseen have it for a moment, as a rule. */
static __always_inline void core_was(struct core_sums *c, const struct task_struct *task)
{
	c->tgid = task->tgid;
	c->idle = !task->tgid;
}

/* The run queue's clock when it took the core, against ours. */
static __always_inline void see_clock(struct core_sums *c, struct task_struct *task)
{
	if (bpf_core_field_exists(task->sched_info))
		c->ahead_ns = task->sched_info.last_arrival - c->since_ns;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns(), ns = 0;
	__u32 zero = 0, tgid = next->tgid;
	struct core_sums *c = bpf_map_lookup_elem(&cores, &zero);
	struct watch *w;

	if (!c)
		return 0;
	if (c->since_ns)
		ns = now - c->since_ns;
	if (c->since_ns && c->pid != prev->pid)
		core_was(c, prev);
	else if (c->since_ns && prev->tgid)
		see_clock(c, prev);
	c->since_ns = now;
	c->pid = next->pid;
	if (c->idle)
		c->idle_ns += ns;
	else
		c->busy_ns += ns;
	w = c->tgid ? watched(c->tgid) : NULL;
	if (w) {
		charge(c, w, ns);
		charge_side(w, prev, ns);
		leave_core(w, prev, preempt, now);
	}
	c->idle = !tgid;
	w = tgid ? watched(tgid) : NULL;
	c->tgid = w ? tgid : 0;
	if (w && next->pid == tgid)
		take_core(w, now);
	else if (w)
		charge_queue(c, w, next, now);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *p)
{
	__u32 tgid = p->tgid;
	struct watch *w;

	if (p->pid != tgid)
		return 0;
	w = watched(tgid);
	if (!w || !(w->flags & WATCH_HAND))
		return 0;
	if (w->state == STATE_IO || w->state == STATE_LOCK || w->state == STATE_SEND)
		end_wait(w, STATE_RUNQ, bpf_ktime_get_ns());
	return 0;
}

#endif
