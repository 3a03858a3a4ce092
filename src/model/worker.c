/* SPDX-License-Identifier: GPL-2.0-only */
/* Workers of a pool: added, found, asked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

void worker_release(struct worker *w)
{
	hist_release(&w->run);
	free(w->start);
	w->start = NULL;
}

uint32_t worker_index(const struct pool *p, uint32_t worker_id)
{
	uint32_t low = 0, high = p->workers_count;

	/* Ids rise by one: unless old ones have made room, this is the place. */
	if (high && worker_id >= p->workers[0].id) {
		low = worker_id - p->workers[0].id;
		if (low < high && p->workers[low].id == worker_id)
			return low;
		low = 0;
	}
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (p->workers[mid].id < worker_id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct worker *pool_find_worker(struct pool *p, uint32_t worker_id)
{
	uint32_t at = worker_index(p, worker_id);

	return at < p->workers_count && p->workers[at].id == worker_id ? &p->workers[at] : NULL;
}

const struct worker *pool_worker(const struct pool *p, uint32_t worker_id)
{
	uint32_t at = worker_index(p, worker_id);

	return at < p->workers_count && p->workers[at].id == worker_id ? &p->workers[at] : NULL;
}

/* Drops the oldest quarter of those that are gone; their times stay in the pool's sums. */
static void drop_oldest(struct pool *p)
{
	uint32_t drop = (p->workers_count - p->workers_alive) / 4, kept = 0;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		struct worker *w = &p->workers[i];

		if (!w->ended_ns || !drop) {
			p->workers[kept++] = *w;
			continue;
		}
		drop--;
		for (unsigned int s = 0; s < WORKER_STATES; s++)
			p->gone_state_ns[s] += w->state_ns[s];
		p->gone_gil_ns += w->gil_ns;
		p->gone_side_ns += w->side_ns;
		worker_release(w);
	}
	memset(&p->workers[kept], 0, (p->workers_count - kept) * sizeof(p->workers[0]));
	p->workers_count = kept;
	p->hists_released = 0;
}

void worker_unreplaced(struct pool *p, uint32_t worker_id)
{
	uint32_t n = p->unreplaced_count;

	if (n == MODEL_UNREPLACED)
		memmove(p->unreplaced, p->unreplaced + 1, --n * sizeof(p->unreplaced[0]));
	p->unreplaced[n] = worker_id;
	p->unreplaced_count = n + 1;
}

/* Place in `unreplaced` of the longest-gone worker that ended before this birth, or past the end.
 * In the /proc mode an end is seen up to two ticks late. */
static uint32_t vacancy(const struct model *m, const struct pool *p, uint64_t born_ns)
{
	uint64_t blind_ns = m->session.interval_ms * UINT64_C(2000000);
	uint32_t i = 0;

	for (; i < p->unreplaced_count; i++) {
		const struct worker *w = pool_worker(p, p->unreplaced[i]);

		if (w && w->ended_ns <= born_ns + (w->end == END_UNKNOWN ? blind_ns : 0))
			break;
	}
	return i;
}

bool pool_has_vacancy(const struct model *m, const struct pool *p, uint64_t born_ns)
{
	return vacancy(m, p, born_ns) < p->unreplaced_count;
}

static struct worker *predecessor(const struct model *m, struct pool *p, uint64_t born_ns)
{
	uint32_t i = vacancy(m, p, born_ns);
	struct worker *w;

	if (i == p->unreplaced_count)
		return NULL;
	w = pool_find_worker(p, p->unreplaced[i]);
	p->unreplaced_count--;
	memmove(p->unreplaced + i, p->unreplaced + i + 1,
		(p->unreplaced_count - i) * sizeof(p->unreplaced[0]));
	return w;
}

static void succeed(const struct model *m, struct pool *p, struct worker *w)
{
	struct worker *before = predecessor(m, p, w->born_ns);

	w->generation = 1;
	if (!before) {
		p->first_size++;
		return;
	}
	w->generation = before->generation + 1;
	before->replaced_by = w->pid;
	for (uint32_t i = p->deaths_count; i--;)
		if (p->deaths[i].worker == before->id)
			p->deaths[i].replaced_by = w->pid;
}

static struct worker *new_worker(struct model *m, struct pool *p)
{
	if (p->workers_count == MODEL_WORKERS) {
		m->dropped.workers += (p->workers_count - p->workers_alive) / 4;
		drop_oldest(p);
	}
	if (vec_grow(&p->workers, &p->workers_cap, p->workers_count,
		    (struct vec_shape){sizeof(*p->workers), MODEL_WORKERS}))
		return NULL;
	return &p->workers[p->workers_count++];
}

struct worker *model_add_worker(struct model *m, struct pool *p, struct proc *proc)
{
	struct worker *w = new_worker(m, p);
	bool found = proc->how != PROC_BORN;

	if (!w)
		return NULL;
	*w = (struct worker){
		.id = ++p->next_worker,
		.pid = proc->pid,
		.start_ns = proc->start_ns,
		.born_ns = proc_born_ns(proc),
		.death = -1,
		.state = found ? STATE_WAIT : STATE_START,
		.threads = proc->threads,
		.core = -1,
		.born_seen = proc->forked_ns != 0,
		.forked_by_tid = proc->forked_by_tid,
		.parent_threads = proc->parent_threads,
	};
	w->watched_ns = w->state_since_ns = found ? proc->seen_ns : w->born_ns;
	succeed(m, p, w);
	p->workers_alive++;
	if (p->workers_count == 1)
		p->first_tid = proc->forked_by_tid;
	p->from_start = p->from_start && !found;
	if (w->born_ns < p->started_ns)
		p->started_ns = w->born_ns;
	proc->pool = p->id;
	proc->worker = w->id;
	w->start = proc->start;
	proc->start = NULL;
	if (start_served(m, p, proc))
		return NULL;
	if (proc->work.h.kind)
		worker_work(w, &proc->work);
	if (proc->usage.h.kind)
		worker_usage(w, &proc->usage);
	return w;
}

void model_withdraw_worker(struct model *m, struct proc *proc)
{
	struct pool *p = model_find_pool(m, proc->pool);
	struct worker *w = p ? pool_find_worker(p, proc->worker) : NULL;
	uint32_t at;

	proc->pool = proc->worker = 0;
	if (!w)
		return;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].replaced_by == w->pid && p->workers[i].ended_ns <= w->born_ns) {
			p->workers[i].replaced_by = 0;
			worker_unreplaced(p, p->workers[i].id);
		}
	for (uint32_t i = 0; i < p->deaths_count; i++)
		if (p->deaths[i].replaced_by == w->pid)
			p->deaths[i].replaced_by = 0;
	if (w->generation == 1 && p->first_size)
		p->first_size--;
	if (!w->ended_ns)
		p->workers_alive--;
	free(proc->start);
	proc->start = w->start;
	w->start = NULL;
	worker_release(w);
	at = (uint32_t)(w - p->workers);
	p->workers_count--;
	memmove(w, w + 1, (p->workers_count - at) * sizeof(*w));
	memset(&p->workers[p->workers_count], 0, sizeof(*w));
}
