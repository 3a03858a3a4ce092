/* SPDX-License-Identifier: GPL-2.0-only */
/* What a worker's messages say of its state: a task taken, a result sent. */
#ifndef POOLTOP_ON_TASK_H
#define POOLTOP_ON_TASK_H

#include "uses.h"

#define LOCK_TO_WRITE_NS 1000000ULL

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
	struct framing_io call;
	const unsigned char *buf; /* in user space */
	__u64 now;
	__u32 tgid;
	__u32 tid;
};

/* Of what was read: it has no length in front. */
static __always_inline bool is_none(const struct scratch *s)
{
	return s->m.bytes == 4 && s->data[0] == 0x80 && s->data[2] == 'N' && s->data[3] == '.';
}

/* A queue's lock is what it last waited for right before it writes to that queue, or reads. */
static __always_inline void sem_was(struct watch *w, __u32 state)
{
	if (!(w->flags & WATCH_SEM) || w->sem_ns > w->state_ns[STATE_LOCK] ||
		w->state_ns[STATE_RUN] - w->sem_run_ns >= LOCK_TO_WRITE_NS)
		return;
	w->state_ns[STATE_LOCK] -= w->sem_ns;
	w->state_ns[state] += w->sem_ns;
}

/* What the sums have grown by since it took its task; the state it is in now ends with `now`. */
static __always_inline void tell_times(const struct io *io, struct scratch *s)
{
	const struct watch *w = io->w;
	__u64 open_ns = io->now > w->since_ns ? io->now - w->since_ns : 0;
	struct task_times *t = &s->m.spent;

	t->unpickle_ns = t->pickle_ns = 0;
	t->send_ns = w->state_ns[STATE_SEND] - w->taken_ns[STATE_SEND];
	t->io_ns = w->state_ns[STATE_IO] - w->taken_ns[STATE_IO];
	t->lock_ns = w->state_ns[STATE_LOCK] - w->taken_ns[STATE_LOCK];
	t->runq_ns = w->state_ns[STATE_RUNQ] - w->taken_ns[STATE_RUNQ];
	if (w->state == STATE_SEND)
		t->send_ns += open_ns;
	else if (w->state == STATE_IO)
		t->io_ns += open_ns;
	else if (w->state == STATE_LOCK)
		t->lock_ns += open_ns;
	else if (w->state == STATE_RUNQ)
		t->runq_ns += open_ns;
	s->m.flags = MSG_TIMES;
}

/* Its result was pickled last, and both were measured: that was no part of its run. */
static __always_inline void tell_pickling(struct watch *w, struct scratch *s)
{
	const __u32 both = WATCH_UNPICKLED | WATCH_PICKLED;

	if ((w->flags & both) != both || !move_run(w, STATE_PICKLE, w->pickle_ns))
		return;
	s->m.spent.unpickle_ns = w->unpickle_ns;
	s->m.spent.pickle_ns = w->pickle_ns;
	s->m.flags |= MSG_EXACT;
}

static __always_inline void worker_read(const struct io *io, const struct scratch *s)
{
	struct watch *w = io->w;

	if (is_none(s)) {
		w->flags |= WATCH_TOLD;
		enter_state(w, STATE_EXIT, io->now);
		return;
	}
	enter_state(w, STATE_RUN, io->now);
	/* It had sent no result itself: another thread did, and what it waited for was its turn. */
	if (w->flags & WATCH_HAND)
		sem_was(w, STATE_WAIT);
	w->flags &= ~(WATCH_FRESH | WATCH_SEM | WATCH_ANSWERED | WATCH_EXACT | WATCH_UNPICKLED |
		      WATCH_PICKLED | WATCH_HELD | WATCH_SENDS | WATCH_GUESSED);
	w->flags |= want_exact ? WATCH_HAND | WATCH_EXACT : WATCH_HAND;
	w->loads = w->dumps = 0;
	w->task_ino = io->use->ino;
	__builtin_memcpy(w->taken_ns, w->state_ns, sizeof(w->taken_ns));
}

/* billiard's word that a worker has taken a task: (0, (job ... (billiard/pool.py). */
static __always_inline bool is_ack(const struct scratch *s, __u32 skip)
{
	const unsigned char *at = s->data + skip;

	if (at[0] != 0x80)
		return false;
	at += at[2] == 0x95 ? 11 : 2;
	return at[0] == 'K' && !at[1] && at[2] == '(';
}

static __always_inline void worker_wrote(const struct io *io, struct scratch *s)
{
	struct watch *w = io->w;

	if (!(w->flags & WATCH_HAND))
		return;
	came_unseen(w, (struct task_struct *)bpf_get_current_task(), io->now);
	enter_state(w, STATE_WAIT, io->now);
	sem_was(w, STATE_SEND);
	tell_times(io, s);
	tell_pickling(w, s);
	w->flags &= ~(WATCH_HAND | WATCH_SEM | WATCH_ANSWERED);
	w->flags |= WATCH_FRESH;
}

/* A thread that feeds a queue has sent something, most likely the result: then the main thread,
 * if it waits for a semaphore, waits for its turn to take the next task. */
static __always_inline void feeder_wrote(const struct io *io, struct scratch *s)
{
	struct watch *w = io->w;

	if (!(w->flags & WATCH_HAND))
		return;
	if (!(w->flags & WATCH_ANSWERED))
		tell_times(io, s);
	w->flags |= WATCH_ANSWERED;
	if (w->state != STATE_LOCK || !(w->flags & WATCH_SEM))
		return;
	w->state = STATE_WAIT;
	w->flags &= ~(WATCH_HAND | WATCH_SEM | WATCH_ANSWERED);
}

/* It has its work by other ways than messages, and what it sends answers none: from the first on it
 * is at its work, until it waits for a message. */
static __always_inline bool sends(const struct io *io, bool main)
{
	struct watch *w = io->w;
	__u32 tgid = io->tgid;

	if (!(w->flags & WATCH_SENDS) &&
		(w->task_ino || w->flags & WATCH_TOLD || !bpf_map_lookup_elem(&bares, &tgid)))
		return false;
	if (main || w->state == STATE_START)
		enter_state(w, STATE_RUN, io->now);
	w->flags |= WATCH_SENDS | WATCH_HAND;
	return true;
}

/* skip: bytes in front of what was written. */
static __always_inline void worker_did(const struct io *io, struct scratch *s, __u32 skip)
{
	bool main = io->tid == io->tgid;

	if (io->w->flags & WATCH_ROOT || !s->m.bytes)
		return;
	if (io->call.dir == MSG_READ) {
		if (main)
			worker_read(io, s);
		return;
	}
	if (is_ack(s, skip) || sends(io, main))
		return;
	if (main)
		worker_wrote(io, s);
	else
		feeder_wrote(io, s);
}

#endif
