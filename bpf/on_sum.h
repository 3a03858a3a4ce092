/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of known forms are added up instead of being sent off, when the watcher has asked for
 * that because the stream costs more than its budget (src/live/budget.h). Of so many tasks one is
 * sent off with all its messages; what fits no form always is.
 *
 * Of a worker whose task was only added up the message is held: it is sent off when something
 * about that task matters after all, because the worker died of it or its result is no ordinary
 * one.
 */
#ifndef POOLTOP_ON_SUM_H
#define POOLTOP_ON_SUM_H

#include "form.h"
#include "on_task.h"

__u32 sum_every = 1; /* 1: nothing is added up; 0: all */
volatile __u32 forms_seq = 1; /* the watcher adds to it when a pipe has other forms */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FORM_ROWS);
	__type(key, __u32);
	__type(value, struct form);
} forms SEC(".maps");

/* By pipe. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FORM_PIPES);
	__type(key, __u64);
	__type(value, struct form_list);
} form_lists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FORM_SUMS);
	__type(key, __u32);
	__type(value, struct sum);
} sums SEC(".maps");

/* By sum_key(): their places. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FORM_SUMS);
	__type(key, __u64);
	__type(value, __u32);
} sum_places SEC(".maps");

/* The places that are free; the watcher fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, FORM_SUMS);
	__type(value, __u32);
} free_sums SEC(".maps");

/* By worker's place: bpf/slots.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct held);
} helds SEC(".maps");

/* Too big for a stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct form_ends);
} ends_space SEC(".maps");

/* The end of a message that was read whole begins here: no second read. */
static __always_inline void tail_of_bytes(struct form_ends *ends, __u64 at)
{
	barrier_var(at);
	if (at > FORM_BYTES - FORM_TAIL)
		return;
	for (int i = 0; i < FORM_TAIL_WORDS; i++)
		ends->tail[i] = *(const __u64 *)((const char *)ends->bytes + at + 8 * i);
	ends->has_tail = 1;
}

/* skip: bytes of this part in front of the message. */
static __always_inline void see_ends(
	struct form_ends *ends, const struct io *io, __u64 bytes, __u32 skip)
{
	__u64 have = io->call.done - skip;

	ends->size = bytes;
	ends->has_tail = 0;
	if (io->use->kept) {
		have = io->use->kept;
		__builtin_memcpy(ends->bytes, io->use->prefix, FORM_BYTES);
		have = have > FORM_BYTES ? FORM_BYTES : have;
	} else {
		have = have > FORM_BYTES ? FORM_BYTES : have;
		barrier_var(have);
		if (have > FORM_BYTES || bpf_probe_read_user(ends->bytes, have, io->buf + skip))
			have = 0;
	}
	ends->have = have;
	if (have == bytes && have >= FORM_TAIL) {
		tail_of_bytes(ends, have - FORM_TAIL);
		return;
	}
	if (io->call.done - skip >= FORM_TAIL &&
		!bpf_probe_read_user(ends->tail, FORM_TAIL, io->buf + io->call.done - FORM_TAIL))
		ends->has_tail = 1;
}

/* The forms of the pipe that is used, looked up anew only if the watcher has changed some. */
static __always_inline const struct form_list *forms_of(struct use *u)
{
	__u32 seq = forms_seq;
	const struct form_list *list;

	if (u->forms_seq == seq)
		return &u->forms;
	list = bpf_map_lookup_elem(&form_lists, &u->ino);
	if (list)
		u->forms = *list;
	else
		u->forms.rows[0] = 0;
	u->forms_seq = seq;
	return &u->forms;
}

/* The form of this pipe that the message has, and its row; NULL: it has none. */
static __always_inline const struct form *find_form(
	const struct form_list *list, const struct form_ends *ends, __u32 *ret_row)
{
	for (__u32 i = 0; i < FORM_LIST; i++) {
		__u32 row = list->rows[i];
		const struct form *f = row ? bpf_map_lookup_elem(&forms, &row) : NULL;

		if (!f)
			return NULL;
		if (!form_fits(f, ends))
			continue;
		*ret_row = row;
		return f;
	}
	return NULL;
}

/* The time, as it was when this core asked for it first since the machine's last tick. */
static __always_inline __u64 tick_clock(void)
{
	__u32 zero = 0;
	struct core_sums *c = bpf_map_lookup_elem(&cores, &zero);
	__u64 tick = bpf_jiffies64();

	if (!c)
		return bpf_ktime_get_ns();
	if (c->tick != tick) {
		c->tick = tick;
		c->tick_ns = bpf_ktime_get_ns();
	}
	return c->tick_ns;
}

/* A parent's messages change no state, and its threads are what all its workers wait for: for them
 * a cheaper clock, some milliseconds late, will do. */
static __always_inline __u64 sum_clock(const struct io *io)
{
	return io->w->flags & WATCH_ROOT ? tick_clock() : bpf_ktime_get_ns();
}

/* The form of the task that a result of a worker answers, 0: it is not known. */
static __always_inline __u32 answered_row(const struct io *io)
{
	return io->call.dir == MSG_WRITE && !(io->w->flags & WATCH_ROOT) ? io->w->task_row : 0;
}

/* One that the thread has used before another, or a new one. NULL: there is no room. */
static __always_inline struct sum *turn_sum(const struct io *io, __u64 key, __u32 row)
{
	__u32 *known = bpf_map_lookup_elem(&sum_places, &key), place;
	struct sum *sum;

	if (known)
		place = *known;
	else if (bpf_map_pop_elem(&free_sums, &place))
		return NULL;
	sum = bpf_map_lookup_elem(&sums, &place);
	if (!sum)
		return NULL;
	if (known && sum->tgid != io->tgid) /* of a thread that was before this one */
		return NULL;
	io->use->sum = place;
	if (known)
		return sum;
	__builtin_memset(sum, 0, sizeof(*sum));
	sum->tgid = io->tgid;
	sum->row = row;
	sum->task_row = answered_row(io);
	sum->dir = io->call.dir;
	sum->key = key;
	if (!bpf_map_update_elem(&sum_places, &key, &place, BPF_ANY))
		return sum;
	sum->key = 0;
	bpf_map_push_elem(&free_sums, &place, BPF_ANY);
	return NULL;
}

/* False: there is no room. */
static __always_inline bool add_up(const struct io *io, __u32 row, __u64 bytes)
{
	__u64 key = sum_key(io->tid, row, answered_row(io), io->call.dir);
	__u32 place = io->use->sum;
	struct sum *sum = bpf_map_lookup_elem(&sums, &place);

	if (!sum || sum->key != key || sum->tgid != io->tgid)
		sum = turn_sum(io, key, row);
	if (!sum)
		return false;
	sum->messages++;
	sum->bytes += bytes;
	sum->blocked_ns += io->use->blocked_ns;
	if (sum->bytes_max < bytes)
		sum->bytes_max = bytes;
	sum->newest_ns = io->now;
	return true;
}

static __always_inline void hold(
	const struct io *io, const struct form_ends *ends, __u64 bytes, __u32 row)
{
	__u32 slot = io->w->slot;
	struct held *held = bpf_map_lookup_elem(&helds, &slot);
	struct ring_msg *m;

	if (!held)
		return;
	m = &held->m;
	m->h.kind = RING_MSG;
	m->h.size = sizeof(*held);
	m->h.pid = io->tgid;
	m->h.t_ns = io->now;
	m->ino = io->use->ino;
	m->bytes = bytes;
	m->tid = io->tid;
	m->dir = MSG_READ;
	m->flags = MSG_SUMMED;
	m->prefix = ends->have;
	__builtin_memcpy(held->data, ends->bytes, FORM_BYTES);
	io->w->task_row = row;
	io->w->flags |= WATCH_HELD;
}

/* What its worker holds is told after all. */
static __always_inline void tell_held(struct watch *w)
{
	__u32 slot = w->slot;
	struct held *held = bpf_map_lookup_elem(&helds, &slot);

	w->flags &= ~WATCH_HELD;
	if (held)
		put_record(held, sizeof(*held));
}

/* A message that is sent off may be the answer to a task that was only added up; if it is not, the
 * answer that is to come will be sent off too. */
static __always_inline void answers_held(const struct io *io)
{
	const __u32 both = WATCH_HELD | WATCH_HAND;

	if ((io->w->flags & both) == both)
		tell_held(io->w);
}

static __always_inline bool is_worker_read(const struct io *io)
{
	return io->call.dir == MSG_READ && io->tid == io->tgid && !(io->w->flags & WATCH_ROOT);
}

/* A worker's result is added up if its task was: so both are told, or neither is. */
static __always_inline bool is_odd_result(const struct io *io)
{
	const __u32 both = WATCH_HELD | WATCH_HAND;

	return io->call.dir == MSG_WRITE && !(io->w->flags & WATCH_ROOT) &&
	       (io->w->flags & both) != both;
}

/* A message of no bytes: it is part of no task. True: it was added up. */
static __always_inline bool sum_wakeup(struct io *io)
{
	__u32 row = forms_of(io->use)->rows[0];
	const struct form *f = row ? bpf_map_lookup_elem(&forms, &row) : NULL;

	if (!f || !f->is_empty)
		return false;
	io->now = sum_clock(io);
	if (!add_up(io, row, 0))
		return false;
	io->use->blocked_ns = 0;
	return true;
}

/* True: the message was added up, and there is no more to do. s: where its worker's times go. */
static __always_inline bool sum_message(
	struct io *io, struct scratch *scratch, __u64 bytes, __u32 skip)
{
	const struct form_list *list = forms_of(io->use);
	const struct form *f;
	struct form_ends *ends;
	__u32 row = 0, zero = 0;

	if (!list->rows[0] || is_odd_result(io))
		return false;
	ends = bpf_map_lookup_elem(&ends_space, &zero);
	if (!ends)
		return false;
	see_ends(ends, io, bytes, skip);
	f = find_form(list, ends, &row);
	if (!f || task_is_told(
			  form_number(ends, f->job, 0), form_number(ends, f->chunk, -1), sum_every))
		return false;
	io->now = sum_clock(io);
	if (!add_up(io, row, bytes))
		return false;
	io->use->kept = 0;
	io->use->blocked_ns = 0;
	scratch->m.bytes = bytes;
	scratch->data[0] = scratch->data[FRAMING_LENGTH] = 0; /* neither None nor an ack */
	worker_did(io, scratch, skip);
	if (is_worker_read(io)) /* behind worker_did(), which begins the task */
		hold(io, ends, bytes, row);
	return true;
}

#endif
