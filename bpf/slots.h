/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is watched. Each end of a system call on the machine asks that, so it is the cheapest lookup
 * there is: the place of an array that the process id says. Of two with the same place the second
 * gets another, and a hash map says which.
 */
#ifndef POOLTOP_SLOTS_H
#define POOLTOP_SLOTS_H

#include "shared.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct watch);
} watches SEC(".maps");

/* By process id: its place. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, __u32);
} procs SEC(".maps");

static __always_inline struct watch *watched(__u32 tgid)
{
	__u32 slot = tgid & (RING_PROCS - 1), *other;
	struct watch *w = bpf_map_lookup_elem(&watches, &slot);

	if (!w || !tgid)
		return NULL;
	if (w->tgid == tgid)
		return w;
	if (!w->has_others)
		return NULL;
	other = bpf_map_lookup_elem(&procs, &tgid);
	if (!other)
		return NULL;
	slot = *other;
	w = bpf_map_lookup_elem(&watches, &slot);
	return w && w->tgid == tgid ? w : NULL;
}

#endif
