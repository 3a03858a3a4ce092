/* SPDX-License-Identifier: GPL-2.0-only */
/* Workers that never get ready: they die of their start (rules B, C), none is started (I), or all
 * wait for a lock before they ask for their first task. */
#include <inttypes.h>
#include <stdio.h>

#include "pool/stall.h"

#define DESERTED_NS UINT64_C(1500000000)
#define HELD_NS UINT64_C(1500000000)
#define LOOP_NS UINT64_C(3000000000) /* the newest that died of its start */

/* A first set that dies may be bad luck; a replacement's replacement that dies too is none. */
enum { LEAST_ENDS = 3, LEAST_GENERATION = 3 };

/* Rule I: an executor whose workers have all retired, and which starts no other (CPython issue
 * 115634, max_tasks_per_child). */
static bool deserted(const struct model *m, const struct pool *p, struct stall *ret)
{
	const struct worker *last = NULL;

	if (!p->traits.breaks || p->workers_alive || p->broken_ns || p->closing ||
		!p->workers_count || !pool_in_flight(p))
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!last || p->workers[i].ended_ns > last->ended_ns)
			last = &p->workers[i];
	if (last->end != END_RECYCLED || last->ended_ns + DESERTED_NS > m->now_ns)
		return false;
	ret->since_ns = last->ended_ns;
	snprintf(ret->text, sizeof(ret->text),
		"no worker is left, and none is started, for the %" PRIu64
		" calls on their way: %" PRIu32
		" was the last to retire (max_tasks_per_child; CPython issue 115634)",
		pool_in_flight(p), last->pid);
	return true;
}

const struct stall_rule stall_deserted = {
	.letters = "I",
	.reason = "start-stuck",
	.judge = deserted,
};

static bool is_ready(const struct worker *w)
{
	return w->tasks || w->hand.has || w->state_ns[STATE_WAIT] || w->state != STATE_START;
}

static bool any_is_ready(const struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns && is_ready(&p->workers[i]))
			return true;
	return false;
}

/* Rules B and C. */
static bool stillborn(const struct model *m, const struct pool *p, struct stall *ret)
{
	if (p->stillborn < LEAST_ENDS || p->stillborn_generation < LEAST_GENERATION || p->closing ||
		p->stillborn_last_ns + LOOP_NS < m->now_ns || any_is_ready(p))
		return false;
	ret->since_ns = p->stillborn_first_ns;
	snprintf(ret->text, sizeof(ret->text),
		"no worker gets ready: %" PRIu64
		" have ended before their first task, and were replaced by others that do the "
		"same; %" PRIu64 " tasks wait",
		p->stillborn, pool_in_flight(p));
	return true;
}

const struct stall_rule stall_stillborn = {
	.letters = "BC",
	.reason = "start-stuck",
	.judge = stillborn,
};

/* It waits for a lock that processes share, and has never had a task; NULL: it does not. */
static const struct frame_wait *held_wait(const struct model *m, const struct worker *w)
{
	const struct frame_wait *f = model_main_wait(m, w->pid);

	if (!f || !w->born_seen || w->tasks || w->hand.has || f->wait_for != WAIT_SEMAPHORE ||
		f->flags & WAIT_TIMED || f->value || waited_ns(m, f) < HELD_NS)
		return NULL;
	return f;
}

/* Of workers that wait for tasks, one has the queue's lock and reads. If all wait for a lock, it is
 * another one, or somebody else has the queue's. */
static bool start_held(const struct model *m, const struct pool *p, struct stall *ret)
{
	const struct frame_wait *f;
	uint64_t since_ns = 0;

	if (p->closing || p->broken_ns || p->lock_lost_ns || !p->workers_alive ||
		!pool_in_flight(p))
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		if (p->workers[i].ended_ns)
			continue;
		f = held_wait(m, &p->workers[i]);
		if (!f)
			return false;
		since_ns = since_ns && since_ns < f->since_ns ? since_ns : f->since_ns;
	}
	ret->since_ns = since_ns;
	snprintf(ret->text, sizeof(ret->text),
		"no worker gets ready: all %" PRIu32
		" wait, before their first task, for a lock that processes share and that somebody "
		"holds (see what their initializer does); %" PRIu64 " tasks wait",
		p->workers_alive, pool_in_flight(p));
	return true;
}

const struct stall_rule stall_start_held = {
	.letters = "",
	.reason = "start-stuck",
	.judge = start_held,
};
