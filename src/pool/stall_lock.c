/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker died while it held a queue's lock: nobody will ever get it. */
#include <inttypes.h>
#include <stdio.h>

#include "pool/stall.h"

/* Rule D. A task that was taken since shows that somebody got the lock. */
static bool task_lock(const struct model *m, const struct pool *p, struct stall *ret)
{
	if (!p->lock_lost_ns || p->last_taken_ns > p->lock_lost_ns || !p->workers_alive ||
		p->closing || pool_is_busy(m, p))
		return false;
	ret->since_ns = p->lock_lost_ns;
	snprintf(ret->text, sizeof(ret->text),
		"%" PRIu32 " was killed while it held the task queue's lock: the other %" PRIu32
		" workers wait for it for ever",
		p->lock_lost_pid, p->workers_alive);
	return true;
}

const struct stall_rule stall_task_lock = {
	.letters = "D",
	.reason = "queue-lock-lost",
	.judge = task_lock,
};

static uint64_t last_done_ns(const struct pool *p)
{
	uint64_t last_ns = 0;

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].last_done_ns > last_ns)
			last_ns = p->workers[i].last_done_ns;
	return last_ns;
}

/* Rule E. Whoever has a result to send waits for the lock, and the parent for the rest of what
 * was begun: no later result shows. */
static bool result_lock(const struct model *m, const struct pool *p, struct stall *ret)
{
	(void)m;
	if (!p->result_lock_lost_ns || last_done_ns(p) > p->result_lock_lost_ns || p->closing)
		return false;
	ret->since_ns = p->result_lock_lost_ns;
	snprintf(ret->text, sizeof(ret->text),
		"%" PRIu32 " was killed while it sent a result, and with it the result queue's "
		"lock is lost: the parent waits for the rest of that result, and nothing returns "
		"any more",
		p->result_lock_lost_pid);
	return true;
}

const struct stall_rule stall_result_lock = {
	.letters = "E",
	.reason = "queue-lock-lost",
	.judge = result_lock,
};
