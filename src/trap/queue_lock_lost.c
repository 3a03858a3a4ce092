/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker died while it held the task queue's lock: no other will ever get it. */
#include <inttypes.h>
#include <stdio.h>

#include "trap/trap.h"

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	uint64_t oldest_ns;
	uint32_t waiting;
	struct finding *f;

	/* A task that was taken since shows that somebody got the lock. */
	if (!p->lock_lost_ns || p->last_taken_ns > p->lock_lost_ns)
		return;
	f = trap_find(sink, p->lock_lost_pid);
	if (!f)
		return;
	waiting = pool_waiting(p, m->now_ns, &oldest_ns);
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->lock_lost_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " was killed while it waited for a task, holding the task queue's lock: "
		"the other %" PRIu32 " workers wait for that lock, %" PRIu32
		" tasks will never be taken",
		p->lock_lost_pid, p->workers_alive, waiting);
	snprintf(f->advice, sizeof(f->advice),
		"the pool cannot recover: terminate() it and make another; do not kill idle "
		"workers one by one");
	trap_evidence(f, "pid", p->lock_lost_pid);
	trap_evidence(f, "workers", p->workers_alive);
	trap_evidence(f, "waiting", waiting);
	trap_evidence(f, "oldest_wait_ns", (double)oldest_ns);
}

const struct trap_rule trap_queue_lock_lost = {
	.id = "queue-lock-lost",
	.judge = judge,
};
