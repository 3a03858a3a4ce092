/* SPDX-License-Identifier: GPL-2.0-only */
/* The pipes of a pool: which they are, and what goes through each. */
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

struct queue *queue_find(struct pool *p, uint64_t ino)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		if (p->queues[i].ino == ino)
			return &p->queues[i];
	return NULL;
}

const struct queue *pool_queue(const struct pool *p, uint64_t ino)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		if (p->queues[i].ino == ino)
			return &p->queues[i];
	return NULL;
}

struct pool *model_queue_pool(struct model *m, uint64_t ino, struct queue **ret_queue)
{
	struct pool *p = NULL;
	struct queue *q;
	uint32_t id;

	if (ino && map_get(&m->pool_by_ino, ino, &id))
		p = model_find_pool(m, id);
	q = p ? queue_find(p, ino) : NULL;
	if (!q)
		return NULL;
	if (ret_queue)
		*ret_queue = q;
	return p;
}

static struct pool *pool_in_role(struct model *m, uint64_t ino, enum queue_role role)
{
	struct queue *q;
	struct pool *p = model_queue_pool(m, ino, &q);

	return p && q->role == role ? p : NULL;
}

struct pool *model_task_pool(struct model *m, uint64_t ino)
{
	return pool_in_role(m, ino, QUEUE_TASKS);
}

struct pool *model_result_pool(struct model *m, uint64_t ino)
{
	return pool_in_role(m, ino, QUEUE_RESULTS);
}

static void forget(struct model *m, const struct pool *p, uint64_t ino)
{
	uint32_t id;

	if (map_get(&m->pool_by_ino, ino, &id) && id == p->id)
		map_del(&m->pool_by_ino, ino);
}

void queues_forget(struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		forget(m, p, p->queues[i].ino);
}

/* The oldest that only one worker used, and that one is gone. */
static bool make_room(struct model *m, struct pool *p)
{
	for (uint32_t i = 0; i < p->queues_count; i++) {
		struct queue *q = &p->queues[i];
		const struct worker *w = q->worker ? pool_worker(p, q->worker) : NULL;

		if (!q->worker || (w && !w->ended_ns))
			continue;
		forget(m, p, q->ino);
		free(q->answers);
		p->queues_count--;
		p->queues_dropped++;
		memmove(q, q + 1, (p->queues_count - i) * sizeof(*q));
		memset(&p->queues[p->queues_count], 0, sizeof(*q));
		return true;
	}
	return false;
}

int model_add_queue(struct model *m, struct pool *p, uint64_t ino, enum queue_role role)
{
	uint64_t *first = role == QUEUE_TASKS ? &p->task_ino : &p->result_ino;
	int ret;

	if (queue_find(p, ino))
		return 0;
	if (p->queues_count == MODEL_QUEUES && !make_room(m, p)) {
		m->dropped.queues++;
		return 0;
	}
	ret = vec_grow(&p->queues, &p->queues_cap, p->queues_count,
		(struct vec_shape){sizeof(*p->queues), MODEL_QUEUES});
	if (!ret)
		ret = map_put(&m->pool_by_ino, ino, p->id);
	if (ret)
		return ret;
	p->queues[p->queues_count++] = (struct queue){
		.ino = ino,
		.role = role,
		.id = ++p->next_queue,
	};
	if (!*first)
		*first = ino;
	return 0;
}

void queue_used_by(struct queue *q, uint32_t worker_id)
{
	if (q->shared || q->worker == worker_id)
		return;
	q->shared = q->worker != 0;
	q->worker = q->shared ? 0 : worker_id;
}

void queue_message(struct queue *q, const struct frame_msg *f)
{
	if (f->bytes > q->bytes_max)
		q->bytes_max = f->bytes;
	if (f->dir == MSG_READ) {
		q->read++;
		q->bytes_read += f->bytes;
		q->read_ns = f->h.t_ns;
		return;
	}
	q->written++;
	q->bytes_written += f->bytes;
	q->written_ns = f->h.t_ns;
	q->blocked_ns += f->blocked_us * UINT64_C(1000);
	series_add(&q->bytes_per_tick, f->bytes);
}

void queue_wait(struct pool *p, uint64_t ino, uint64_t bytes)
{
	struct queue *q = queue_find(p, ino);

	if (!q)
		return;
	q->bytes_waiting += bytes;
	if (q->bytes_waiting > q->bytes_waiting_max)
		q->bytes_waiting_max = q->bytes_waiting;
	if (++q->waiting > q->waiting_max)
		q->waiting_max = q->waiting;
}

void queue_wait_over(struct pool *p, uint64_t ino, uint64_t bytes)
{
	struct queue *q = queue_find(p, ino);

	if (!q || !q->waiting)
		return;
	q->waiting--;
	q->bytes_waiting -= bytes < q->bytes_waiting ? bytes : q->bytes_waiting;
}

void tick_queues(struct pool *p)
{
	for (uint32_t i = 0; i < p->queues_count; i++)
		series_close(&p->queues[i].bytes_per_tick);
}
