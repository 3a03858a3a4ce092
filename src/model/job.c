/* SPDX-License-Identifier: GPL-2.0-only */
/* Jobs of a pool: one call of map, apply_async or submit. */
#include <errno.h>
#include <string.h>

#include "model/inside.h"

/* Twice as many as promised are kept, so that the oldest half goes at once and seldom. */
static void drop_oldest(struct pool *p)
{
	for (uint32_t i = 0; i < MODEL_JOBS; i++)
		map_del(&p->jobs_by_id, (uint64_t)p->jobs[i].id);
	p->jobs_count -= MODEL_JOBS;
	p->jobs_dropped += MODEL_JOBS;
	memmove(p->jobs, p->jobs + MODEL_JOBS, p->jobs_count * sizeof(*p->jobs));
}

struct job *job_get(struct model *m, struct pool *p, int64_t id)
{
	uint32_t at;

	(void)m;
	if (p->traits.unnumbered)
		return NULL;
	if (map_get(&p->jobs_by_id, (uint64_t)id, &at))
		return &p->jobs[at - p->jobs_dropped];
	if (p->jobs_count == 2 * MODEL_JOBS)
		drop_oldest(p);
	if (vec_grow(&p->jobs, &p->jobs_cap, p->jobs_count,
		    (struct vec_shape){sizeof(*p->jobs), 2 * MODEL_JOBS}) ||
		map_put(&p->jobs_by_id, (uint64_t)id, p->jobs_count + p->jobs_dropped))
		return NULL;
	p->jobs[p->jobs_count] = (struct job){.id = id, .exact_chunk = -1, .chunk_last = -1};
	return &p->jobs[p->jobs_count++];
}
