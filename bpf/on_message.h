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

/* A longer message's length is written alone: connection.py, Connection._send_bytes. */
#define FRAMED_AT_ONCE 16384
/* What is enough to name a task and its function, most often. */
#define SHORT_MESSAGE 512

/*
 * A thread's way of using a descriptor: what it is, and the message of which a part has come. By
 * the thread, since parts of one message are never mixed with those of another thread: a lock is
 * held or there is one thread only. An entry stays, and the next message uses it again.
 */
struct use_key {
	__u32 tid;
	__u32 fd_dir; /* fd << 2 | enum msg_dir */
};

struct use {
	__u64 ino; /* of the FIFO or socket, 0: it is something else */
	__u64 bytes; /* of the message */
	__u64 left; /* of it, 0: none is under way */
	__u32 fds_changed; /* of the process, when ino was looked up */
	__u32 kept; /* of prefix */
	__u32 wants_len8;
	__u32 head; /* of the length in front, what has come of it ... */
	__u32 head_bytes; /* ... so many, if it came in several reads */
	__u32 pad;
	unsigned char prefix[2 * RING_PREFIX_PIECES]; /* the verifier adds bounds up */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH); /* what a dead thread left behind goes by itself */
	__uint(max_entries, 8192);
	__type(key, struct use_key);
	__type(value, struct use);
} uses SEC(".maps");

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
	struct watch *w;
	struct use *use;
	const unsigned char *buf; /* in user space */
	__u64 done; /* bytes */
	__u64 asked;
	__u64 now;
	__u32 tgid;
	__u32 tid;
	__u32 dir; /* enum msg_dir */
};

/* Of what was read: it has no length in front. */
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

/*
 * How much of a message is wanted. Long ones are cut short when the ring begins to fill, until
 * the watcher has read it: a message is counted whatever of it is known, a lost record is not.
 */
static __always_inline __u64 wanted(const struct io *io)
{
	if (io->dir == MSG_READ)
		return want_read_bytes;
	if (io->done > SHORT_MESSAGE &&
		bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > RING_BYTES / 4)
		return SHORT_MESSAGE;
	return want_write_bytes;
}

/*
 * Copies the message's prefix (what was kept of earlier parts, else from this one) and tail. skip:
 * bytes of this part that belong to the length in front.
 */
static __always_inline void copy_message(struct scratch *s, const struct io *io, __u32 skip)
{
	__u64 prefix = bounded(skip + wanted(io), io->done);
	__u64 tail = 0;

	if (io->use->kept) {
		prefix = bounded(RING_PREFIX_PIECES, io->use->kept);
		__builtin_memcpy(s->data, io->use->prefix, RING_PREFIX_PIECES);
		io->use->kept = 0;
	} else if (bpf_probe_read_user(s->data, prefix, io->buf)) {
		prefix = 0;
	}
	if (io->dir == MSG_WRITE && s->m.bytes > prefix && io->done >= RING_TAIL &&
		!bpf_probe_read_user(s->data + prefix, RING_TAIL, io->buf + io->done - RING_TAIL))
		tail = RING_TAIL;
	s->m.skip = prefix ? skip : 0;
	s->m.prefix = prefix - s->m.skip;
	s->m.tail = tail;
}

static __always_inline void worker_did(const struct io *io, const struct scratch *s)
{
	if (io->w->flags & WATCH_ROOT || io->tid != io->tgid)
		return;
	if (io->dir == MSG_READ)
		worker_read(io, s);
	else
		worker_wrote(io);
}

/* Sends a whole message off, of which this is the last part. */
static __always_inline void put_message(struct io *io, __u64 bytes, __u32 skip)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);
	__u64 size;

	if (!s)
		return;
	s->m.bytes = bytes;
	copy_message(s, io, skip);
	if (skip && *(__u32 *)s->data != __builtin_bswap32(bytes))
		return; /* no length: this is no such stream */
	io->now = bpf_ktime_get_ns();
	s->m.h.kind = RING_MSG;
	s->m.h.pid = io->tgid;
	s->m.h.t_ns = io->now;
	s->m.ino = io->use->ino;
	s->m.tid = io->tid;
	s->m.dir = io->dir;
	worker_did(io, s);
	size = sizeof(s->m) + s->m.skip + s->m.prefix + s->m.tail;
	s->m.h.size = size;
	barrier_var(size);
	if (size <= sizeof(*s))
		put_record(s, size);
}

static __always_inline void first_wait_over(const struct io *io)
{
	if (io->w->state == STATE_START && !(io->w->flags & WATCH_ROOT) && io->tid == io->tgid)
		enter_state(io->w, STATE_WAIT, bpf_ktime_get_ns());
}

/* The length of a message that follows. */
static __always_inline void begin_message(struct io *io, __u32 length)
{
	struct use *u = io->use;

	if (io->dir == MSG_READ)
		first_wait_over(io);
	if (!length) {
		put_message(io, 0, 4);
		return;
	}
	u->wants_len8 = length == 0xffffffff;
	if (!u->wants_len8 && length > 0x7fffffff)
		return; /* no length: no such stream, or we came into the middle of one */
	u->bytes = length;
	u->left = u->wants_len8 ? 8 : length;
	u->kept = 0;
}

/* Bytes that came alone: a length, or where the writer was slow a piece of one. */
static __always_inline void take_length(struct io *io)
{
	struct use *u = io->use;
	__u32 length = 0;

	if (io->done == 4) {
		bpf_probe_read_user(&length, sizeof(length), io->buf);
		u->head_bytes = 0;
		begin_message(io, __builtin_bswap32(length));
		return;
	}
	if (io->asked == 4)
		u->head_bytes = 0;
	for (int i = 0; i < 3 && i < io->done; i++) {
		unsigned char byte = 0;

		bpf_probe_read_user(&byte, 1, io->buf + i);
		u->head = u->head << 8 | byte;
	}
	u->head_bytes += io->done;
	if (u->head_bytes < 4)
		return;
	u->head_bytes = 0;
	begin_message(io, u->head);
}

/* Adds a piece to what is kept of a message's beginning. The first may be of any size: the kernel
 * puts what does not fill a page where the length in front was. */
static __always_inline void keep_piece(const struct io *io)
{
	struct use *u = io->use;
	__u64 have = u->kept, len = io->done;

	if (have >= RING_PREFIX_PIECES)
		return;
	have &= RING_PREFIX_PIECES - 1;
	len = bounded(RING_PREFIX_PIECES - have, len);
	barrier_var(len);
	if (len > RING_PREFIX_PIECES)
		return;
	if (!bpf_probe_read_user(u->prefix + have, len, io->buf))
		u->kept = have + len;
}

static __always_inline void go_on(struct io *io)
{
	struct use *u = io->use;
	__u64 len8 = 0;

	if (io->done > u->left || (io->dir == MSG_READ && io->asked > u->left)) {
		u->left = 0; /* out of step: wait for the next length */
		return;
	}
	if (u->wants_len8) {
		bpf_probe_read_user(&len8, sizeof(len8), io->buf);
		u->bytes = u->left = __builtin_bswap64(len8);
		u->wants_len8 = 0;
		return;
	}
	u->left -= io->done;
	if (u->left || u->kept)
		keep_piece(io);
	if (!u->left)
		put_message(io, u->bytes, 0);
}

static __always_inline void take_io(struct io *io)
{
	if (io->use->left)
		go_on(io);
	else if (io->dir == MSG_READ && (io->asked == 4 || io->asked + io->use->head_bytes == 4))
		take_length(io);
	else if (io->dir == MSG_WRITE && io->done == 4)
		take_length(io);
	else if (io->dir == MSG_WRITE && io->done > 4 && io->done <= 4 + FRAMED_AT_ONCE)
		put_message(io, io->done - 4, 4);
	else
		io->use->head_bytes = 0;
}

/* The thread's use of this descriptor; looked up anew if descriptors were closed since. */
static __always_inline struct use *find_use(const struct io *io, __u32 fd)
{
	struct use_key key = {.tid = io->tid, .fd_dir = fd << 2 | io->dir};
	struct use *u = bpf_map_lookup_elem(&uses, &key);
	struct use fresh = {};

	if (u && u->fds_changed == io->w->fds_changed)
		return u;
	fresh.ino = own_pipe(fd);
	if (u && u->ino == fresh.ino) {
		u->fds_changed = io->w->fds_changed;
		return u;
	}
	fresh.fds_changed = io->w->fds_changed;
	bpf_map_update_elem(&uses, &key, &fresh, BPF_ANY);
	return bpf_map_lookup_elem(&uses, &key);
}

static __always_inline bool changes_fds(long nr)
{
	return nr == SYS_CLOSE || nr == SYS_DUP2 || nr == SYS_DUP3 || nr == SYS_CLOSE_RANGE;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	long nr = REGS_NR(regs);
	bool changes = changes_fds(nr);
	struct io io = {};
	__u64 id;

	if (ret < 0 || (nr != SYS_READ && nr != SYS_WRITE && !changes))
		return 0;
	id = bpf_get_current_pid_tgid();
	io.tgid = id >> 32;
	io.w = watched(io.tgid);
	if (!io.w)
		return 0;
	if (changes)
		io.w->fds_changed++;
	if (changes || !ret)
		return 0;
	io.tid = id;
	io.dir = nr == SYS_READ ? MSG_READ : MSG_WRITE;
	io.use = find_use(&io, REGS_ARG1(regs));
	if (!io.use || !io.use->ino)
		return 0;
	io.buf = (const unsigned char *)REGS_ARG2(regs);
	io.asked = REGS_ARG3(regs);
	io.done = ret;
	take_io(&io);
	return 0;
}

#endif
