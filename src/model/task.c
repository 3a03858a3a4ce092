/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks on their way: sent, taken, done, returned or lost. The rules are in change.h. */
#include <errno.h>
#include <string.h>

#include "model/inside.h"

#define SMALL_BYTES 65536 /* of a message: what it costs to unpickle is not its own */

static struct task_key key_of(const struct frame_msg *f)
{
	return (struct task_key){
		.job = f->job,
		.chunk = f->flags & MSG_HAS_CHUNK ? f->chunk : -1,
	};
}

struct task *task_find(const struct pool *p, struct task_key key)
{
	uint32_t at;

	if (!map_get(&p->tasks_by_key, task_hash(key), &at) || !task_key_is(p->tasks[at].key, key))
		return NULL;
	return &p->tasks[at];
}

const struct task *pool_task(const struct pool *p, struct task_key key)
{
	return task_find(p, key);
}

struct task *task_add(struct model *m, struct pool *p, struct task_key key)
{
	struct task *t;

	if (map_get(&p->tasks_by_key, task_hash(key), NULL) ||
		vec_grow(&p->tasks, &p->tasks_cap, p->tasks_count,
			(struct vec_shape){sizeof(*p->tasks), MODEL_TASKS}) ||
		map_put(&p->tasks_by_key, task_hash(key), p->tasks_count)) {
		m->dropped.tasks++;
		return NULL;
	}
	t = &p->tasks[p->tasks_count++];
	*t = (struct task){.key = key};
	return t;
}

/* Tasks are taken from a queue in the order in which they were sent there. */
static void front_moves(struct pool *p, const struct task *t)
{
	struct queue *q = t->task_ino ? queue_find(p, t->task_ino) : NULL;

	if (q && t->sent_ns > q->front_sent_ns)
		q->front_sent_ns = t->sent_ns;
}

/* Whatever of it waits in a queue is no more waited for. */
static void leave_task_queue(struct pool *p, struct task *t)
{
	if (t->task_ino)
		queue_wait_over(p, t->task_ino, t->bytes_out);
	t->task_ino = 0;
}

static void leave_result_queue(struct pool *p, struct task *t)
{
	if (t->result_ino)
		queue_wait_over(p, t->result_ino, t->bytes_back);
	t->result_ino = 0;
}

void task_remove(struct pool *p, struct task *t)
{
	uint32_t at = (uint32_t)(t - p->tasks);
	uint32_t last = --p->tasks_count;

	if (t->returned_ns)
		p->tasks_returned--;
	leave_task_queue(p, t);
	leave_result_queue(p, t);
	map_del(&p->tasks_by_key, task_hash(t->key));
	if (at != last) {
		*t = p->tasks[last];
		/* Replaces a key that is there, which takes no memory. */
		map_put(&p->tasks_by_key, task_hash(t->key), at);
	}
	memset(&p->tasks[last], 0, sizeof(*t));
}

static void fill_hand(struct hand *hand, const struct task *t)
{
	hand->func = t->func;
	hand->items = t->items;
	hand->flags = t->flags;
	hand->bytes = t->bytes_out;
}

static void count_sent(struct model *m, struct pool *p, struct task *t, const struct frame_msg *f)
{
	struct func *func = func_get(m, p, t->func);
	struct job *job = job_get(m, p, t->key.job);

	p->totals.sent++;
	p->totals.bytes_out += f->bytes;
	if (f->bytes > p->totals.bytes_out_max)
		p->totals.bytes_out_max = f->bytes;
	series_add(&p->out_per_tick, f->bytes);
	load_move(p, f->h.t_ns, 0, !t->taken_ns);
	if (func) {
		func->sent++;
		func->bytes_out += f->bytes;
		pace_sent(p, func, t, f);
	}
	if (job) {
		unsent_before(m, p, job, f);
		if (!job->sent++ || f->h.t_ns < job->first_sent_ns)
			job->first_sent_ns = f->h.t_ns;
		job->func = t->func ? t->func : job->func;
	}
	items_sent(p, job, t, f);
}

/* Without its sent: it has one, or its reader has told them. */
static bool items_are_told(const struct pool *p, const struct task *t)
{
	return p->traits.unnumbered || t->summed;
}

/* Of a task that is sent and done, whichever was told first. result: NULL if it is not at hand. */
static void count_items(struct model *m, struct pool *p, struct worker *w, struct task *t,
	const struct frame_msg *result)
{
	items_ended(p, job_get(m, p, t->key.job), t, result);
	if (w)
		w->items += t->items;
}

int task_sent(struct model *m, struct pool *p, const struct frame_msg *f)
{
	struct task *t = task_find(p, key_of(f));
	struct worker *w;

	if (!t)
		t = task_add(m, p, key_of(f));
	if (!t || t->sent_ns)
		return 0;
	t->sent_ns = f->h.t_ns ? f->h.t_ns : 1;
	t->func = f->func ? f->func : t->func;
	t->flags = f->flags;
	t->bytes_out = f->bytes;
	if (!t->stage)
		t->stage = TASK_SENT;
	count_sent(m, p, t, f);
	p->last_sent_ns = p->last_progress_ns = f->h.t_ns;
	if (!t->taken_ns && !t->done_ns && !t->returned_ns) {
		t->task_ino = f->ino;
		queue_wait(p, f->ino, f->bytes);
	}
	if (!t->taken_ns)
		return 0;
	/* The reader was faster than the end of this write; the whole task may have been. */
	hist_add(&p->wait, since_ns(t->taken_ns, t->sent_ns));
	w = pool_find_worker(p, t->worker);
	if (w && w->hand.has && task_key_is(w->hand.key, t->key))
		fill_hand(&w->hand, t);
	if (t->done_ns && !items_are_told(p, t))
		count_items(m, p, w, t, NULL);
	if (t->done_ns && !t->named)
		task_name(m, p, t);
	if (t->failed)
		failure_named(p, t);
	if (t->done_ns && t->returned_ns)
		task_end(m, p, t, (struct past_end){OUTCOME_RETURNED, t->returned_ns});
	return 0;
}

int task_taken(struct model *m, struct pool *p, struct worker *w, const struct frame_msg *f)
{
	struct task *t = task_find(p, key_of(f));
	struct func *func;
	struct job *job;

	load_move(p, f->h.t_ns, !w->hand.has && !(f->flags & MSG_SUMMED),
		t && t->sent_ns && !t->taken_ns ? -1 : 0);
	if (!w->bytes_in)
		w->small_first = f->bytes < SMALL_BYTES;
	w->hand = (struct hand){
		.has = true,
		.key = key_of(f),
		.func = f->func,
		.items = f->items,
		.flags = f->flags,
		.since_ns = f->h.t_ns,
		.bytes = f->bytes,
	};
	if (!t)
		t = task_add(m, p, key_of(f));
	p->last_taken_ns = p->last_progress_ns = f->h.t_ns;
	if (!t || t->taken_ns)
		return 0;
	if (!t->sent_ns) {
		t->func = f->func;
		t->flags = f->flags;
		t->bytes_out = f->bytes;
		t->items = f->flags & MSG_CHUNKED ? f->items : 1;
		t->summed = is_told_in_part(m, p);
	}
	t->taken_ns = f->h.t_ns ? f->h.t_ns : 1;
	front_moves(p, t);
	leave_task_queue(p, t);
	t->pid = w->pid;
	t->worker = w->id;
	if (t->stage < TASK_TAKEN)
		t->stage = TASK_TAKEN;
	fill_hand(&w->hand, t);
	if (f->flags & MSG_SUMMED)
		return 0;
	p->totals.taken++;
	w->bytes_in += f->bytes;
	job = job_get(m, p, t->key.job);
	if (job)
		job->taken++;
	if (t->sent_ns)
		hist_add(&p->wait, since_ns(t->taken_ns, t->sent_ns));
	func = t->sent_ns ? func_get(m, p, t->func) : NULL;
	if (func)
		pace_taken(p, func, t, w->last_done_ns);
	return 0;
}

/* Of a task that is done: its function's part, for which its sent must have been seen. */
void task_name(struct model *m, struct pool *p, struct task *t)
{
	struct func *func = func_get(m, p, t->func);
	uint64_t run_ns = since_ns(t->done_ns, t->taken_ns);

	t->named = true;
	if (t->taken_ns)
		slow_add(p, t, run_ns);
	if (!func)
		return;
	func->tasks++;
	func->failed += t->failed;
	func->bytes_back += t->bytes_back;
	if (t->taken_ns)
		hist_add(&func->run, run_ns);
	func_spent(func, t);
	if (t->taken_ns && t->sent_ns)
		pace_done(p, func, t);
}

void task_bytes_back(struct pool *p, struct worker *w, uint64_t bytes)
{
	p->totals.bytes_back += bytes;
	if (bytes > p->totals.bytes_back_max)
		p->totals.bytes_back_max = bytes;
	series_add(&p->back_per_tick, bytes);
	if (w)
		w->bytes_out += bytes;
}

static void count_done(struct model *m, struct pool *p, struct worker *w, struct task *t,
	const struct frame_msg *f)
{
	struct job *job = job_get(m, p, t->key.job);
	uint64_t run_ns = since_ns(t->done_ns, t->taken_ns);

	p->totals.done++;
	series_add(&p->done_per_tick, 1);
	task_bytes_back(p, w, f->bytes);
	if (t->sent_ns)
		count_items(m, p, w, t, f);
	else if (items_are_told(p, t))
		w->items += t->items;
	if (job) {
		job->done++;
		job->failed += t->failed;
		job->last_done_ns = f->h.t_ns;
	}
	w->tasks++;
	p->totals.failed += t->failed;
	w->failed += t->failed;
	if (t->taken_ns) {
		w->first_run_ns = w->tasks == 1 ? run_ns : w->first_run_ns;
		hist_add(&p->run, run_ns);
		hist_add(&w->run, run_ns);
	}
	/* The write of it may end last of all, and only that says the function. */
	if (t->sent_ns || t->summed)
		task_name(m, p, t);
}

int task_done(struct model *m, struct pool *p, struct worker *w, const struct frame_msg *f)
{
	struct task *t = task_find(p, key_of(f));
	/* A thread of its own may send this one while it has the next in hand. */
	bool is_empty = task_key_is(w->hand.key, key_of(f)) ||
			(f->tid == f->h.pid && !p->traits.unnumbered);

	load_move(p, f->h.t_ns, is_empty ? -(int)w->hand.has : 0, 0);
	w->last_key = key_of(f);
	w->last_func = t && t->func ? t->func : w->hand.func;
	w->last_done_ns = f->h.t_ns;
	w->said_last = f->flags & MSG_LAST;
	if (is_empty)
		w->hand = (struct hand){0};
	if (!t && is_told_in_part(m, p)) {
		t = task_add(m, p, key_of(f));
		if (t)
			t->summed = true;
	}
	if (!t || t->done_ns)
		return 0;
	if (t->taken_ns > w->done_taken_ns)
		w->done_taken_ns = t->taken_ns;
	t->done_ns = f->h.t_ns ? f->h.t_ns : 1;
	t->bytes_back = f->bytes;
	t->failed = f->flags & MSG_FAILED;
	t->times = f->flags & (MSG_TIMES | MSG_EXACT);
	t->spent = f->spent;
	t->stage = TASK_DONE;
	leave_task_queue(p, t);
	count_done(m, p, w, t, f);
	p->last_progress_ns = f->h.t_ns;
	if (!t->returned_ns) {
		t->result_ino = f->ino;
		queue_wait(p, f->ino, f->bytes);
		return 0;
	}
	hist_add(&p->back, since_ns(t->returned_ns, t->done_ns));
	if (t->named)
		task_end(m, p, t, (struct past_end){OUTCOME_RETURNED, t->returned_ns});
	return 0;
}

/* Its worker holds another task, or none: the record of its done was lost. Unless a thread of the
 * worker's sends it, whose write may end after its parent has read. */
static bool done_was_missed(const struct model *m, struct pool *p, const struct task *t)
{
	const struct worker *w = pool_find_worker(p, t->worker);
	bool sends_late = p->traits.fed_results && w && !w->ended_ns && !m->lost_records;

	return t->taken_ns && !sends_late &&
	       !(w && w->hand.has && task_key_is(w->hand.key, t->key));
}

bool task_is_to_come(const struct model *m, const struct pool *p, const struct frame_msg *f)
{
	return p->traits.own_queues && is_all_told(m, p) && p->tasks_count < MODEL_TASKS &&
	       !task_find(p, key_of(f));
}

int task_returned(struct model *m, struct pool *p, const struct frame_msg *f)
{
	struct task *t = task_find(p, key_of(f));
	struct job *job;

	if (!t && is_told_in_part(m, p)) {
		p->totals.returned++;
		p->last_progress_ns = f->h.t_ns;
		return 0;
	}
	if (!t || t->returned_ns)
		return 0;
	p->totals.returned++;
	p->last_progress_ns = f->h.t_ns;
	results_read(p, t, f->h.t_ns);
	leave_task_queue(p, t);
	leave_result_queue(p, t);
	job = job_get(m, p, t->key.job);
	if (job)
		job->returned++;
	if (t->done_ns)
		hist_add(&p->back, since_ns(f->h.t_ns, t->done_ns));
	if (t->done_ns > p->front_done_ns)
		p->front_done_ns = t->done_ns;
	t->returned_ns = f->h.t_ns ? f->h.t_ns : 1;
	p->tasks_returned++;
	if (t->done_ns ? t->named : done_was_missed(m, p, t))
		task_end(m, p, t, (struct past_end){OUTCOME_RETURNED, t->returned_ns});
	return 0;
}
