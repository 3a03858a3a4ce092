/* SPDX-License-Identifier: GPL-2.0-only */
/* Life of watched processes: fork, exec, exit, and the signals that end them. */
#ifndef POOLTOP_ON_LIFE_H
#define POOLTOP_ON_LIFE_H

#include "on_stderr.h"
#include "on_sum.h"
#include "owners.h"
#include "pipe.h"

static __always_inline struct frame frame_of(__u16 kind, __u16 size, __u32 pid, __u64 now)
{
	struct frame f = {.kind = kind, .size = size, .pid = pid, .t_ns = now};

	return f;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = parent->tgid, child_tgid = child->tgid;
	struct gil_place *gil;
	struct frame_fork f = {};
	struct watch kid = {};
	struct watch *w;
	__u64 now;

	if (child_tgid == tgid)
		return 0; /* a thread */
	w = watched(tgid);
	if (!w)
		return 0;
	now = bpf_ktime_get_ns();
	kid.start_ns = child->start_time;
	kid.since_ns = now;
	kid.syscall = -1;
	kid.group = w->kids_group;
	kid.kids_group = w->kids_group;
	bpf_map_delete_elem(&bares, &child_tgid);
	gil = bpf_map_lookup_elem(&gils, &tgid);
	if (gil)
		bpf_map_update_elem(&gils, &child_tgid, gil, BPF_ANY);
	if (!take_slot(child_tgid, &kid))
		count_record(-1);
	f.h = frame_of(FRAME_FORK, sizeof(f), tgid, now);
	f.child = child_tgid;
	f.tid = parent->pid;
	f.parent_threads = parent->signal->nr_threads;
	f.start_ns = kid.start_ns;
	BPF_CORE_READ_STR_INTO(&f.comm, child, comm);
	put_record(&f, sizeof(f));
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ring_exec);
} exec_space SEC(".maps");

static __always_inline void put_exec(struct task_struct *p, __u32 tgid, __u64 now)
{
	__u32 zero = 0;
	struct ring_exec *r = bpf_map_lookup_elem(&exec_space, &zero);
	unsigned long from = BPF_CORE_READ(p, mm, arg_start);
	__u64 len = BPF_CORE_READ(p, mm, arg_end) - from, size;

	if (!r)
		return;
	r->len = 0;
	barrier_var(len);
	if (len > EXEC_ARGS)
		len = EXEC_ARGS;
	if (!bpf_probe_read_user(r->args, len, (const void *)from))
		r->len = len;
	size = __builtin_offsetof(struct ring_exec, args) + ((r->len + 7ULL) & ~7ULL);
	r->exec.h = frame_of(RING_EXEC, size, tgid, now);
	BPF_CORE_READ_STR_INTO(&r->exec.comm, p, comm);
	barrier_var(size);
	if (size <= sizeof(*r))
		put_record(r, size);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p)
{
	__u32 tgid = p->tgid;
	struct watch *w = watched(tgid);
	__u64 now;

	if (!w && !want_all_execs)
		return 0;
	if (w)
		bpf_map_delete_elem(&gils, &tgid);
	now = bpf_ktime_get_ns();
	if (w)
		w->fds_changed++;
	if (w && !(w->flags & WATCH_ROOT))
		enter_state(w, STATE_START, now);
	put_exec(p, tgid, now);
	return 0;
}

/* What system call a task is in. */
struct in_call {
	long nr;
	unsigned long arg1, arg2, arg3;
};

static __always_inline void task_call(struct task_struct *task, struct in_call *ret_call)
{
	struct pt_regs *regs = task_regs(task);

#if defined(__TARGET_ARCH_x86)
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) {
		/* The verifier knows what that is, and lets us read it at no cost. */
		ret_call->nr = regs->orig_ax;
		ret_call->arg1 = regs->di;
		ret_call->arg2 = regs->si;
		ret_call->arg3 = regs->dx;
		return;
	}
	ret_call->nr = BPF_CORE_READ(regs, orig_ax);
	ret_call->arg1 = BPF_CORE_READ(regs, di);
	ret_call->arg2 = BPF_CORE_READ(regs, si);
	ret_call->arg3 = BPF_CORE_READ(regs, dx);
#else
	ret_call->nr = BPF_CORE_READ(regs, syscallno);
	ret_call->arg1 = BPF_CORE_READ(regs, orig_x0);
	ret_call->arg2 = BPF_CORE_READ(regs, regs[1]);
	ret_call->arg3 = BPF_CORE_READ(regs, regs[2]);
#endif
}

static __always_inline void close_states(struct watch *w, __u64 now)
{
	/* A worker that has answered its last task and did not wait for another was leaving. */
	if (w->state == STATE_WAIT && w->flags & WATCH_FRESH)
		w->state = STATE_EXIT;
	enter_state(w, w->state, now);
}

/* The end of a thread that read messages: a Pool whose reader of results is gone hangs. */
static __always_inline void thread_exit(struct task_struct *p, __u32 tgid)
{
	struct frame_thread_exit f = {.ino = was_read(p), .tid = p->pid};

	if (!f.ino || p->signal->flags & SIGNAL_GROUP_EXIT || !watched(tgid))
		return;
	f.h = frame_of(FRAME_THREAD_EXIT, sizeof(f), tgid, bpf_ktime_get_ns());
	put_record(&f, sizeof(f));
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *p)
{
	struct signal_struct *sig = p->signal;
	__u32 tgid = p->tgid;
	struct frame_exit f = {};
	struct in_call call = {};
	struct watch *w;
	__u64 now;

	if (sig->live.counter) {
		thread_exit(p, tgid);
		return 0;
	}
	w = watched(tgid);
	if (!w)
		return 0;
	now = bpf_ktime_get_ns();
	close_states(w, now);
	f.h = frame_of(FRAME_EXIT, sizeof(f), tgid, now);
	f.start_ns = w->start_ns;
	f.status = sig->group_exit_code ?: p->exit_code;
	f.state = w->state;
	__builtin_memcpy(f.state_ns, w->state_ns, sizeof(f.state_ns));
	f.known = w->flags & WATCH_ROOT ? 0 : WATCH_KNOWN;
	f.cpu_ns = w->cpu_ns;
	f.rss_peak_bytes = sig->maxrss * PAGE_BYTES;
	f.gil_ns = w->gil_ns;
	if (!bpf_map_delete_elem(&gils, &tgid))
		f.flags |= EXIT_GIL_KNOWN;
	task_call(p, &call);
	f.syscall = call.nr;
	if (call.nr == SYS_READ || call.nr == SYS_WRITE)
		f.syscall_ino = fd_pipe(p, call.arg1, call.nr == SYS_READ ? MSG_READ : MSG_WRITE);
	if (w->flags & WATCH_HELD && w->flags & WATCH_HAND)
		tell_held(w);
	bpf_map_delete_elem(&bares, &tgid);
	tell_words(tgid, f.status || w->flags & WATCH_HAND, now);
	leave_slot(w);
	put_record(&f, sizeof(f));
	return 0;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int sig, struct kernel_siginfo *info, struct task_struct *task, int group,
	int result)
{
	__u32 tgid = task->tgid;
	struct frame_signal f = {};
	__u64 now, id;

	if (result || sig <= 0 || (sig < 64 && QUIET_SIGNALS >> sig & 1) || !watched(tgid))
		return 0;
	now = bpf_ktime_get_ns();
	f.h = frame_of(FRAME_SIGNAL, sizeof(f), tgid, now);
	f.sig = sig;
	f.code = 0x80; /* SI_KERNEL: SEND_SIG_PRIV is the pointer 1 */
	/* Verifiers of 6.12.x and newer know that it may be no pointer, and let nobody follow it
	 * (kernel/bpf/btf.c, raw_tp_null_args[]: signal_generate). */
	if ((unsigned long)info > 1)
		f.code = BPF_CORE_READ(info, si_code);
	else if (!info)
		f.code = 0; /* SEND_SIG_NOINFO: a process did it */
	if (f.code <= 0) {
		id = bpf_get_current_pid_tgid();
		f.sender = id >> 32;
		f.sender_tid = id;
		f.uid = bpf_get_current_uid_gid();
		bpf_get_current_comm(f.comm, sizeof(f.comm));
	}
	put_record(&f, sizeof(f));
	return 0;
}

#endif
