/* SPDX-License-Identifier: GPL-2.0-only */
/* Who gets which place of slots.h. The watcher takes some, too (src/live/slots.c): what decides is
 * who is first in these maps, and a place is everybody's to see only when all in it is set. */
#ifndef POOLTOP_OWNERS_H
#define POOLTOP_OWNERS_H

#include "slots.h"

/* By place: whose it is. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, __u32);
} owners SEC(".maps");

/* The first free place from its own on. False: there is none near. */
static __always_inline bool find_slot(__u32 tgid, __u32 *ret_slot)
{
	for (__u32 i = 0; i < RING_TRIES; i++) {
		*ret_slot = (tgid + i) & (RING_PROCS - 1);
		if (!bpf_map_update_elem(&owners, ret_slot, &tgid, BPF_NOEXIST))
			return true;
	}
	return false;
}

static __always_inline void fill_slot(__u32 tgid, __u32 slot, const struct watch *from)
{
	struct watch *w = bpf_map_lookup_elem(&watches, &slot);
	__u32 home = tgid & (RING_PROCS - 1);
	struct watch *first = bpf_map_lookup_elem(&watches, &home);

	if (!w || !first)
		return;
	watch_fill(w, from);
	w->slot = slot;
	if (w != first)
		first->has_others = 1;
	barrier();
	w->tgid = tgid;
}

/* False: there is no room. */
static __always_inline bool take_slot(__u32 tgid, const struct watch *from)
{
	__u32 slot;

	if (!find_slot(tgid, &slot))
		return false;
	if (bpf_map_update_elem(&procs, &tgid, &slot, BPF_NOEXIST)) { /* it has one */
		__u32 *own = bpf_map_lookup_elem(&procs, &tgid);

		bpf_map_delete_elem(&owners, &slot);
		if (!own)
			return false;
		slot = *own;
	}
	fill_slot(tgid, slot, from);
	return true;
}

static __always_inline void leave_slot(struct watch *w)
{
	__u32 slot = w->slot, tgid = w->tgid;

	w->tgid = 0;
	bpf_map_delete_elem(&procs, &tgid);
	bpf_map_delete_elem(&owners, &slot);
}

#endif
