/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest tasks of a pool, longest first. */
#include "model/inside.h"

void slow_add(struct pool *p, const struct task *t, uint64_t run_ns)
{
	uint32_t at = p->slowest_count;

	if (at == MODEL_SLOWEST) {
		if (run_ns <= p->slowest[at - 1].run_ns)
			return;
		at--;
	} else {
		p->slowest_count++;
	}
	for (; at && p->slowest[at - 1].run_ns < run_ns; at--)
		p->slowest[at] = p->slowest[at - 1];
	p->slowest[at] = (struct slow_task){
		.key = t->key,
		.func = t->func,
		.pid = t->pid,
		.run_ns = run_ns,
		.done_ns = t->done_ns,
	};
}
