/* SPDX-License-Identifier: GPL-2.0-only */
/* Who waits for room in a queue's pipe: back-pressure, as it is at this moment. */
#include "model/model.h"

static uint32_t add_writers(const struct model *m, uint32_t pid, uint64_t ino,
	struct queue_writer ret[static QUEUE_WRITERS], uint32_t found)
{
	const struct proc *proc = model_proc(m, pid);
	uint32_t count = 0;
	const struct frame_wait *waits = proc ? proc_waits(proc, &count) : NULL;

	for (uint32_t i = 0; i < count && found < QUEUE_WRITERS; i++) {
		if (waits[i].wait_for != WAIT_WRITE || waits[i].object != ino)
			continue;
		ret[found++] = (struct queue_writer){
			.pid = pid,
			.tid = waits[i].tid,
			.since_ns = waits[i].since_ns,
			.bytes = waits[i].bytes,
		};
	}
	return found;
}

uint32_t queue_writers(const struct model *m, const struct pool *p, const struct queue *q,
	struct queue_writer ret[static QUEUE_WRITERS])
{
	uint32_t found = add_writers(m, p->pid, q->ino, ret, 0);

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns)
			found = add_writers(m, p->workers[i].pid, q->ino, ret, found);
	return found;
}
