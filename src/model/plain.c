/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that have no numbers: those of a user's own processes and queues. A pipe keeps its
 * order, so the k-th message that is written to a queue is the k-th that is read from it; that
 * place is the task's number, and the queue's id, below -1, stands for its chunk. A worker's next
 * message to the parent after it took a task is that task's answer.
 *
 * None takes a place like every message, but is no task, and is an answer only of a worker that
 * has a task in hand. Where watching began in the middle, or records were lost, the lengths of
 * messages put the places right again, and so does a reader that waits: then the queue is empty.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

/* Between the end of a read and the end of the write of the same message, the other way round. */
#define OVERTAKE_NS UINT64_C(5000000)

static struct frame_msg numbered(const struct frame_msg *f, struct task_key key)
{
	struct frame_msg n = *f;

	n.job = key.job;
	n.chunk = key.chunk;
	n.flags = MSG_HAS_JOB | MSG_HAS_CHUNK | (f->flags & (MSG_FAILED | MSG_TIMES | MSG_EXACT));
	n.func = 0;
	n.items = 1;
	return n;
}

static struct task_key place(const struct queue *q, int64_t seq)
{
	return (struct task_key){.job = seq, .chunk = -1 - (int32_t)q->id};
}

static bool is_none(const struct frame_msg *f)
{
	return f->shape == SHAPE_NONE || f->shape == SHAPE_EMPTY;
}

int plain_sent(struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f)
{
	struct frame_msg n = numbered(f, place(q, ++q->sent_seq));

	if (is_none(f))
		return 0;
	queue_message(q, f);
	return task_sent(m, p, &n);
}

/* The place of a message that was read now. */
static int64_t taken_place(const struct pool *p, struct queue *q, const struct frame_msg *f)
{
	const struct task *t = task_find(p, place(q, q->taken_seq + 1));
	bool from_start = p->from_start && !q->unseen_seq;

	if (!t && q->taken_seq < q->sent_seq) /* that one was None */
		return ++q->taken_seq;
	if (!t && !from_start && !q->taken_seq)
		return --q->unseen_seq;
	if (!t || t->bytes_out == f->bytes)
		return ++q->taken_seq;
	if (!p->from_start && !q->taken_seq)
		return --q->unseen_seq;
	/* No more than so many are kept. */
	for (int64_t i = 2; i <= MODEL_TASKS && q->taken_seq + i <= q->sent_seq; i++) {
		t = task_find(p, place(q, q->taken_seq + i));
		if (!t || t->bytes_out != f->bytes)
			continue;
		q->taken_seq += i;
		return q->taken_seq;
	}
	return ++q->taken_seq;
}

/* It goes on without having answered; the answer may still be on its way. */
void plain_left(struct pool *p, struct worker *w, uint64_t t_ns)
{
	struct task *t = w->hand.has ? task_find(p, w->hand.key) : NULL;

	if (t && !t->left_ns)
		left_add(p, w, t, t_ns);
	w->hand = (struct hand){0};
}

int plain_taken(struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f)
{
	struct pool *p = model_queue_pool(m, q->ino, NULL);
	struct frame_msg n;

	plain_left(p, w, f->h.t_ns);
	if (is_none(f)) {
		taken_place(p, q, f);
		return 0;
	}
	queue_message(q, f);
	n = numbered(f, place(q, taken_place(p, q, f)));
	return task_taken(m, p, w, &n);
}

static struct answer *answer_at(struct queue *q, uint32_t i)
{
	return &q->answers[(q->answers_head + i) % q->answers_cap];
}

static int answers_grow(struct queue *q)
{
	uint32_t cap = q->answers_cap ? 2 * q->answers_cap : 16;
	struct answer *grown;

	if (q->answers_count < q->answers_cap)
		return 0;
	if (q->answers_count == MODEL_ANSWERS)
		return -ENOSPC;
	grown = calloc(cap, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	for (uint32_t i = 0; i < q->answers_count; i++)
		grown[i] = *answer_at(q, i);
	free(q->answers);
	q->answers = grown;
	q->answers_cap = cap;
	q->answers_head = 0;
	return 0;
}

static void answers_drop(struct queue *q, uint32_t n)
{
	q->answers_head = q->answers_cap ? (q->answers_head + n) % q->answers_cap : 0;
	q->answers_count -= n;
}

static int answers_add(struct model *m, struct queue *q, struct answer a)
{
	int ret = answers_grow(q);

	if (ret == -ENOSPC) {
		answers_drop(q, 1);
		m->dropped.messages++;
		ret = 0;
	}
	if (ret)
		return ret;
	*answer_at(q, q->answers_count++) = a;
	return 0;
}

/* The task that a message answers. A worker writes its answers itself, each before it takes the
 * next task, or leaves them to a thread, in the order of their tasks. */
static bool answered_task(
	const struct pool *p, struct worker *w, const struct frame_msg *f, struct task_key *ret_key)
{
	bool in_hand = w->hand.has && w->hand.since_ns <= f->h.t_ns;

	if (!(in_hand && f->tid == f->h.pid) && left_answer(p, w, f->h.t_ns, ret_key))
		return true;
	if (in_hand)
		*ret_key = w->hand.key;
	return in_hand;
}

/* Nothing was missed: what is read first was written first. */
static bool is_sure(const struct model *m, const struct pool *p)
{
	return p->from_start && !m->lost_records;
}

/* When the parent read it, if it did so before the end of its write was seen; 0: not yet. What was
 * written before watching began is read without any write. */
static uint64_t early_read(
	const struct model *m, const struct pool *p, struct queue *q, const struct frame_msg *f)
{
	uint64_t read_ns = 0;

	while (!read_ns && q->answers_count && answer_at(q, 0)->read_ns) {
		const struct answer *a = answer_at(q, 0);

		if (is_sure(m, p) ||
			(a->bytes == f->bytes && f->h.t_ns <= a->read_ns + OVERTAKE_NS))
			read_ns = a->read_ns;
		answers_drop(q, 1);
	}
	return read_ns;
}

int plain_done(struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f)
{
	struct pool *p = model_queue_pool(m, q->ino, NULL);
	struct answer a = {.bytes = f->bytes};
	uint64_t read_ns = early_read(m, p, q, f);
	struct frame_msg n;
	int ret = 0;

	a.has_key = w && answered_task(p, w, f, &a.key);
	n = numbered(f, a.key);
	if (!is_none(f) || a.has_key)
		queue_message(q, f);
	if (a.has_key)
		ret = task_done(m, p, w, &n);
	else if (!is_none(f)) /* it answers no task: only its bytes count */
		task_bytes_back(p, w, f->bytes);
	if (ret)
		return ret;
	if (!read_ns)
		return answers_add(m, q, a);
	n.h.t_ns = read_ns;
	n.dir = MSG_READ;
	if (!is_none(f) || a.has_key)
		queue_message(q, &n);
	return a.has_key ? task_returned(m, p, &n) : 0;
}

int plain_returned(struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f)
{
	uint32_t i = 0, written = q->answers_count;
	struct frame_msg n;
	struct answer a;

	if (written && answer_at(q, 0)->read_ns)
		written = 0;
	while (!is_sure(m, p) && i < written && answer_at(q, i)->bytes != f->bytes)
		i++;
	if (i >= written) {
		a = (struct answer){.bytes = f->bytes, .read_ns = f->h.t_ns ? f->h.t_ns : 1};
		return answers_add(m, q, a);
	}
	a = *answer_at(q, i);
	answers_drop(q, i + 1);
	if (!is_none(f) || a.has_key)
		queue_message(q, f);
	n = numbered(f, a.key);
	return a.has_key ? task_returned(m, p, &n) : 0;
}

void plain_idle(struct model *m, struct pool *p, struct queue *q)
{
	if (q->taken_seq == q->sent_seq)
		return;
	q->taken_seq = q->sent_seq;
	for (uint32_t i = p->tasks_count; i--;) {
		struct task *t = &p->tasks[i];

		if (t->key.chunk == place(q, 0).chunk && !t->taken_ns && !t->done_ns)
			task_end(m, p, t, (struct past_end){OUTCOME_UNKNOWN, m->newest_ns});
	}
}
