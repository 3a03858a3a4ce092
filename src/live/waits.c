/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the processes of a pool wait in that has stopped moving: who neither reads nor writes a
 * message is looked at in /proc, soon at first and then less and less often. A pool at work costs
 * nothing here; an idle one is looked at like a stuck one, for only the model can tell them apart.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "live/state.h"
#include "live/wait_read.h"

#define STILL_NS UINT64_C(900000000)

enum {
	LOOKS = 48, /* processes, per tick */
	/* Ticks between the looks at one process: the first SOON of them, then up to LATE. */
	SOON = 8,
	LATE = 15,
};

/* A process that did not move when it was last looked at. */
struct still {
	struct process_waits waits;
	uint64_t since_ns[WAIT_THREADS]; /* each has not run since */
	uint32_t looks;
	uint32_t wait_ticks; /* until the next */
};

void waits_forget(struct known *k)
{
	free(k->still);
	k->still = NULL;
}

static void put_moved(struct live *l, struct known *k)
{
	struct frame_wait f = {
		.h = {.kind = FRAME_WAIT, .pid = k->pid, .t_ns = l->now_ns},
		.start_ns = k->start_ns,
		.syscall = -1,
		.flags = WAIT_MOVED,
	};

	if (k->still->looks)
		outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	waits_forget(k);
}

static void put_all(struct live *l, const struct known *k)
{
	const struct still *s = k->still;

	for (uint32_t i = 0; i < s->waits.count; i++) {
		const struct thread_wait *w = &s->waits.list[i];
		struct frame_wait f = {
			.h = {.kind = FRAME_WAIT, .pid = k->pid, .t_ns = l->now_ns},
			.start_ns = k->start_ns,
			.since_ns = s->since_ns[i],
			.object = w->object,
			.tid = w->tid,
			.syscall = w->syscall,
			.wait_for = w->wait_for,
			.flags = w->flags | (i ? 0 : WAIT_FIRST),
			.value = w->value,
			.threads = s->waits.threads,
			.bytes = w->wait_for == WAIT_WRITE && w->syscall != SYS_sendmsg ? w->arg[2]
											: 0,
		};

		memcpy(f.comm, w->comm, sizeof(f.comm));
		outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	}
}

/* It has not left its call since. Where the kernel does not count, the same call must do. */
static bool is_same(const struct thread_wait *a, const struct thread_wait *b)
{
	return a->tid == b->tid && a->syscall == b->syscall && a->syscall >= 0 &&
	       a->runs == b->runs && !memcmp(a->arg, b->arg, sizeof(a->arg));
}

static const struct thread_wait *find(const struct process_waits *p, const struct thread_wait *w)
{
	for (uint32_t i = 0; i < p->count; i++)
		if (is_same(&p->list[i], w))
			return &p->list[i];
	return NULL;
}

/* Takes over what is known of threads that have not run since. True: nothing has changed. */
static bool compare(struct live *l, const struct known *k, struct process_waits *now,
	uint64_t since_ns[static WAIT_THREADS])
{
	const struct process_waits *was = &k->still->waits;
	bool same = was->count == now->count && was->threads == now->threads;

	for (uint32_t i = 0; i < now->count; i++) {
		struct thread_wait *w = &now->list[i];
		const struct thread_wait *old = find(was, w);

		since_ns[i] = old ? k->still->since_ns[old - was->list] : l->now_ns;
		if (old)
			w->object = old->object;
		else
			waits_object(k->pid, w);
		if (old && w->wait_for == WAIT_SEMAPHORE)
			waits_value(k->pid, w);
		same = same && old && old->value == w->value;
	}
	return same;
}

static void look(struct live *l, struct known *k)
{
	uint64_t since_ns[WAIT_THREADS];
	struct still *s = k->still;
	struct process_waits now;
	bool same;

	s->wait_ticks = s->looks < SOON ? 1 : s->looks < 2 * SOON ? 4 : LATE;
	if (waits_read(k->pid, &now))
		return;
	same = compare(l, k, &now, since_ns);
	s->waits = now;
	memcpy(s->since_ns, since_ns, sizeof(since_ns));
	if (!same || !s->looks)
		put_all(l, k);
	s->looks++;
}

/* Heads that have started something: a program without children is no pool. */
static void find_parents(struct live *l, bool is_parent[static LIVE_FAMILIES])
{
	for (uint32_t i = 0; i < l->known_top; i++) {
		const struct known *k = &l->known[i];

		if (k->pid && !k->is_head && k->family < LIVE_FAMILIES)
			is_parent[k->family] = true;
	}
}

static bool is_due(struct live *l, struct known *k, const bool *is_parent)
{
	if (!k->pid || !k->is_python || k->family >= LIVE_FAMILIES || !is_parent[k->family])
		return false;
	if (l->now_ns < k->moved_ns + STILL_NS) {
		if (k->still)
			put_moved(l, k);
		return false;
	}
	if (!k->still)
		k->still = calloc(1, sizeof(*k->still));
	if (!k->still || (k->still->wait_ticks && --k->still->wait_ticks))
		return false;
	return true;
}

void waits_put(struct live *l)
{
	bool is_parent[LIVE_FAMILIES] = {false};
	uint32_t looks = 0, from = l->next_wait;

	find_parents(l, is_parent);
	for (uint32_t i = 0; i < l->known_top; i++) {
		uint32_t at = (from + i) % l->known_top;

		if (!is_due(l, &l->known[at], is_parent))
			continue;
		if (looks++ < LOOKS) {
			look(l, &l->known[at]);
			continue;
		}
		/* The next tick goes on here. */
		l->known[at].still->wait_ticks = 1;
		l->next_wait = looks == LOOKS + 1 ? at : l->next_wait;
	}
}
