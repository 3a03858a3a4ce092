/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An object of its own, for `pooltop stack` alone: the registers of one thread that waits in the
 * kernel, which nothing in /proc tells. Read by going over all tasks (a BPF iterator, 5.8): no task
 * is touched.
 */
#include "regs.h"

char LICENSE[] SEC("license") = "GPL";

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

/* The thread that is asked for, by its number in the first PID namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} wanted SEC(".maps");

static __always_inline struct pt_regs *regs_of(struct task_struct *task)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) /* 5.15 */
		return (struct pt_regs *)bpf_task_pt_regs(task);
	return BPF_CORE_READ(task, stack) + 16384 - bpf_core_type_size(struct pt_regs);
}

SEC("iter/task")
int tell_regs(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	__u64 regs[NATIVE_REGS] = {};
	__u32 zero = 0, *tid = bpf_map_lookup_elem(&wanted, &zero);

	if (!task || !tid || task->pid != (int)*tid)
		return 0;
	copy_regs(regs, regs_of(task));
	bpf_seq_write(seq, regs, sizeof(regs));
	return 0;
}
