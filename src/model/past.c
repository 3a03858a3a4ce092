/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that have left their pool's list, for who writes one line of each. */
#include <stdlib.h>

#include "model/inside.h"

enum { PAST_MAX = 2 * MODEL_TASKS }; /* more than one frame can end */

void past_add(struct model *m, const struct pool *p, const struct task *t, struct past_end end)
{
	if (!m->keeps_past)
		return;
	if (vec_grow(&m->past, &m->past_cap, m->past_count,
		    (struct vec_shape){sizeof(*m->past), PAST_MAX})) {
		m->dropped.tasks++;
		return;
	}
	m->past[m->past_count++] = (struct past_task){
		.pool = p->id,
		.pool_pid = p->pid,
		.kind = p->kind,
		.outcome = end.outcome,
		.ended_ns = end.t_ns,
		.task = *t,
	};
}

void task_end(struct model *m, struct pool *p, struct task *t, struct past_end end)
{
	past_add(m, p, t, end);
	task_remove(p, t);
}

void past_pool(struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->tasks_count; i++)
		past_add(m, p, &p->tasks[i], (struct past_end){OUTCOME_UNKNOWN, p->ended_ns});
}

void model_keep_past(struct model *m)
{
	m->keeps_past = true;
}

void model_forget_past(struct model *m)
{
	m->past_count = 0;
}
