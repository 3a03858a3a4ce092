/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many items a task carries, by what is known of it (../shared/ref/wire-format.md 6): its own
 * message, the length of its result, another chunk of its job, an estimate. What was counted when
 * the task was sent is corrected when more is known, so that the totals end exact wherever that
 * can be.
 *
 * All chunks of a job but its last have the same size. So an exact chunk tells the size of the
 * job's chunks as soon as a later one was sent.
 */
#include "model/inside.h"

static void count(struct pool *p, struct job *j, uint32_t func, int64_t more)
{
	uint32_t at;

	p->totals.items += (uint64_t)more;
	if (j)
		j->items += (uint64_t)more;
	if (map_get(&p->funcs_by_name, func, &at) ||
		map_get(&p->funcs_by_name, MODEL_TEXT_OTHERS, &at))
		p->funcs[at].items += (uint64_t)more;
}

static void count_chunks(struct pool *p, uint32_t items, uint64_t chunks)
{
	unsigned int size = items ? 31 - (unsigned int)__builtin_clz(items) : 0;

	if (items)
		p->chunk_sizes[size] += chunks;
	else
		p->chunks_unsized += chunks;
}

static void settle_about(struct pool *p, struct job *j, uint32_t tasks)
{
	p->items_about -= tasks;
	p->totals.items_about = p->items_about != 0;
	if (!j)
		return;
	j->about -= tasks;
	j->items_about = j->about != 0;
}

/* 0: not known. */
static uint32_t chunk_size(const struct job *j)
{
	return j->exact_chunk >= 0 && j->exact_chunk < j->chunk_last ? j->exact_items : 0;
}

/* Chunks that have ended as estimates, now that the size of all but the last is known. */
static void settle_open(struct pool *p, struct job *j)
{
	uint32_t size = chunk_size(j);
	bool last_open = j->open_last == j->chunk_last;
	uint32_t tasks = j->open - last_open;
	uint64_t items = j->open_items - (last_open ? j->open_last_items : 0);

	if (!size || !j->open || !tasks)
		return;
	count(p, j, j->open_last_func, (int64_t)((uint64_t)tasks * size - items));
	settle_about(p, j, tasks);
	count_chunks(p, size, tasks);
	p->chunks_unsized -= tasks;
	j->open = last_open;
	j->open_items = last_open ? j->open_last_items : 0;
}

static void learn(struct pool *p, struct job *j, const struct task *t)
{
	if (!j || !(t->flags & MSG_CHUNKED))
		return;
	if (!j->chunk_items_min || t->items < j->chunk_items_min)
		j->chunk_items_min = t->items;
	if (t->items > j->chunk_items_max)
		j->chunk_items_max = t->items;
	if (j->exact_chunk < 0 || t->key.chunk < j->exact_chunk) {
		j->exact_chunk = t->key.chunk;
		j->exact_items = t->items;
	}
	settle_open(p, j);
}

void items_sent(struct pool *p, struct job *j, struct task *t, const struct frame_msg *f)
{
	if (j && t->key.chunk > j->chunk_last)
		j->chunk_last = t->key.chunk;
	t->items = f->items;
	t->items_about = false;
	if (!(f->flags & MSG_CHUNKED))
		t->items = 1;
	else if (!(f->flags & MSG_ITEMS) || (f->flags & MSG_ITEMS_ABOUT))
		t->items_about = true;
	if (t->items_about && j && chunk_size(j))
		t->items = chunk_size(j);
	count(p, j, t->func, t->items);
	if (!t->items_about) {
		learn(p, j, t);
		return;
	}
	p->items_about++;
	p->totals.items_about = true;
	if (!j)
		return;
	j->about++;
	j->items_about = true;
	settle_open(p, j);
}

static void leave_open(struct job *j, const struct task *t)
{
	j->open++;
	j->open_items += t->items;
	if (j->open > 1 && t->key.chunk < j->open_last)
		return;
	j->open_last = t->key.chunk;
	j->open_last_items = t->items;
	j->open_last_func = t->func;
}

void items_ended(struct pool *p, struct job *j, struct task *t, const struct frame_msg *result)
{
	const uint32_t exact = MSG_CHUNKED | MSG_ITEMS;
	uint32_t items = 0;

	if (!t->items_about) {
		if (t->flags & MSG_CHUNKED)
			count_chunks(p, t->items, 1);
		return;
	}
	if (result && (result->flags & exact) == exact)
		items = result->items;
	else if (j && t->key.chunk < j->chunk_last)
		items = chunk_size(j);
	count_chunks(p, items, 1);
	if (!items) {
		if (j)
			leave_open(j, t);
		return;
	}
	count(p, j, t->func, (int64_t)items - t->items);
	t->items = items;
	t->items_about = false;
	settle_about(p, j, 1);
	learn(p, j, t);
}
