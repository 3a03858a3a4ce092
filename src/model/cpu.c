/* SPDX-License-Identifier: GPL-2.0-only */
/* Cores: in all, and for one pool. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

static int reach_cpu(struct model *m, uint32_t cpu)
{
	struct cpu *cpus;

	if (cpu < m->cpus_count)
		return 0;
	cpus = reallocarray(m->cpus, cpu + 1, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	memset(cpus + m->cpus_count, 0, (cpu + 1 - m->cpus_count) * sizeof(*cpus));
	m->cpus = cpus;
	m->cpus_count = cpu + 1;
	return 0;
}

int apply_cpu(struct model *m, const struct frame *f)
{
	const struct frame_cpu *c = (const struct frame_cpu *)f;
	struct cpu *cpu;
	int ret;

	if (c->cpu >= MODEL_CPUS) {
		m->dropped.bad_frames++;
		return 0;
	}
	ret = reach_cpu(m, c->cpu);
	if (ret)
		return ret;
	cpu = &m->cpus[c->cpu];
	cpu->seen = true;
	cpu->busy_ns = c->busy_ns;
	cpu->idle_ns = c->idle_ns;
	cpu->steal_ns = c->steal_ns;
	return 0;
}

static int reach_core(struct pool *p, uint32_t cpu)
{
	struct pool_core *cores;

	if (cpu < p->cores_count)
		return 0;
	cores = reallocarray(p->cores, cpu + 1, sizeof(*cores));
	if (!cores)
		return -ENOMEM;
	memset(cores + p->cores_count, 0, (cpu + 1 - p->cores_count) * sizeof(*cores));
	p->cores = cores;
	p->cores_count = cpu + 1;
	return 0;
}

int apply_core(struct model *m, const struct frame *f)
{
	const struct frame_core *c = (const struct frame_core *)f;
	struct pool *p = model_parent_pool(m, c->h.pid);
	struct pool_core *core;
	int ret;

	if (c->cpu >= MODEL_CPUS)
		m->dropped.bad_frames++;
	if (!p || c->cpu >= MODEL_CPUS)
		return 0;
	ret = reach_core(p, c->cpu);
	if (ret)
		return ret;
	core = &p->cores[c->cpu];
	if (!core->seen) {
		/* A pool that is recognised late must not show all it did before as one tick's. */
		core->workers_last_ns = p->from_start ? 0 : c->workers_ns;
		core->parent_last_ns = p->from_start ? 0 : c->parent_ns;
	}
	core->seen = true;
	core->workers_ns = c->workers_ns;
	core->parent_ns = c->parent_ns;
	return 0;
}

void tick_cpus(struct model *m)
{
	for (uint32_t i = 0; i < m->cpus_count; i++) {
		struct cpu *c = &m->cpus[i];

		c->busy_tick_ns = since_ns(c->busy_ns, c->busy_last_ns);
		c->idle_tick_ns = since_ns(c->idle_ns, c->idle_last_ns);
		c->steal_tick_ns = since_ns(c->steal_ns, c->steal_last_ns);
		c->busy_last_ns = c->busy_ns;
		c->idle_last_ns = c->idle_ns;
		c->steal_last_ns = c->steal_ns;
	}
}
