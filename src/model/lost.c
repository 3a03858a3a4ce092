/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that a worker took along when it went. */
#include <string.h>

#include "model/inside.h"

static void remember(struct pool *p, const struct worker *w, uint64_t t_ns)
{
	if (p->lost_count == MODEL_LOST)
		memmove(p->lost, p->lost + 1, --p->lost_count * sizeof(p->lost[0]));
	p->lost[p->lost_count++] = (struct lost_task){
		.key = w->hand.key,
		.func = w->hand.func,
		.pid = w->pid,
		.t_ns = t_ns,
	};
}

void task_lost(struct model *m, struct pool *p, struct worker *w, uint64_t t_ns)
{
	struct task *t = task_find(p, w->hand.key);
	struct func *func = func_get(m, p, w->hand.func);
	struct job *job = job_get(m, p, w->hand.key.job);

	if (t && (t->done_ns || t->returned_ns))
		return;
	p->totals.lost++;
	p->last_lost_ns = t_ns;
	if (func)
		func->lost++;
	if (job)
		job->lost++;
	remember(p, w, t_ns);
	if (!t)
		return;
	if (t->sent_ns)
		items_ended(p, job, t, NULL);
	task_remove(p, t);
}

/* A done that never came: its record was lost. One tick is time enough for a late one. */
void tick_tasks(struct pool *p, uint64_t now_ns)
{
	for (uint32_t i = p->tasks_count; i-- && p->tasks_returned;) {
		struct task *t = &p->tasks[i];

		if (t->returned_ns && t->returned_ns + UINT64_C(1000000000) < now_ns)
			task_remove(p, t);
	}
}
