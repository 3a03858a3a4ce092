/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of a model that was read and not folded. */
#include <errno.h>

#include "model/inside.h"

/* A key that is there already is a mistake. */
static int enter(struct map *map, uint64_t key, uint32_t value)
{
	return map_get(map, key, NULL) ? -EBADMSG : map_put(map, key, value);
}

static int remap_pool(struct pool *p)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < p->tasks_count; i++)
		ret = enter(&p->tasks_by_key, task_hash(p->tasks[i].key), i);
	for (uint32_t i = 0; !ret && i < p->funcs_count; i++)
		ret = enter(&p->funcs_by_name, p->funcs[i].name, i);
	for (uint32_t i = 0; !ret && i < p->jobs_count; i++)
		ret = enter(&p->jobs_by_id, (uint64_t)p->jobs[i].id, i + p->jobs_dropped);
	for (uint32_t i = 0; !ret && i < p->profile.count; i++)
		ret = enter(&p->profile.by_key, sampled_key(&p->profile.list[i]), i);
	return ret;
}

int model_remap(struct model *m)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < m->procs_count; i++)
		ret = enter(&m->procs_by_pid, m->procs[i].pid, i);
	for (uint32_t i = 0; !ret && i < m->pools_count; i++)
		ret = remap_pool(&m->pools[i]);
	return ret;
}
