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

static void strip_add(struct core_strip *s, uint64_t ns, uint64_t all_ns)
{
	double share = all_ns ? (double)ns / (double)all_ns : 0;

	s->share[s->head] = (uint8_t)((share < 1 ? share : 1) * CORE_SHARE_ALL + 0.5);
	s->head = (uint8_t)((s->head + 1) % MODEL_CORE_STRIP);
	if (s->count < MODEL_CORE_STRIP)
		s->count++;
}

/* Mean of some ticks; what is not there counts as 0. */
static double strip_mean(const struct core_strip *s, struct core_span span)
{
	double sum = 0;

	for (uint32_t i = span.back; i < span.back + span.ticks && i < s->count; i++)
		sum += s->share[(s->head + 2 * MODEL_CORE_STRIP - 1 - i) % MODEL_CORE_STRIP];
	return span.ticks ? sum / span.ticks / CORE_SHARE_ALL : 0;
}

bool model_core_shares(const struct model *m, const struct pool *p, uint32_t cpu,
	struct core_span span, struct core_shares *ret_shares)
{
	const struct cpu *c = cpu < m->cpus_count ? &m->cpus[cpu] : NULL;
	struct core_shares x = {0};
	double busy;

	if (!c || span.back >= c->busy.count)
		return false;
	if (span.ticks > c->busy.count - span.back)
		span.ticks = c->busy.count - span.back;
	if (cpu < p->cores_count) {
		x.workers = strip_mean(&p->cores[cpu].workers, span);
		x.parent = strip_mean(&p->cores[cpu].parent, span);
	}
	busy = strip_mean(&c->busy, span);
	x.steal = strip_mean(&c->steal, span);
	/* Two clocks, read one after the other, may differ by a little: no share is below 0. */
	x.other = busy > x.workers + x.parent ? busy - x.workers - x.parent : 0;
	x.idle = 1 - x.workers - x.parent - x.other - x.steal;
	x.idle = x.idle > 0 ? x.idle : 0;
	*ret_shares = x;
	return true;
}

void tick_cpus(struct model *m)
{
	for (uint32_t i = 0; i < m->cpus_count; i++) {
		struct cpu *c = &m->cpus[i];
		uint64_t all;

		c->busy_tick_ns = since_ns(c->busy_ns, c->busy_last_ns);
		c->idle_tick_ns = since_ns(c->idle_ns, c->idle_last_ns);
		c->steal_tick_ns = since_ns(c->steal_ns, c->steal_last_ns);
		c->busy_last_ns = c->busy_ns;
		c->idle_last_ns = c->idle_ns;
		c->steal_last_ns = c->steal_ns;
		all = c->busy_tick_ns + c->idle_tick_ns + c->steal_tick_ns;
		if (!all)
			continue;
		strip_add(&c->busy, c->busy_tick_ns, all);
		strip_add(&c->steal, c->steal_tick_ns, all);
	}
}

void tick_cores(const struct model *m, struct pool *p)
{
	for (uint32_t i = 0; i < p->cores_count; i++) {
		const struct cpu *cpu = i < m->cpus_count ? &m->cpus[i] : NULL;
		struct pool_core *c = &p->cores[i];
		uint64_t all = cpu ? cpu->busy_tick_ns + cpu->idle_tick_ns + cpu->steal_tick_ns : 0;

		c->workers_tick_ns = since_ns(c->workers_ns, c->workers_last_ns);
		c->parent_tick_ns = since_ns(c->parent_ns, c->parent_last_ns);
		c->workers_last_ns = c->workers_ns;
		c->parent_last_ns = c->parent_ns;
		if (!all)
			continue;
		strip_add(&c->workers, c->workers_tick_ns, all);
		strip_add(&c->parent, c->parent_tick_ns, all);
	}
}
