/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of multiprocessing.Connection, put together from reads and writes on FIFOs and
 * sockets: framing.h knows where they begin and end.
 *
 * Only ends of system calls are looked at: on x86-64 the arguments are still in the registers.
 * Bytes that are not framed like this (the start-up data of spawn, with its secret) never leave
 * the kernel.
 */
#ifndef POOLTOP_ON_MESSAGE_H
#define POOLTOP_ON_MESSAGE_H

#include "mark.h"
#include "on_step.h"
#include "on_sum.h"
#include "on_task.h"

/* What is enough to name a task and its function, most often. */
#define SHORT_MESSAGE 512

/* What of a message may leave the kernel. In 64 bits and behind a barrier, so that the compiler
 * checks the same register that is used, as the verifier wants it. */
static __always_inline __u64 bounded(__u64 want, __u64 have)
{
	__u64 n = have < want ? have : want;

	barrier_var(n);
	return n > RING_DATA - RING_TAIL ? RING_DATA - RING_TAIL : n;
}

/*
 * How much of a message is wanted. Long ones are cut short when the watcher is late and the ring
 * fills: a message is counted whatever of it is known, a lost record is not.
 */
static __always_inline __u64 wanted(const struct io *io)
{
	if (io->call.dir == MSG_READ)
		return want_read_bytes;
	if (io->call.done > SHORT_MESSAGE &&
		bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > RING_LATE)
		return SHORT_MESSAGE;
	return want_write_bytes;
}

/*
 * Copies the message's prefix (what was kept of earlier parts, else from this one) and tail. skip:
 * bytes of this part that belong to the length in front.
 */
static __always_inline void copy_message(struct scratch *s, const struct io *io, __u32 skip)
{
	__u64 prefix = bounded(skip + wanted(io), io->call.done);
	__u64 tail = 0;

	if (io->use->kept) {
		prefix = bounded(RING_PREFIX_PIECES, io->use->kept);
		__builtin_memcpy(s->data, io->use->prefix, RING_PREFIX_PIECES);
		io->use->kept = 0;
	} else if (bpf_probe_read_user(s->data, prefix, io->buf)) {
		prefix = 0;
	}
	if (io->call.dir == MSG_WRITE && s->m.bytes > prefix && io->call.done >= RING_TAIL &&
		!bpf_probe_read_user(
			s->data + prefix, RING_TAIL, io->buf + io->call.done - RING_TAIL))
		tail = RING_TAIL;
	s->m.skip = prefix ? skip : 0;
	s->m.prefix = prefix - s->m.skip;
	s->m.tail = tail;
}

/* What is written in one go, as all is that goes through a blocking pipe, can be marked. */
static __always_inline void mark_message(struct scratch *s, const struct io *io)
{
	s->m.head_mark = s->m.tail_mark = 0;
	if (io->call.dir != MSG_WRITE || s->m.bytes < MARK_LEAST || io->call.done != s->m.bytes)
		return;
	s->m.head_mark = mark_of(io->buf, io->call.done, false);
	s->m.tail_mark = mark_of(io->buf, io->call.done, true);
}

/* A wake-up is read on the way to what matters. */
static __always_inline void note_read(const struct io *io, __u64 bytes)
{
	if (bytes && io->call.dir == MSG_READ && io->tid != io->tgid)
		note_reader(io->use, io->tid);
}

/* Messages are what fills the ring. The watcher is woken once, until it has read it. */
static __always_inline void put_waking(struct scratch *s, __u64 size)
{
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (!is_woken && bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > RING_WAKE) {
		is_woken = 1;
		flags = BPF_RB_FORCE_WAKEUP;
	}
	count_record(bpf_ringbuf_output(&ring, s, size, flags));
}

/* Sends a whole message off, of which this is the last part. */
static __always_inline void put_message(struct io *io, __u64 bytes, __u32 skip)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);
	__u64 size;

	if (!s)
		return;
	if (sum_every != 1 && (bytes ? sum_message(io, s, bytes, skip) : sum_wakeup(io)))
		return note_read(io, bytes);
	s->m.bytes = bytes;
	copy_message(s, io, skip);
	if (skip && framing_number(s->data) != bytes)
		return; /* no length: this is no such stream */
	io->now = bpf_ktime_get_ns();
	s->m.h.kind = RING_MSG;
	s->m.h.pid = io->tgid;
	s->m.h.t_ns = io->now;
	s->m.ino = io->use->ino;
	s->m.tid = io->tid;
	s->m.dir = io->call.dir;
	mark_message(s, io);
	note_read(io, bytes);
	s->m.blocked_us = io->use->blocked_ns / 1000;
	io->use->blocked_ns = 0;
	s->m.flags = 0;
	if (io->call.dir == MSG_WRITE)
		answers_held(io);
	worker_did(io, s, skip);
	size = sizeof(s->m) + s->m.skip + s->m.prefix + s->m.tail;
	s->m.h.size = size;
	barrier_var(size);
	if (size <= sizeof(*s))
		put_waking(s, size);
}

static __always_inline void first_wait_over(const struct io *io)
{
	if (io->w->state == STATE_START && !(io->w->flags & WATCH_ROOT) && io->tid == io->tgid)
		enter_state(io->w, STATE_WAIT, bpf_ktime_get_ns());
}

/* Bytes of a length. */
static __always_inline void take_length(struct io *io)
{
	struct framing *f = &io->use->framing;
	unsigned char bytes[2 * FRAMING_LONG] = {}; /* for the mask below */
	__u64 n = io->call.done;

	if (io->call.dir == MSG_READ)
		first_wait_over(io);
	if (n > FRAMING_LONG)
		return;
	barrier_var(n);
	n &= sizeof(bytes) - 1; /* the compiler may have checked another copy of it */
	if (bpf_probe_read_user(bytes, n, io->buf))
		return;
	if (framing_length(f, bytes, n))
		put_message(io, 0, FRAMING_LENGTH);
}

/* Adds a piece to what is kept of a message's beginning. The first may be of any size: the kernel
 * puts what does not fill a page where the length in front was. */
static __always_inline void keep_piece(const struct io *io)
{
	struct use *u = io->use;
	__u64 have = u->kept, len = io->call.done;

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

/* A length and some of its message, as a writer that was interrupted leaves it. */
static __always_inline void begin_message(struct io *io)
{
	unsigned char bytes[FRAMING_LENGTH] = {};

	if (bpf_probe_read_user(bytes, sizeof(bytes), io->buf) ||
		!framing_begun(&io->use->framing, &io->call, bytes))
		return;
	io->buf += FRAMING_LENGTH;
	io->call.done -= FRAMING_LENGTH;
	if (io->call.done)
		keep_piece(io);
}

static __always_inline void take_io(struct io *io)
{
	struct use *u = io->use;
	enum framing_part part = framing_next(&u->framing, &io->call);

	if (part == PART_BODY || (part == PART_LAST && u->kept))
		keep_piece(io);
	else
		u->kept = 0;
	if (part == PART_LENGTH)
		take_length(io);
	else if (part == PART_LAST)
		put_message(io, u->framing.bytes, 0);
	else if (part == PART_WHOLE)
		put_message(io, io->call.done - FRAMING_LENGTH, FRAMING_LENGTH);
	else if (part == PART_BEGUN)
		begin_message(io);
}

/* A thread leaves its core inside a write: there is no room in the pipe. */
static __always_inline void begin_block(
	const struct watch *w, struct task_struct *task, __u32 fd, __u64 now)
{
	struct use *u = blocked_use(w, task, fd);

	if (u && u->ino && !u->blocked_from_ns)
		u->blocked_from_ns = now;
}

static __always_inline void end_block(struct use *u)
{
	if (!u->blocked_from_ns)
		return;
	u->blocked_ns += bpf_ktime_get_ns() - u->blocked_from_ns;
	u->blocked_from_ns = 0;
}

static __always_inline bool changes_fds(long nr)
{
	return nr == SYS_CLOSE || nr == SYS_DUP2 || nr == SYS_DUP3 || nr == SYS_CLOSE_RANGE;
}

/* A library was loaded: a crash in it can be unwound only if its place is known. */
static __always_inline int mapped_code(struct pt_regs *regs)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct frame f = {.kind = RING_MAPS, .size = sizeof(f), .pid = tgid};

	if (!(REGS_ARG3(regs) & PROT_EXEC) || !watched(tgid))
		return 0;
	f.t_ns = bpf_ktime_get_ns();
	put_record(&f, sizeof(f));
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	long nr = REGS_NR(regs);
	bool changes = changes_fds(nr);
	struct io io = {};
	__u64 id;

	if (nr == SYS_MMAP)
		return mapped_code(regs);
	if (nr == SYS_OPENAT)
		return ret < 0 ? 0 : opened(regs);
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
	io.call.dir = nr == SYS_READ ? MSG_READ : MSG_WRITE;
	if (nr == SYS_WRITE && REGS_ARG1(regs) == STDERR_FD) {
		if (!(io.w->flags & WATCH_ROOT))
			keep_words(io.tgid, (const unsigned char *)REGS_ARG2(regs), ret);
		return 0;
	}
	io.use = find_use(io.w, io.tid, REGS_ARG1(regs), io.call.dir);
	if (!io.use || !io.use->ino)
		return 0;
	io.buf = (const unsigned char *)REGS_ARG2(regs);
	io.call.asked = REGS_ARG3(regs);
	io.call.done = ret;
	end_block(io.use);
	if (nr == SYS_READ && io.call.asked != FRAMING_LENGTH && io.tid == io.tgid)
		data_came(io.w, io.tgid);
	take_io(&io);
	return 0;
}

#endif
