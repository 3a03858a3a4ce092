/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of multiprocessing.Connection, put together from reads and writes on FIFOs and
 * sockets: a 4-byte big-endian length, then that many bytes; -1 and 8 bytes more from 2 GiB on.
 * CPython 3.6 to 3.14, Lib/multiprocessing/connection.py: Connection._send_bytes, _recv_bytes.
 *
 * Only ends of system calls are looked at: on x86-64 the arguments are still in the registers.
 * Bytes that are not framed like this (the start-up data of spawn, with its secret) never leave
 * the kernel.
 */
#ifndef POOLTOP_ON_MESSAGE_H
#define POOLTOP_ON_MESSAGE_H

#include "watch.h"

#define SEM_THEN_SEND_NS 2000000 /* a result's lock was waited for just before its write */

/* A message of which a part has come. By the thread too: its parts are never mixed with those of
 * another thread, since a lock is held or there is one thread only. */
struct part_key {
	__u64 ino;
	__u32 tid;
	__u32 dir;
};

struct part {
	__u64 bytes;
	__u64 left;
	__u32 kept; /* of prefix */
	__u32 wants_len8;
	unsigned char prefix[RING_PREFIX_PIECES];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH); /* what a dead thread left behind goes by itself */
	__uint(max_entries, 8192);
	__type(key, struct part_key);
	__type(value, struct part);
} parts SEC(".maps");

struct scratch {
	struct ring_msg m;
	unsigned char data[RING_DATA];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* One read or write that ended. */
struct io {
	struct part_key key;
	struct watch *w;
	const unsigned char *buf; /* in user space */
	__u64 done; /* bytes */
	__u64 asked;
	__u64 now;
	__u32 tgid;
};

static __always_inline __u32 user_be32(const void *at)
{
	__u32 v = 0;

	bpf_probe_read_user(&v, sizeof(v), at);
	return __builtin_bswap32(v);
}

static __always_inline bool is_none(const struct scratch *s)
{
	return s->m.bytes == 4 && s->data[0] == 0x80 && s->data[2] == 'N' && s->data[3] == '.';
}

static __always_inline void worker_read(const struct io *io, const struct scratch *s)
{
	struct watch *w = io->w;

	if (is_none(s)) {
		w->flags |= WATCH_TOLD;
		enter_state(w, STATE_EXIT, io->now);
		return;
	}
	w->flags &= ~(WATCH_FRESH | WATCH_SEM);
	w->flags |= WATCH_HAND;
	enter_state(w, STATE_RUN, io->now);
}

static __always_inline void worker_wrote(const struct io *io)
{
	struct watch *w = io->w;

	if (!(w->flags & WATCH_HAND))
		return;
	enter_state(w, STATE_WAIT, io->now);
	if (w->flags & WATCH_SEM && w->sem_ns <= w->state_ns[STATE_LOCK]) {
		w->state_ns[STATE_LOCK] -= w->sem_ns;
		w->state_ns[STATE_SEND] += w->sem_ns;
	}
	w->flags &= ~(WATCH_HAND | WATCH_SEM);
	w->flags |= WATCH_FRESH;
}

/* What of a message may leave the kernel. In 64 bits and behind a barrier, so that the compiler
 * checks the same register that is used, as the verifier wants it. */
static __always_inline __u64 bounded(__u64 want, __u64 have)
{
	__u64 n = have < want ? have : want;

	barrier_var(n);
	return n > RING_DATA - RING_TAIL ? RING_DATA - RING_TAIL : n;
}

/* Copies the message's prefix (what was kept of earlier parts, else from this one) and tail. */
static __always_inline void copy_message(
	struct scratch *s, const struct io *io, const struct part *p, const unsigned char *body)
{
	__u64 have = s->m.bytes < io->done ? s->m.bytes : io->done;
	__u64 prefix = bounded(io->key.dir == MSG_WRITE ? want_write_bytes : want_read_bytes, have);

	s->m.tail = 0;
	if (p && p->kept) {
		prefix = RING_PREFIX_PIECES;
		__builtin_memcpy(s->data, p->prefix, RING_PREFIX_PIECES);
	} else if (bpf_probe_read_user(s->data, prefix, body)) {
		prefix = 0;
	}
	s->m.prefix = prefix;
	if (io->key.dir != MSG_WRITE || s->m.bytes <= prefix || have < RING_TAIL)
		return;
	if (!bpf_probe_read_user(s->data + prefix, RING_TAIL, body + have - RING_TAIL))
		s->m.tail = RING_TAIL;
}

/* Sends a whole message off. p: its earlier parts, or NULL; body: its bytes in this one. */
static __always_inline void put_message(
	const struct io *io, const struct part *p, __u64 bytes, const unsigned char *body)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);
	__u64 size;

	if (!s)
		return;
	s->m.h.kind = RING_MSG;
	s->m.h.pid = io->tgid;
	s->m.h.t_ns = io->now;
	s->m.ino = io->key.ino;
	s->m.bytes = bytes;
	s->m.tid = io->key.tid;
	s->m.dir = io->key.dir;
	copy_message(s, io, p, body);
	if (!(io->w->flags & WATCH_ROOT) && io->key.tid == io->tgid) {
		if (io->key.dir == MSG_READ)
			worker_read(io, s);
		else
			worker_wrote(io);
	}
	size = sizeof(s->m) + s->m.prefix + s->m.tail;
	s->m.h.size = size;
	barrier_var(size);
	if (size <= sizeof(*s))
		put_record(s, size);
}

static __always_inline void begin_part(const struct io *io, __u32 length)
{
	struct part p = {.bytes = length, .left = length};

	if (length == 0xffffffff) {
		p.wants_len8 = 1;
		p.left = 8;
	} else if (length > 0x7fffffff) {
		return; /* no length: this is no such stream, or we came into the middle of one */
	}
	bpf_map_update_elem(&parts, &io->key, &p, BPF_ANY);
}

static __always_inline void go_on(const struct io *io, struct part *p)
{
	__u64 len8 = 0;

	if (io->done > p->left || (io->key.dir == MSG_READ && io->asked > p->left)) {
		bpf_map_delete_elem(&parts, &io->key); /* out of step: wait for the next header */
		return;
	}
	if (p->wants_len8) {
		bpf_probe_read_user(&len8, sizeof(len8), io->buf);
		p->bytes = p->left = __builtin_bswap64(len8);
		p->wants_len8 = 0;
		return;
	}
	p->left -= io->done;
	if (!p->left) {
		put_message(io, p, p->bytes, io->buf);
		bpf_map_delete_elem(&parts, &io->key);
		return;
	}
	if (!p->kept && io->done >= RING_PREFIX_PIECES &&
		!bpf_probe_read_user(p->prefix, RING_PREFIX_PIECES, io->buf))
		p->kept = RING_PREFIX_PIECES;
}

static __always_inline void begin(const struct io *io)
{
	__u32 length = user_be32(io->buf);

	if (io->key.dir == MSG_READ) {
		if (io->asked != 4 || io->done != 4)
			return;
		if (io->w->state == STATE_START && !(io->w->flags & WATCH_ROOT) &&
			io->key.tid == io->tgid)
			enter_state(io->w, STATE_WAIT, io->now);
	} else if (io->done > 4) {
		if (length == io->done - 4)
			put_message(io, NULL, length, io->buf + 4);
		return;
	}
	if (io->done != 4)
		return;
	if (length)
		begin_part(io, length);
	else
		put_message(io, NULL, 0, io->buf);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	long nr = REGS_NR(regs);
	struct io io = {};
	struct part *p;
	__u64 id;

	if ((nr != SYS_READ && nr != SYS_WRITE) || ret <= 0)
		return 0;
	id = bpf_get_current_pid_tgid();
	io.tgid = id >> 32;
	io.w = watched(io.tgid);
	if (!io.w)
		return 0;
	io.key.tid = id;
	io.key.dir = nr == SYS_READ ? MSG_READ : MSG_WRITE;
	io.key.ino = fd_pipe((struct task_struct *)bpf_get_current_task(), REGS_ARG1(regs));
	if (!io.key.ino)
		return 0;
	io.buf = (const unsigned char *)REGS_ARG2(regs);
	io.asked = REGS_ARG3(regs);
	io.done = ret;
	io.now = bpf_ktime_get_ns();
	p = bpf_map_lookup_elem(&parts, &io.key);
	if (p)
		go_on(&io, p);
	else
		begin(&io);
	return 0;
}

#endif
