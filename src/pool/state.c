/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's state, judged at ticks, and why it is stalled. */
#include <inttypes.h>
#include <stdio.h>

#include "pool/inside.h"

/* A Pool replaces its workers within 100 ms; one without any for so long is none. */
#define DESERTED_NS UINT64_C(3000000000)

static bool has_started(const struct pool *p)
{
	if (p->totals.taken)
		return true;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->tasks || w->hand.has || w->state_ns[STATE_WAIT])
			return true;
		if (!w->ended_ns && w->state != STATE_START)
			return true;
	}
	return false;
}

static const bool at_work[WORKER_STATES] = {
	[STATE_UNPICKLE] = true,
	[STATE_RUN] = true,
	[STATE_PICKLE] = true,
	[STATE_SEND] = true,
	[STATE_IO] = true,
	[STATE_LOCK] = true,
};

/* What is not seen in messages shows in what the worker does: in the /proc mode always, else
 * until its first message after it was found. */
static bool is_busy(const struct model *m, const struct worker *w)
{
	if (w->ended_ns)
		return false;
	if (w->hand.has)
		return true;
	if (m->session.mode != MODE_PROC && (w->born_seen || w->last_done_ns))
		return false;
	return at_work[w->state];
}

static bool any_busy(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (is_busy(m, &p->workers[i]))
			return true;
	return false;
}

static bool is_deserted(const struct model *m, const struct pool *p)
{
	uint64_t last_ns = p->seen_ns;

	if (p->workers_alive || !p->workers_count)
		return false;
	if (p->traits.breaks && pool_in_flight(p) && !p->broken_ns)
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].ended_ns > last_ns)
			last_ns = p->workers[i].ended_ns;
	return last_ns + DESERTED_NS < m->now_ns;
}

static void stall(struct model *m, struct pool *p, const char *reason, uint64_t since_ns)
{
	if (p->stall.reason == reason)
		return;
	p->stall.reason = reason;
	p->stall.since_ns = since_ns;
	model_add_event(m, EVENT_STALL, p->id, p->pid, since_ns);
}

static bool lock_is_lost(const struct pool *p)
{
	return p->lock_lost_ns && p->last_taken_ns <= p->lock_lost_ns && p->workers_alive &&
	       !p->closing;
}

static void judge_stall(struct model *m, struct pool *p)
{
	static const char *const lock_lost = "queue-lock-lost", *const lost_task = "lost-task";
	static const char *const reader_gone = "result-handler-died";
	const struct lost_task *lost = p->lost_count ? &p->lost[p->lost_count - 1] : NULL;

	/* Work that comes after a stall shows that its caller has given the lost task up. */
	if (p->stall.reason == lost_task && p->last_sent_ns > p->stall.since_ns)
		p->forgiven_lost = p->totals.lost;
	if (lock_is_lost(p) && !any_busy(m, p)) {
		stall(m, p, lock_lost, p->lock_lost_ns);
		snprintf(p->stall.text, sizeof(p->stall.text),
			"%" PRIu32
			" was killed while it held the task queue's lock: the other %" PRIu32
			" workers wait for it for ever",
			p->lock_lost_pid, p->workers_alive);
		return;
	}
	if (p->reader_gone_ns && pool_in_flight(p) && p->kind == pool_kind_pool.name) {
		stall(m, p, reader_gone, p->reader_gone_ns);
		snprintf(p->stall.text, sizeof(p->stall.text),
			"the parent's thread that reads results has ended: nothing returns any "
			"more");
		return;
	}
	if (p->totals.lost > p->forgiven_lost && lost && p->quiet_ticks > 2 && !p->closing) {
		stall(m, p, lost_task, lost->t_ns);
		snprintf(p->stall.text, sizeof(p->stall.text),
			"task %" PRId64 "/%" PRId32 " of %.100s went with %" PRIu32
			": its caller waits for ever, and there is nothing else to do",
			lost->key.job, lost->key.chunk,
			model_text(m, lost->func, "an unknown function"), lost->pid);
		return;
	}
	p->stall = (struct stall){0};
}

void state_judge(struct model *m, struct pool *p)
{
	bool busy = pool_in_flight(p) || any_busy(m, p);

	if (p->ended_ns)
		return;
	if (is_deserted(m, p) ||
		((p->closing || p->broken_ns) && p->workers_count && !p->workers_alive)) {
		model_end_pool(m, p, m->now_ns);
		return;
	}
	p->quiet_ticks = busy ? 0 : p->quiet_ticks + 1;
	judge_stall(m, p);
	mend_text(p->stall.text, sizeof(p->stall.text));
	if (p->stall.reason)
		p->state = POOL_STALLED;
	else if (!has_started(p))
		p->state = POOL_STARTING;
	else
		p->state = busy ? POOL_BUSY : POOL_IDLE;
}
