/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that a worker took along when it went. */
#include <string.h>

#include "model/inside.h"

/* Time enough for every message that is still on its way. */
#define SETTLE_NS UINT64_C(1000000000)

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

/* Of a task that is not in the list, what its worker knew. */
static struct task of_hand(const struct worker *w)
{
	return (struct task){
		.key = w->hand.key,
		.stage = TASK_TAKEN,
		.func = w->hand.func,
		.items = w->hand.items,
		.flags = w->hand.flags,
		.bytes_out = w->hand.bytes,
		.taken_ns = w->hand.since_ns,
		.pid = w->pid,
		.worker = w->id,
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
	if (func && t && t->sent_ns && t->taken_ns)
		pace_lost(func);
	if (!t) {
		struct task known = of_hand(w);

		past_add(m, p, &known, (struct past_end){OUTCOME_LOST, t_ns});
		return;
	}
	if (t->sent_ns)
		items_ended(p, job, t, NULL);
	task_end(m, p, t, (struct past_end){OUTCOME_LOST, t_ns});
}

/* A pipe keeps its order: what was sent well before a task that was taken was taken too. */
static bool was_taken(struct pool *p, const struct task *t)
{
	const struct queue *q = t->task_ino ? queue_find(p, t->task_ino) : NULL;

	return q && !t->taken_ns && t->sent_ns + SETTLE_NS < q->front_sent_ns;
}

/* And what was done well before a result that was read was read too, though the record of it was
 * lost. A worker sends its results in the order of its tasks; where a thread of its own does that
 * it goes on long before, and may wait for room in a full pipe. */
static bool was_overtaken(struct pool *p, const struct task *t)
{
	const struct worker *w = t->taken_ns ? pool_find_worker(p, t->worker) : NULL;

	if (t->done_ns)
		return t->done_ns + SETTLE_NS < p->front_done_ns;
	if (w && p->traits.fed_results)
		return w->ended_ns || t->taken_ns < w->done_taken_ns;
	if (t->taken_ns)
		return !w || !w->hand.has || !task_key_is(w->hand.key, t->key);
	return was_taken(p, t);
}

static void drop(struct model *m, struct pool *p, struct task *t)
{
	struct worker *w = t->left_ns ? pool_find_worker(p, t->worker) : NULL;

	if (w && w->left)
		w->left--;
	if (t->done_ns && !t->named)
		task_name(m, p, t);
	task_end(m, p, t,
		(struct past_end){t->returned_ns ? OUTCOME_RETURNED : OUTCOME_UNKNOWN,
			t->returned_ns ? t->returned_ns : m->now_ns});
}

/* Nothing more is to come of a task that is not returned. */
static bool has_no_more(const struct model *m, struct pool *p, const struct task *t)
{
	if (t->left_ns && !t->done_ns && t->left_ns + SETTLE_NS < m->now_ns)
		return true;
	/* While watching begins the parent may be watched a moment before its workers are. */
	if (!p->from_start && was_taken(p, t))
		return true;
	if (sum_overtook(m, p, t))
		return true;
	return m->lost_records && was_overtaken(p, t);
}

/* Tasks whose next message was never seen, because its record was lost: they are on their way no
 * more. One that was read as returned waits a while for done and sent, which may be late. */
void tick_tasks(struct model *m, struct pool *p)
{
	bool any = p->tasks_returned || m->lost_records || p->traits.unnumbered || !p->from_start ||
		   p->summed;

	for (uint32_t i = p->tasks_count; i-- && any;) {
		struct task *t = &p->tasks[i];

		if (t->returned_ns ? t->returned_ns + SETTLE_NS < m->now_ns
				   : has_no_more(m, p, t)) {
			drop(m, p, t);
		}
	}
}
