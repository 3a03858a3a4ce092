/* SPDX-License-Identifier: GPL-2.0-only */
/* The model as a whole: made, released, looked up. */
#include "model/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

int model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->events = calloc(MODEL_EVENTS, sizeof(*m->events));
	return m->events ? 0 : -ENOMEM;
}

void model_release(struct model *m)
{
	for (uint32_t i = 0; i < m->texts_cap; i++)
		free(m->texts[i]);
	free(m->texts);
	for (uint32_t i = 0; i < m->procs_count; i++) {
		free(m->procs[i].stderr_tail);
		free(m->procs[i].waits);
		free(m->procs[i].start);
	}
	free(m->procs);
	map_release(&m->procs_by_pid);
	for (uint32_t i = 0; i < m->pools_count; i++)
		pool_release(&m->pools[i]);
	free(m->pools);
	map_release(&m->pool_by_ino);
	stacks_release(m);
	traces_release(m);
	free(m->cpus);
	free(m->events);
	free(m->pending);
	for (uint32_t i = 0; i < m->early_count; i++)
		failure_release(&m->early[i]);
	free(m->early);
	free(m->gone);
	free(m->past);
	memset(m, 0, sizeof(*m));
}

const struct proc *model_proc(const struct model *m, uint32_t pid)
{
	uint32_t at;

	if (!map_get(&m->procs_by_pid, pid, &at) || m->procs[at].gone)
		return NULL;
	return &m->procs[at];
}

/* Ids rise by one, and seldom does one make room: the place is nearly always id - first id. */
static uint32_t pool_index(const struct model *m, uint32_t id)
{
	uint32_t low = 0, high = m->pools_count;

	if (high && id >= m->pools[0].id && id - m->pools[0].id < high &&
		m->pools[id - m->pools[0].id].id == id)
		return id - m->pools[0].id;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (m->pools[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct pool *model_find_pool(struct model *m, uint32_t id)
{
	uint32_t at = pool_index(m, id);

	return at < m->pools_count && m->pools[at].id == id ? &m->pools[at] : NULL;
}

const struct pool *model_pool(const struct model *m, uint32_t id)
{
	uint32_t at = pool_index(m, id);

	return at < m->pools_count && m->pools[at].id == id ? &m->pools[at] : NULL;
}

const struct pool *model_pool_of(const struct model *m, uint32_t pid)
{
	const struct proc *proc = model_proc(m, pid);
	const struct pool *works_for = NULL;

	for (uint32_t i = m->pools_count; i--;)
		if (m->pools[i].pid == pid)
			return &m->pools[i];
	if (proc)
		return model_pool(m, proc->pool);
	for (uint32_t i = m->pools_count; i-- && !works_for;)
		for (uint32_t w = m->pools[i].workers_count; w-- && !works_for;)
			if (m->pools[i].workers[w].pid == pid)
				works_for = &m->pools[i];
	return works_for;
}

uint64_t model_wall_ns(const struct model *m, uint64_t t_ns)
{
	uint64_t at_ns = m->tick.h.kind ? m->tick.h.t_ns : m->session.h.t_ns;
	uint64_t wall_ns = m->tick.h.kind ? m->tick.wall_ns : m->session.wall_ns;

	return wall_ns + (t_ns - at_ns);
}
