/* SPDX-License-Identifier: GPL-2.0-only */
/* What all objects of kernel programs share: one ring, and the count of what went into it. The
 * loader gives the second object the maps of the first. */
#ifndef POOLTOP_SHARED_H
#define POOLTOP_SHARED_H

#include "kernel.h"
#include "ring.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* Signals that do not end a process, whatever is not done about them. */
#define QUIET_SIGNALS                                                                              \
	(1ULL << 17 | 1ULL << 18 | 1ULL << 19 | 1ULL << 20 | 1ULL << 21 | 1ULL << 22 |             \
		1ULL << 23 | 1ULL << 28)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ring_counts);
} counts SEC(".maps");

/* Every record is counted, kept or lost, so that seen = kept + lost always holds. */
static __always_inline void count_record(long failed)
{
	__u32 zero = 0;
	struct ring_counts *c = bpf_map_lookup_elem(&counts, &zero);

	if (!c)
		return;
	if (failed)
		c->lost++;
	else
		c->kept++;
}

static __always_inline void put_record(void *record, __u64 size)
{
	count_record(bpf_ringbuf_output(&ring, record, size, BPF_RB_NO_WAKEUP));
}

/* User space's registers; they lie at the top of the task's kernel stack. */
static __always_inline struct pt_regs *task_regs(struct task_struct *task)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) /* 5.15 */
		return (struct pt_regs *)bpf_task_pt_regs(task);
	return BPF_CORE_READ(task, stack) + 16384 - bpf_core_type_size(struct pt_regs);
}

static __always_inline long task_call_nr(struct task_struct *task)
{
	struct pt_regs *regs = task_regs(task);

#if defined(__TARGET_ARCH_x86)
	return (long)BPF_CORE_READ(regs, orig_ax);
#else
	return BPF_CORE_READ(regs, syscallno);
#endif
}

#endif
