/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker died while it held the task queue's lock: no other will ever get it. */
#include <inttypes.h>
#include <stdio.h>

#include "trap/trap.h"

/* Not pool_waiting(), which is 0 for a pool that is gone: these stayed untaken to its end. */
static uint32_t untaken(const struct pool *p, uint64_t now_ns, uint64_t *ret_oldest_ns)
{
	uint32_t n = 0;

	*ret_oldest_ns = 0;
	for (uint32_t i = 0; i < p->tasks_count; i++) {
		const struct task *t = &p->tasks[i];

		if (t->taken_ns || t->done_ns || t->returned_ns)
			continue;
		n++;
		if (now_ns > t->sent_ns && now_ns - t->sent_ns > *ret_oldest_ns)
			*ret_oldest_ns = now_ns - t->sent_ns;
	}
	return n;
}

static const char no_cure[] = "the pool cannot recover: terminate() it and make another; do not "
			      "kill idle workers one by one";

/* The other queue's. */
static void judge_results(const struct pool *p, struct trap_sink *sink)
{
	uint64_t last_ns = 0;
	struct finding *f;

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].last_done_ns > last_ns)
			last_ns = p->workers[i].last_done_ns;
	/* A result that was sent since shows that somebody got the lock. */
	if (!p->result_lock_lost_ns || last_ns > p->result_lock_lost_ns)
		return;
	f = trap_find(sink, p->result_lock_lost_pid);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->result_lock_lost_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " was killed while it sent a result, holding the result queue's lock: "
		"the parent waits for the rest of it, and whoever has a result waits for the lock",
		p->result_lock_lost_pid);
	snprintf(f->advice, sizeof(f->advice), "%s", no_cure);
	trap_evidence(f, "pid", p->result_lock_lost_pid);
	trap_evidence(f, "workers", p->workers_alive);
	trap_evidence(f, "in_flight", (double)pool_in_flight(p));
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	uint64_t oldest_ns;
	uint32_t waiting;
	struct finding *f;

	judge_results(p, sink);
	/* A task that was taken since shows that somebody got the lock. */
	if (!p->lock_lost_ns || p->last_taken_ns > p->lock_lost_ns)
		return;
	f = trap_find(sink, p->lock_lost_pid);
	if (!f)
		return;
	waiting = untaken(p, m->now_ns, &oldest_ns);
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->lock_lost_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " was killed while it waited for a task, holding the task queue's lock: "
		"the other %" PRIu32 " workers wait for that lock, %" PRIu32
		" task%s will never be taken",
		p->lock_lost_pid, p->workers_alive, waiting, waiting == 1 ? "" : "s");
	snprintf(f->advice, sizeof(f->advice), "%s", no_cure);
	trap_evidence(f, "pid", p->lock_lost_pid);
	trap_evidence(f, "workers", p->workers_alive);
	trap_evidence(f, "waiting", waiting);
	trap_evidence(f, "oldest_wait_ns", (double)oldest_ns);
}

const struct trap_rule trap_queue_lock_lost = {
	.id = "queue-lock-lost",
	.judge = judge,
};
