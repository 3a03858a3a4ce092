/* SPDX-License-Identifier: GPL-2.0-only */
/* The starts of several workers, summed up. */
#include <string.h>

#include "model/inside.h"

static uint64_t sum_ns(const struct start *s)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < START_PHASES; i++)
		sum += s->phase_ns[i];
	return sum;
}

void start_sum_add(struct start_sum *sum, const struct start *s)
{
	for (unsigned int i = 0; i < START_PHASES; i++)
		sum->all.phase_ns[i] += s->phase_ns[i];
	for (uint32_t i = 0; i < s->modules_count; i++)
		start_add_module(&sum->all, &s->modules[i], s->modules[i].self_ns);
	if (s->initializer)
		sum->all.initializer = s->initializer;
	sum->workers++;
	sum->total_ns += sum_ns(s);
}

void pool_starts(const struct model *m, const struct pool *p, struct start_sum *ret)
{
	struct start_sum sum = {0};

	for (uint32_t i = 0; i < p->workers_count; i++) {
		struct start s;

		if (worker_start(m, p, &p->workers[i], &s))
			start_sum_add(&sum, &s);
	}
	start_sort_modules(&sum.all);
	*ret = sum;
}

uint32_t program_pools(const struct model *m, const struct pool *p)
{
	uint32_t pools = 0;

	for (uint32_t i = 0; i < m->pools_count && m->pools[i].id <= p->id; i++)
		pools += m->pools[i].pid == p->pid &&
			 m->pools[i].parent_start_ns == p->parent_start_ns;
	return pools;
}
