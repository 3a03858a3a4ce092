/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread's way of using a descriptor: which pipe it is, and the message of which a part has come.
 * By the thread, since parts of one message are never mixed with those of another thread: a lock is
 * held or there is one thread only.
 *
 * The descriptor that a thread reads from and the one that it writes to are kept with the thread,
 * which is quicker found than an entry of a hash map. One that it turns away from in the midst of a
 * message waits in the map. Kernels before 5.12 have no room in threads: there the map is all.
 */
#ifndef POOLTOP_USES_H
#define POOLTOP_USES_H

#include "framing.h"
#include "pipe.h"

const volatile __u32 has_storage = 0; /* by the loader: threads have room */

struct use_key {
	__u32 tid;
	__u32 fd_dir; /* fd << 2 | enum msg_dir */
};

struct use {
	__u64 ino; /* of the FIFO or socket, 0: it is something else */
	struct framing framing;
	__u64 blocked_ns; /* its writes of this message have waited for room so long ... */
	__u64 blocked_from_ns; /* ... and one does since then, 0: none */
	__u32 fds_changed; /* of the process, when ino was looked up */
	__u32 kept; /* of prefix */
	__u32 fd_dir; /* in a thread: of which descriptor this is, 0: of none */
	__u32 forms_seq; /* when forms were looked up */
	__u32 is_noted; /* in a thread: that it reads this */
	__u32 sum; /* place of the last that its messages were added to */
	__u32 pad;
	struct form_list forms; /* of this pipe */
	unsigned char prefix[2 * RING_PREFIX_PIECES]; /* the verifier adds bounds up */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH); /* what a dead thread left behind goes by itself */
	__uint(max_entries, 8192);
	__type(key, struct use_key);
	__type(value, struct use);
} uses SEC(".maps");

/* What a new one is made from, too big for a stack: zeros, but for what was set last. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct use);
} fresh_uses SEC(".maps");

struct thread {
	struct use uses[2]; /* that it reads, that it writes */
	__u64 reads_ino; /* not a main thread: the pipe of the last message that it has read */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

/* The same where threads have no room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} readers SEC(".maps");

/* Between two messages: nothing is lost with it that cannot be looked up. */
static __always_inline bool is_idle(const struct use *u)
{
	return !u->framing.left && !u->framing.head_bytes && !u->framing.is_long && !u->kept &&
	       !u->blocked_ns && !u->blocked_from_ns;
}

static __always_inline void begin_use(struct use *u, __u64 ino)
{
	__builtin_memset(&u->framing, 0, sizeof(u->framing));
	u->ino = ino;
	u->blocked_ns = u->blocked_from_ns = 0;
	u->kept = 0;
	u->forms_seq = 0;
	u->is_noted = 0;
}

/* From the descriptor that it was of to another. */
static __always_inline void turn_use(struct use *u, const struct use_key *key)
{
	struct use_key old = {.tid = key->tid, .fd_dir = u->fd_dir};
	struct use *aside;

	if (!is_idle(u))
		bpf_map_update_elem(&uses, &old, u, BPF_ANY);
	aside = bpf_map_lookup_elem(&uses, key);
	if (aside) {
		*u = *aside;
		bpf_map_delete_elem(&uses, key);
	} else {
		begin_use(u, 0);
	}
	u->fd_dir = key->fd_dir;
	u->is_noted = 0;
}

/* The running thread's; looked up anew if descriptors were closed since. */
static __always_inline struct use *use_in(
	struct thread *t, const struct watch *w, const struct use_key *key)
{
	__u32 dir = key->fd_dir & (MSG_READ | MSG_WRITE);
	struct use *u = &t->uses[dir == MSG_WRITE];
	bool is_same = u->fd_dir == key->fd_dir;
	__u64 ino;

	if (is_same && u->fds_changed == w->fds_changed)
		return u;
	if (!is_same)
		turn_use(u, key);
	ino = own_pipe(key->fd_dir >> 2, dir);
	if (u->ino != ino)
		begin_use(u, ino);
	u->fds_changed = w->fds_changed;
	return u;
}

/* Where threads have no room. */
static __always_inline struct use *use_in_map(const struct watch *w, const struct use_key *key)
{
	struct use *u = bpf_map_lookup_elem(&uses, key), *fresh;
	__u32 zero = 0;
	__u64 ino;

	if (u && u->fds_changed == w->fds_changed)
		return u;
	ino = own_pipe(key->fd_dir >> 2, key->fd_dir & (MSG_READ | MSG_WRITE));
	if (u && u->ino == ino) {
		u->fds_changed = w->fds_changed;
		return u;
	}
	fresh = bpf_map_lookup_elem(&fresh_uses, &zero);
	if (!fresh)
		return NULL;
	fresh->ino = ino;
	fresh->fds_changed = w->fds_changed;
	bpf_map_update_elem(&uses, key, fresh, BPF_ANY);
	return bpf_map_lookup_elem(&uses, key);
}

/* The running thread's use of a descriptor at the end of a call. NULL: there is no memory, which
 * may have cost a message. */
static __always_inline struct use *find_use(
	const struct watch *w, __u32 tid, __u32 fd, enum msg_dir dir)
{
	struct use_key key = {.tid = tid, .fd_dir = fd << 2 | dir};
	struct thread *t;

	if (!has_storage)
		return use_in_map(w, &key);
	t = bpf_task_storage_get(
		&threads, bpf_get_current_task_btf(), NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (t)
		return use_in(t, w, &key);
	count_record(-1);
	return NULL;
}

/* In the midst of a write that waits for room. NULL: it has used none so far. */
static __always_inline struct use *blocked_use(
	const struct watch *w, struct task_struct *task, __u32 fd)
{
	struct use_key key = {.tid = task->pid, .fd_dir = fd << 2 | MSG_WRITE};
	struct thread *t;

	if (!has_storage)
		return bpf_map_lookup_elem(&uses, &key);
	t = bpf_task_storage_get(&threads, task, NULL, 0);
	return t ? use_in(t, w, &key) : NULL;
}

/* The running thread, which is no main one, has read a message. */
static __always_inline void note_reader(struct use *u, __u32 tid)
{
	__u64 ino = u->ino, *known;
	struct thread *t;

	if (u->is_noted)
		return;
	if (has_storage) {
		t = bpf_task_storage_get(&threads, bpf_get_current_task_btf(), NULL, 0);
		if (t)
			t->reads_ino = ino;
		u->is_noted = 1;
		return;
	}
	known = bpf_map_lookup_elem(&readers, &tid);
	if (!known || *known != ino)
		bpf_map_update_elem(&readers, &tid, &ino, BPF_ANY);
}

/* From which pipe a thread that ends has read its last message; 0: it has read none. */
static __always_inline __u64 was_read(struct task_struct *task)
{
	__u32 tid = task->pid;
	struct thread *t;
	__u64 *known, ino;

	if (has_storage) {
		t = bpf_task_storage_get(&threads, task, NULL, 0);
		return t ? t->reads_ino : 0;
	}
	known = bpf_map_lookup_elem(&readers, &tid);
	ino = known ? *known : 0;
	bpf_map_delete_elem(&readers, &tid);
	return ino;
}

#endif
