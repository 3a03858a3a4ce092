/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second object: the last stack of every thread of a process that dies, read in the thread's
 * own context. It shares the ring with the first; where it does not load, stacks are all that is
 * lost.
 *
 * Hooks (measured on 6.18; unwind.md's table is in tests/live/stacks_at_death_test.py):
 *   signal_deliver: a signal that ends the process arrives at this thread. When another thread,
 *     or SIGKILL, began the end, it is a SIGKILL, and group_exit_code has the true cause.
 *   sched_process_exit: who called exit_group has no signal. Memory is still there where the
 *     tracepoint has its second argument (6.17); before, the entry of exit_group tells.
 */
#include "regs.h"
#include "walk.h"

char LICENSE[] SEC("license") = "GPL";

#define TOLD_AGAIN_NS 10000000000ULL /* a fault's second delivery is of the same end */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct python);
} pythons SEC(".maps");

/* By core; the loader makes as many as there are. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walker);
} walkers SEC(".maps");

/* Threads whose end was told, by TID: when. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u64);
} told SEC(".maps");

/* Threads whose native stack was told. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} crashed SEC(".maps");

/* Why a thread is looked at. */
struct end {
	__u32 why; /* enum walk_why */
	__s32 sig;
	__s32 code;
	bool culprit;
	__u64 address;
};

/* The core's own scratch; NULL while it is in use. */
static __always_inline struct walker *take_walker(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct walker *w = bpf_map_lookup_elem(&walkers, &cpu);

	if (!w || w->busy) {
		count_record(-1);
		return NULL;
	}
	w->busy = 1;
	return w;
}

static __always_inline void begin_walk(
	struct walker *w, struct task_struct *task, const struct python *py, const struct end *end)
{
	struct ring_walk *r = &w->walk;

	w->layout = py->layout;
	w->thread_id = thread_id(task);
	w->interp = user_word(w->layout.runtime + w->layout.interpreters);
	w->thread = w->frame = 0;
	__builtin_memset(w->seen, 0, sizeof(w->seen));
	__builtin_memset(r, 0, __builtin_offsetof(struct ring_walk, frames));
	r->h.kind = RING_WALK;
	r->h.pid = BPF_CORE_READ(task, tgid);
	r->h.t_ns = bpf_ktime_get_ns();
	r->tid = BPF_CORE_READ(task, pid);
	r->why = end->why;
	r->flags = end->culprit ? WALK_CULPRIT | WALK_LAYOUT : WALK_LAYOUT;
	r->sig = end->sig;
	r->code = end->code;
	r->address = end->address;
	r->lasti = w->layout.lasti;
	r->lines = w->layout.lines;
	r->bytecode = w->layout.code.bytecode;
}

static __always_inline void send_walk(struct walker *w)
{
	struct ring_walk *r = &w->walk;
	__u64 size = __builtin_offsetof(struct ring_walk, bytes) + (__u64)r->used;

	/* A thread that Python does not know has nothing to say, unless the end began in it. */
	if (!r->count && !(r->flags & WALK_CULPRIT) && r->tid != r->h.pid)
		return;
	r->walk_ns = bpf_ktime_get_ns() - r->h.t_ns;
	r->h.size = size;
	barrier_var(size);
	if (size <= sizeof(*r))
		put_record(r, size);
}

static __always_inline bool is_recent(void *map, __u32 tid)
{
	__u64 *then = bpf_map_lookup_elem(map, &tid);

	return then && bpf_ktime_get_ns() - *then < TOLD_AGAIN_NS;
}

static __always_inline void remember(void *map, __u32 tid)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(map, &tid, &now, BPF_ANY);
}

static __always_inline void tell_end(
	struct task_struct *task, struct python *py, const struct end *end, const bool by_loop)
{
	__u32 tid = BPF_CORE_READ(task, pid);
	struct walker *w;

	if (py->told >= WALK_TOLD && !end->culprit && tid != BPF_CORE_READ(task, tgid))
		return;
	w = take_walker();
	if (!w)
		return;
	__sync_fetch_and_add(&py->told, 1);
	begin_walk(w, task, py, end);
	walk_frames(w, by_loop);
	send_walk(w);
	w->busy = 0;
	if (end->why != WALK_FAULT)
		remember(&told, tid);
}

static __always_inline struct python *python_of(struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);

	return bpf_map_lookup_elem(&pythons, &tgid);
}

static __always_inline bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGTRAP;
}

/* False: this signal ends nobody. */
static __always_inline bool judge_signal(struct task_struct *task, int sig,
	struct kernel_siginfo *info, struct k_sigaction *ka, struct end *ret_end)
{
	bool is_default = sig == SIGKILL || !ka || BPF_CORE_READ(ka, sa.sa_handler) == SIG_DFL;
	int group = BPF_CORE_READ(task, signal, group_exit_code);

	if (sig <= 0 || sig > 64 || (sig < 64 && QUIET_SIGNALS >> sig & 1))
		return false;
	/* Once it was compared it is no pointer to follow directly (6.12). */
	if ((unsigned long)info > 1)
		ret_end->code = BPF_CORE_READ(info, si_code);
	ret_end->sig = sig;
	ret_end->why = WALK_SIGNAL;
	if (sig == SIGKILL) { /* or another end that takes all threads along */
		if (group && group & 0x7f)
			ret_end->sig = group & 0x7f;
		else if (group) {
			ret_end->sig = 0;
			ret_end->why = WALK_EXIT;
		}
		return true;
	}
	ret_end->culprit = true;
	if (is_fault(sig) && ret_end->code > 0)
		ret_end->address = (__u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	if (is_default)
		return true;
	ret_end->why = WALK_FAULT;
	return is_fault(sig) && ret_end->code > 0;
}

static __always_inline int delivered(
	int sig, struct kernel_siginfo *info, struct k_sigaction *ka, const bool by_loop)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct python *py = python_of(task);
	struct end end = {};

	if (py && judge_signal(task, sig, info, ka, &end))
		tell_end(task, py, &end, by_loop);
	return 0;
}

SEC("?tp_btf/signal_deliver")
int BPF_PROG(on_deliver, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	return delivered(sig, info, ka, true);
}

SEC("?tp_btf/signal_deliver")
int BPF_PROG(on_deliver_for, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	return delivered(sig, info, ka, false);
}

static __always_inline struct pt_regs *own_regs(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) /* 5.15 */
		return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return task_regs((struct task_struct *)bpf_get_current_task());
}

/* Page by page: one that is missing would spoil a whole read, and the stack's end is one. Where the
 * stack ran over, its pointer is on the page in front of it. */
static __always_inline void copy_stack(struct ring_native *r)
{
	__u64 from = r->sp;

#pragma clang loop unroll(disable)
	for (int i = 0; i < NATIVE_PAGES; i++) {
		__u64 at = r->used, len = 4096 - (from & 4095);
		void *to;

		if (at > NATIVE_BYTES - 4096)
			return;
		to = place_in(r->bytes, at, NATIVE_BYTES - 4096);
		if (!bpf_probe_read_user(to, at_most(len, 4096), (void *)from))
			r->used = at + len;
		else if (at)
			return;
		else
			r->sp = from + len;
		from += len;
	}
}

static __always_inline void tell_native(struct task_struct *task)
{
	struct walker *w = take_walker();
	struct ring_native *r;
	__u64 size;

	if (!w)
		return;
	r = &w->native;
	__builtin_memset(r, 0, __builtin_offsetof(struct ring_native, bytes));
	r->h.kind = RING_NATIVE;
	r->h.pid = BPF_CORE_READ(task, tgid);
	r->h.t_ns = bpf_ktime_get_ns();
	r->tid = BPF_CORE_READ(task, pid);
	copy_regs(r->regs, own_regs());
	r->sp = r->regs[7] - NATIVE_RED_ZONE;
	copy_stack(r);
	size = __builtin_offsetof(struct ring_native, bytes) + (__u64)r->used;
	r->h.size = size;
	barrier_var(size);
	if (r->used && size <= sizeof(*r))
		put_record(r, size);
	w->busy = 0;
}

/* Of two deliveries of one fault (faulthandler raises it again, on another stack) the first has
 * the stack that counts. */
SEC("tp_btf/signal_deliver")
int BPF_PROG(on_crash, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct python *py = python_of(task);
	__u32 tid = BPF_CORE_READ(task, pid);
	struct end end = {};

	if (!py || !judge_signal(task, sig, info, ka, &end))
		return 0;
	if ((!is_fault(sig) && sig != SIGABRT) || is_recent(&crashed, tid))
		return 0;
	remember(&crashed, tid);
	tell_native(task);
	return 0;
}

/* Who calls exit_group takes the others along; a thread that merely returns ends nobody. */
static __always_inline int exits(struct task_struct *task, bool in_exit_group, const bool by_loop)
{
	struct python *py = python_of(task);
	struct end end = {.why = WALK_EXIT, .culprit = in_exit_group};

	if (!py || (!in_exit_group && !(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT)))
		return 0;
	if (!is_recent(&told, BPF_CORE_READ(task, pid)))
		tell_end(task, py, &end, by_loop);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(on_thread_exit, struct task_struct *task)
{
	return exits(task, task_call_nr(task) == SYS_EXIT_GROUP, true);
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(on_thread_exit_for, struct task_struct *task)
{
	return exits(task, task_call_nr(task) == SYS_EXIT_GROUP, false);
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(on_exit_group, struct pt_regs *regs, long nr)
{
	if (nr != SYS_EXIT_GROUP)
		return 0;
	return exits((struct task_struct *)bpf_get_current_task(), true, true);
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(on_exit_group_for, struct pt_regs *regs, long nr)
{
	if (nr != SYS_EXIT_GROUP)
		return 0;
	return exits((struct task_struct *)bpf_get_current_task(), true, false);
}

/* A fork's memory is its parent's, address by address. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_python_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = child->tgid;
	struct python *py = python_of(parent);

	if (!py || tgid == parent->tgid)
		return 0;
	bpf_map_update_elem(&pythons, &tgid, py, BPF_ANY);
	py = bpf_map_lookup_elem(&pythons, &tgid);
	if (py)
		py->told = 0;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_python_exec, struct task_struct *task)
{
	__u32 tgid = task->tgid;

	bpf_map_delete_elem(&pythons, &tgid);
	return 0;
}

/* Comes after the one above: programs run in the order in which they were attached. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_python_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid, tid = task->pid;

	bpf_map_delete_elem(&told, &tid);
	bpf_map_delete_elem(&crashed, &tid);
	if (!task->signal->live.counter)
		bpf_map_delete_elem(&pythons, &tgid);
	return 0;
}
