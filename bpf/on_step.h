/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process does while it starts: the files of modules that it opens, the semaphores, and that
 * the data have come which its parent prepared for it. Of one that has started, nothing; of a path,
 * what names a module's file, and never a byte of what is read.
 */
#ifndef POOLTOP_ON_STEP_H
#define POOLTOP_ON_STEP_H

#include "watch.h"

/* A script may be called as it likes: runpy opens it right after the data have come. */
#define OPENS_AFTER_DATA 4

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ring_step);
} step_space SEC(".maps");

static __always_inline bool is_starting(const struct watch *w)
{
	return w->state == STATE_START && !(w->flags & WATCH_ROOT);
}

/* len: with the NUL. */
static __always_inline bool is_semaphore(const char *path, __u64 len)
{
	static const char prefix[] = "/dev/shm/sem.";

	if (len <= sizeof(prefix))
		return false;
	for (unsigned int i = 0; i < sizeof(prefix) - 1; i++)
		if (path[i] != prefix[i])
			return false;
	return true;
}

/* The character so many places before the end. */
static __always_inline char from_end(const char *path, __u64 len, __u64 back)
{
	__u64 at = len - 1 - back;

	barrier_var(at);
	return path[at & (STEP_PATH - 1)];
}

/* Ends in .py, .pyc or .so. */
static __always_inline bool is_module(const char *path, __u64 len)
{
	char a = from_end(path, len, 1), b = from_end(path, len, 2), c = from_end(path, len, 3);

	if (len < 6)
		return false;
	if (c == '.')
		return (a == 'y' && b == 'p') || (a == 'o' && b == 's');
	return a == 'c' && b == 'y' && c == 'p' && from_end(path, len, 4) == '.';
}

static __always_inline struct ring_step *begin_step(__u32 what, __u32 tgid)
{
	__u32 zero = 0;
	struct ring_step *r = bpf_map_lookup_elem(&step_space, &zero);

	if (!r)
		return NULL;
	r->h.kind = RING_STEP;
	r->h.pid = tgid;
	r->h.t_ns = bpf_ktime_get_ns();
	r->what = what;
	r->len = 0;
	return r;
}

static __always_inline void put_step(struct ring_step *r, __u64 len)
{
	__u64 size = __builtin_offsetof(struct ring_step, path) + ((len + 7) & ~7ULL);

	r->len = len;
	r->h.size = size;
	barrier_var(size);
	if (size <= sizeof(*r))
		put_record(r, size);
}

/* The end of an openat that did open something. */
static __always_inline int opened(struct pt_regs *regs)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tgid = id >> 32;
	struct watch *w = (__u32)id == tgid ? watched(tgid) : NULL;
	struct ring_step *r;
	long len;

	if (!w || !is_starting(w))
		return 0;
	r = begin_step(STEP_MODULE, tgid);
	if (!r)
		return 0;
	len = bpf_probe_read_user_str(r->path, STEP_PATH, (const void *)REGS_ARG2(regs));
	if (len < 2 || len > STEP_PATH)
		return 0;
	if (is_semaphore(r->path, len)) {
		r->what = STEP_LOCK;
		put_step(r, 0);
	} else if (w->opens_told || is_module(r->path, len)) {
		w->opens_told -= !!w->opens_told;
		put_step(r, len);
	}
	return 0;
}

/* A read of a pipe that is no message's. */
static __always_inline void data_came(struct watch *w, __u32 tgid)
{
	struct ring_step *r;

	if (!is_starting(w) || w->flags & WATCH_DATA)
		return;
	w->flags |= WATCH_DATA;
	w->opens_told = OPENS_AFTER_DATA;
	r = begin_step(STEP_DATA, tgid);
	if (r)
		put_step(r, 0);
}

#endif
