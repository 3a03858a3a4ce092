/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own kill for want of memory: whose, and which limit it hit. */
#ifndef POOLTOP_ON_OOM_H
#define POOLTOP_ON_OOM_H

#include "watch.h"

#define NEARLY_FULL 64 /* pages that may be free in a cgroup that is full */

static __always_inline __u64 rss_pages(struct mm_struct *mm)
{
	struct mm_struct___before_6_2 *old = (void *)mm;
	long file, anon, shared;

	if (!mm)
		return 0;
	if (bpf_core_field_exists(old->rss_stat.count)) {
		file = BPF_CORE_READ(old, rss_stat.count[0].counter);
		anon = BPF_CORE_READ(old, rss_stat.count[1].counter);
		shared = BPF_CORE_READ(old, rss_stat.count[3].counter);
	} else {
		file = BPF_CORE_READ(mm, rss_stat[0].count);
		anon = BPF_CORE_READ(mm, rss_stat[1].count);
		shared = BPF_CORE_READ(mm, rss_stat[3].count);
	}
	return file + anon + shared > 0 ? file + anon + shared : 0;
}

static __always_inline struct kernfs_node *above(struct kernfs_node *kn)
{
	struct kernfs_node___before_6_15 *old = (void *)kn;

	if (bpf_core_field_exists(old->parent))
		return BPF_CORE_READ(old, parent);
	return BPF_CORE_READ(kn, __parent);
}

static __always_inline void name_cgroup(struct ring_oom *r, struct kernfs_node *kn)
{
	for (int i = 0; i < OOM_LEVELS; i++) {
		if (!kn)
			return;
		bpf_probe_read_kernel_str(r->names[i], OOM_NAME, BPF_CORE_READ(kn, name));
		kn = above(kn);
	}
}

/* The nearest memory cgroup, from the victim's own upwards, that is full. */
static __always_inline void find_limit(struct ring_oom *r, struct task_struct *task)
{
	int id = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = NULL;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return;
	bpf_probe_read_kernel(&css, sizeof(css), &set->subsys[id & 15]);
	for (int i = 0; i < OOM_LEVELS; i++) {
		struct mem_cgroup *memcg =
			(void *)css - bpf_core_field_offset(struct mem_cgroup, css);
		__u64 used, max;

		if (!css)
			return;
		used = BPF_CORE_READ(memcg, memory.usage.counter);
		max = BPF_CORE_READ(memcg, memory.max);
		if (used + NEARLY_FULL >= max) {
			r->oom.limit_bytes = max * PAGE_BYTES;
			name_cgroup(r, BPF_CORE_READ(css, cgroup, kn));
			return;
		}
		css = BPF_CORE_READ(css, parent);
	}
}

static __always_inline int put_victim(__u32 tgid, struct task_struct *task)
{
	__u64 now = bpf_ktime_get_ns();
	struct ring_oom r = {};

	if (!watched(tgid))
		return 0;
	r.oom.h.kind = RING_OOM;
	r.oom.h.size = sizeof(r);
	r.oom.h.pid = tgid;
	r.oom.h.t_ns = now;
	r.oom.trigger = bpf_get_current_pid_tgid() >> 32;
	if (task) {
		r.oom.rss_bytes = rss_pages(BPF_CORE_READ(task, mm)) * PAGE_BYTES;
		find_limit(&r, task);
	}
	put_record(&r, sizeof(r));
	return 0;
}

/* The tracepoint's argument was a pid, and is a task in newer and some older stable kernels: the
 * loader counts the arguments and takes one of these two. */
SEC("?tp_btf/mark_victim")
int BPF_PROG(on_victim_pid, int pid)
{
	struct task_struct *current = (struct task_struct *)bpf_get_current_task();

	/* Only the task that asked for memory is at hand: most often it is the victim. */
	return put_victim(pid, BPF_CORE_READ(current, tgid) == pid ? current : NULL);
}

SEC("?tp_btf/mark_victim")
int BPF_PROG(on_victim_task, struct task_struct *task)
{
	return put_victim(task->tgid, task);
}

#endif
