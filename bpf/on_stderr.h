/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last that a worker wrote to standard error: a traceback comes there, in several small
 * writes, when an exception ends it. Kept in the kernel, over and over; it leaves only when the
 * worker dies.
 */
#ifndef POOLTOP_ON_STDERR_H
#define POOLTOP_ON_STDERR_H

#include "watch.h"

#define STDERR_FD 2
#define STDERR_RECENT_NS 10000000000ULL /* older words are not its last */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH); /* of many that write, the longest silent go */
	__uint(max_entries, STDERR_PROCS);
	__type(key, __u32);
	__type(value, struct ring_stderr);
} last_words SEC(".maps");

/* What a new one is made of: too big for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ring_stderr);
} no_words SEC(".maps");

static __always_inline struct ring_stderr *words_of(__u32 tgid)
{
	struct ring_stderr *words = bpf_map_lookup_elem(&last_words, &tgid);
	__u32 zero = 0;
	void *none;

	if (words)
		return words;
	none = bpf_map_lookup_elem(&no_words, &zero);
	if (!none || bpf_map_update_elem(&last_words, &tgid, none, BPF_ANY))
		return NULL;
	return bpf_map_lookup_elem(&last_words, &tgid);
}

/* Two halves: when one is full the other begins anew, so that a half at least is always there. */
static __always_inline unsigned char *room_for(struct ring_stderr *words, __u64 len)
{
	__u64 half = words->half & 1, used = words->used[half];

	if (used + len > STDERR_HALF) {
		half ^= 1;
		used = 0;
		words->half = half;
	}
	barrier_var(used);
	if (used > STDERR_HALF)
		return NULL;
	words->used[half] = used + len;
	return words->bytes + half * STDERR_HALF + used;
}

static __always_inline void keep_part(
	struct ring_stderr *words, const unsigned char *from, __u64 len)
{
	unsigned char *to;

	barrier_var(len);
	if (len > STDERR_HALF)
		return;
	to = room_for(words, len);
	if (to)
		bpf_probe_read_user(to, len, from);
}

static __always_inline void keep_cut(struct ring_stderr *words)
{
	const char cut[] = "\n" STDERR_CUT;
	unsigned char *to = room_for(words, sizeof(cut) - 1);

	if (to)
		bpf_probe_read_kernel(to, sizeof(cut) - 1, cut);
}

/* A traceback's exception is in its last line, and that begins with the type, however long it is:
 * of a long write both ends are kept. */
static __always_inline void keep_words(__u32 tgid, const unsigned char *from, __u64 len)
{
	struct ring_stderr *words = words_of(tgid);

	if (!words)
		return;
	if (len <= STDERR_HALF) {
		keep_part(words, from, len);
	} else {
		keep_part(words, from, STDERR_HEAD);
		keep_cut(words);
		keep_part(words, from + len - STDERR_TAIL, STDERR_TAIL);
	}
	words->h.t_ns = bpf_ktime_get_ns();
}

/* A worker's end: its last words go out, if it died and they are not of long ago. */
static __always_inline void tell_words(__u32 tgid, bool died, __u64 now)
{
	struct ring_stderr *words = bpf_map_lookup_elem(&last_words, &tgid);

	if (!words)
		return;
	if (died && now - words->h.t_ns < STDERR_RECENT_NS) {
		words->h.kind = RING_STDERR;
		words->h.size = sizeof(*words);
		words->h.pid = tgid;
		put_record(words, sizeof(*words));
	}
	bpf_map_delete_elem(&last_words, &tgid);
}

#endif
