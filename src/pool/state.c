/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's state, judged at ticks, and why it is stalled. */
#include <string.h>

#include "pool/stall.h"

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

/* Bare processes may be gone when their parent begins to read what they have answered. */
bool pool_has_unread(const struct pool *p)
{
	for (uint32_t i = 0; p->traits.unnumbered && i < p->queues_count; i++)
		if (p->queues[i].role == QUEUE_RESULTS && p->queues[i].waiting)
			return true;
	return false;
}

static bool is_deserted(const struct model *m, const struct pool *p)
{
	uint64_t last_ns = p->seen_ns;

	if (p->workers_alive || !p->workers_count || pool_has_unread(p))
		return false;
	if (p->traits.breaks && pool_in_flight(p) && !p->broken_ns)
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].ended_ns > last_ns)
			last_ns = p->workers[i].ended_ns;
	return last_ns + DESERTED_NS < m->now_ns;
}

/* Work that comes after a stall shows that its caller has given the lost task up. */
static void forgive(struct pool *p)
{
	bool is_lost = p->stall.reason && !strcmp(p->stall.reason, stall_lost_task.reason);

	if (is_lost && p->last_sent_ns > p->stall.since_ns)
		p->forgiven_lost = p->totals.lost;
}

static void judge_stall(struct model *m, struct pool *p)
{
	const struct stall_rule *rule;
	struct stall now = {0};

	forgive(p);
	for (unsigned int i = 0; !now.reason && (rule = stall_rule_at(i)); i++)
		if (rule->judge(m, p, &now))
			now.reason = rule->reason;
	mend_text(now.text, sizeof(now.text));
	pool_set_stall(m, p, &now);
}

static bool is_left(const struct pool *p)
{
	return (p->closing || p->broken_ns) && p->workers_count && !p->workers_alive;
}

void state_end(struct model *m, struct pool *p, uint64_t t_ns)
{
	if (!p->ended_ns && is_left(p) && !pool_has_unread(p) && !staff_awaits(m, p))
		model_end_pool(m, p, t_ns);
}

void state_read(struct model *m, const struct frame_msg *f)
{
	struct pool *p = f->dir == MSG_READ ? model_queue_pool(m, f->ino, NULL) : NULL;

	if (p && p->traits.unnumbered)
		state_end(m, p, f->h.t_ns);
}

void state_judge(struct model *m, struct pool *p)
{
	bool busy = pool_in_flight(p) || pool_is_busy(m, p);

	if (p->ended_ns)
		return;
	if (is_deserted(m, p) || (is_left(p) && !pool_has_unread(p))) {
		model_end_pool(m, p, m->now_ns);
		return;
	}
	if (is_left(p)) {
		p->state = POOL_IDLE;
		return;
	}
	p->quiet_ticks = busy ? 0 : p->quiet_ticks + 1;
	judge_stall(m, p);
	if (p->stall.reason)
		p->state = POOL_STALLED;
	else if (!has_started(p))
		p->state = POOL_STARTING;
	else
		p->state = busy ? POOL_BUSY : POOL_IDLE;
}
