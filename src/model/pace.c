/* SPDX-License-Identifier: GPL-2.0-only */
/* How the work of each function goes: pace.h. */
#include "model/inside.h"

/* What moving a task can cost the parent at most, whatever else it does meanwhile; the slowest
 * machines pickle and write some 200 MB/s. */
#define PARENT_TASK_NS UINT64_C(150000)
#define PARENT_BYTE_NS UINT64_C(5)
/* To get a byte from the parent's pickler through a pipe into a worker takes no longer. */
#define MOVE_BYTE_NS UINT64_C(3)
#define PIPE_BYTES 65536

static void begin(struct pace *q, uint64_t t_ns)
{
	if (!q->from_ns)
		q->from_ns = t_ns;
	if (t_ns > q->event_ns)
		q->event_ns = t_ns;
	if (!q->untaken && !q->in_hand)
		q->batch = (struct batch){.first_ns = t_ns};
}

static bool same_payload(const struct payload *a, const struct frame_msg *f)
{
	uint64_t off = a->bytes > f->bytes ? a->bytes - f->bytes : f->bytes - a->bytes;

	return ((a->head_mark && a->head_mark == f->head_mark) ||
		       (a->tail_mark && a->tail_mark == f->tail_mark)) &&
	       off <= f->bytes / 32;
}

/* The payload of the message is known again, or takes the place of the one seen longest ago. */
static void payload_sent(struct pace *q, const struct frame_msg *f)
{
	struct payload *place = &q->payloads[0];

	if (!f->head_mark && !f->tail_mark)
		return;
	for (unsigned int i = 0; i < PACE_PAYLOADS; i++) {
		struct payload *a = &q->payloads[i];

		if (same_payload(a, f)) {
			place = a;
			break;
		}
		if (a->newest_ns < place->newest_ns)
			place = a;
	}
	if (!same_payload(place, f))
		*place = (struct payload){.first_ns = f->h.t_ns};
	place->head_mark = f->head_mark;
	place->tail_mark = f->tail_mark;
	place->bytes = f->bytes;
	place->bytes_all += f->bytes;
	place->newest_ns = f->h.t_ns;
	place->tasks++;
}

static void take(struct pool *p, struct pace *q, uint64_t t_ns)
{
	q->untaken--;
	q->in_hand++;
	if (q->untaken)
		return;
	q->tail_from_ns = t_ns;
	q->tail_lanes_ns = p->load.lanes_ns;
}

void pace_sent(struct pool *p, struct func *func, const struct task *t, const struct frame_msg *f)
{
	struct pace *q = &func->pace;

	begin(q, f->h.t_ns);
	q->chunked = (f->flags & MSG_CHUNKED) != 0;
	payload_sent(q, f);
	q->untaken++;
	/* The reader may be faster than the end of this write. */
	if (t->taken_ns)
		take(p, q, t->taken_ns);
	else
		q->tail_from_ns = 0;
}

/* From when the worker was free and the task there. A long message is written while it is read, a
 * pipe's 64 KiB at a time, so both end together; to move it took longer. */
static uint64_t handover_ns(const struct task *t, uint64_t free_ns)
{
	uint64_t since_sent_ns = since_ns(t->taken_ns, t->sent_ns);
	uint64_t moving_ns = t->bytes_out > PIPE_BYTES ? t->bytes_out * MOVE_BYTE_NS : 0;
	uint64_t free_for_ns = since_ns(t->taken_ns, free_ns);

	if (moving_ns > since_sent_ns)
		since_sent_ns = moving_ns;
	return free_for_ns < since_sent_ns ? free_for_ns : since_sent_ns;
}

void pace_taken(struct pool *p, struct func *func, const struct task *t, uint64_t free_ns)
{
	struct pace *q = &func->pace;

	begin(q, t->taken_ns);
	take(p, q, t->taken_ns);
	if (free_ns)
		q->open.handover_ns += handover_ns(t, free_ns);
}

uint64_t pace_idle_ns(const struct pool *p, const struct func *func, uint64_t now_ns)
{
	const struct pace *q = &func->pace;
	uint64_t all_ns = p->load.lanes * since_ns(now_ns, q->tail_from_ns);
	uint64_t busy_ns = p->load.lanes_ns - q->tail_lanes_ns;
	uint64_t more_ns = since_ns(now_ns, p->load.at_ns);
	uint32_t hands = p->load.hands > 0 ? (uint32_t)p->load.hands : 0;

	if (!q->tail_from_ns)
		return 0;
	busy_ns += more_ns * (hands < p->load.lanes ? hands : p->load.lanes);
	return since_ns(all_ns, busy_ns);
}

static void end_batch(const struct pool *p, struct func *func)
{
	struct pace *q = &func->pace;
	struct batch *b = &q->batch;

	b->idle_ns = pace_idle_ns(p, func, b->last_ns);
	b->lanes = p->load.lanes;
	q->tail_from_ns = 0;
	if (b->tasks < 2 || b->items < 2 * b->tasks)
		return;
	q->mapped = *b;
	q->mapped_idle_ns = q->mapped_idle_ns / 2 + b->idle_ns;
	q->mapped_span_ns = q->mapped_span_ns / 2 + since_ns(b->last_ns, b->first_ns);
}

void pace_done(struct pool *p, struct func *func, const struct task *t)
{
	uint64_t run_ns = since_ns(t->done_ns, t->taken_ns);
	struct pace *q = &func->pace;

	if (t->done_ns > q->event_ns)
		q->event_ns = t->done_ns;
	q->in_hand--;
	q->open.tasks++;
	q->open.items += t->items;
	q->open.bytes += t->bytes_out;
	q->open.run_ns += run_ns;
	if (t->times & MSG_TIMES) {
		q->open.runq_ns += t->spent.runq_ns < run_ns ? t->spent.runq_ns : run_ns;
		q->timed_ns += run_ns;
	}
	q->batch.tasks++;
	q->batch.items += t->items;
	q->batch.run_ns += run_ns;
	if (run_ns > q->batch.run_max_ns)
		q->batch.run_max_ns = run_ns;
	q->batch.last_ns = t->done_ns;
	if (!q->untaken && q->in_hand <= 0)
		end_batch(p, func);
}

void pace_lost(struct func *func)
{
	func->pace.in_hand--;
}

static uint64_t least(double ns, uint64_t most_ns)
{
	return ns < (double)most_ns ? (uint64_t)ns : most_ns;
}

/* So much of n tasks, if it is `all` of `of`. */
static uint64_t like_of(double n, uint64_t all, uint64_t of)
{
	return of ? least(n * (double)all / (double)of, UINT64_MAX / 4) : 0;
}

void pace_summed(const struct model *m, struct func *func, const struct frame_sum *f)
{
	struct pace *q = &func->pace;
	struct pace_sums *to = &q->open;
	const struct pace_sums *like = &q->sums;
	double n = (double)f->messages;
	uint64_t from_ns = since_ns(f->h.t_ns, m->tick_ns);

	if (!q->from_ns)
		q->from_ns = from_ns;
	if (f->newest_ns > q->event_ns)
		q->event_ns = f->newest_ns;
	to->tasks += f->messages;
	to->items += f->messages * f->items;
	to->bytes += like_of(n, func->bytes_out, func->sent);
	to->run_ns += like_of(n, like->run_ns, like->tasks);
	to->handover_ns += like_of(n, like->handover_ns, like->tasks);
}

/* Records were lost: what is under way is counted anew. */
static void count_anew(struct pool *p)
{
	uint32_t at;

	for (uint32_t i = 0; i < p->funcs_count; i++)
		p->funcs[i].pace.untaken = p->funcs[i].pace.in_hand = 0;
	p->load.waiting = 0;
	for (uint32_t i = 0; i < p->tasks_count; i++) {
		const struct task *t = &p->tasks[i];

		if (!t->sent_ns || t->done_ns || t->returned_ns)
			continue;
		p->load.waiting += !t->taken_ns;
		if (!map_get(&p->funcs_by_name, t->func, &at))
			continue;
		p->funcs[at].pace.untaken += !t->taken_ns;
		p->funcs[at].pace.in_hand += t->taken_ns != 0;
	}
}

static uint64_t most_ns(const struct pace_sums *s)
{
	return s->tasks * PARENT_TASK_NS + s->bytes * PARENT_BYTE_NS;
}

static void fold(struct pace_sums *to, const struct pace_sums *from)
{
	to->tasks += from->tasks;
	to->items += from->items;
	to->bytes += from->bytes;
	to->run_ns += from->run_ns;
	to->runq_ns += from->runq_ns;
	to->handover_ns += from->handover_ns;
	to->parent_ns += from->parent_ns;
	to->move_ns += from->move_ns;
	to->active_ns += from->active_ns;
	if (to->active_ns <= PACE_SPAN_NS)
		return;
	to->tasks /= 2;
	to->items /= 2;
	to->bytes /= 2;
	to->run_ns /= 2;
	to->runq_ns /= 2;
	to->handover_ns /= 2;
	to->parent_ns /= 2;
	to->move_ns /= 2;
	to->active_ns /= 2;
}

/* Something of it goes on: a task in hand, or tasks that wait while others are moved. */
static bool is_under_way(const struct model *m, const struct pool *p, const struct pace *q)
{
	if (p->closing || p->ended_ns)
		return false;
	return q->in_hand > 0 || (q->untaken > 0 && q->event_ns + m->tick_ns > m->now_ns);
}

static void tick_func(const struct model *m, const struct pool *p, struct pace *q)
{
	bool under_way = is_under_way(m, p, q);

	if (q->from_ns)
		q->open.active_ns = since_ns(under_way ? m->now_ns : q->event_ns, q->from_ns);
	q->from_ns = under_way ? m->now_ns : 0;
	fold(&q->sums, &q->open);
	q->open = (struct pace_sums){0};
}

void tick_pace(const struct model *m, struct pool *p)
{
	uint64_t parent_ns = 0, all_ns = 0;
	double share;

	if (m->lost_records || p->summed)
		count_anew(p);
	for (uint32_t i = 0; i < p->cores_count; i++)
		parent_ns += p->cores[i].parent_tick_ns;
	for (uint32_t i = 0; i < p->funcs_count; i++)
		all_ns += most_ns(&p->funcs[i].pace.open);
	for (uint32_t i = 0; i < p->funcs_count; i++) {
		struct pace *q = &p->funcs[i].pace;
		uint64_t most = most_ns(&q->open), rest_ns;

		if (all_ns) {
			share = (double)most / (double)all_ns;
			q->open.parent_ns = least((double)parent_ns * share, most);
			q->open.move_ns = least((double)p->load.moving_ns * share, most);
		}
		rest_ns = since_ns(q->open.run_ns, q->timed_ns);
		q->open.runq_ns += least((double)rest_ns * p->load.runq_share, rest_ns);
		q->timed_ns = 0;
		tick_func(m, p, q);
	}
}
