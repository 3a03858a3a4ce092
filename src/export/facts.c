/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"

bool facts_messages(const struct model *m)
{
	return m->session.mode != MODE_PROC;
}

uint64_t facts_duration_ns(const struct model *m)
{
	/* Where watching came to its end, what it looked at then may be dated later. */
	uint64_t end = m->done ? m->done_ns : m->newest_ns;

	if (end < m->now_ns)
		end = m->now_ns;
	if (!m->session.h.kind || end < m->session.h.t_ns)
		return 0;
	return end - m->session.h.t_ns;
}

bool facts_probes(const struct model *m)
{
	return m->tick.h.kind && (m->session.mode == MODE_PROC || m->tick.probe_runs);
}

bool facts_shared(const struct model *m, const struct pool *p, uint64_t *ret_bytes)
{
	(void)m;
	if (!p->shared.h.kind)
		return false;
	*ret_bytes = p->shared_most_bytes;
	return true;
}

/* In the /proc mode nobody may have told on which cores the pool was. */
static bool knows_cores(const struct model *m, const struct pool *p)
{
	uint32_t i;

	if (m->session.mode != MODE_PROC)
		return true;
	for (i = 0; i < p->cores_count; i++)
		if (p->cores[i].workers_ns || p->cores[i].parent_ns)
			return true;
	return false;
}

bool facts_core(const struct model *m, const struct pool *p, uint32_t cpu, struct facts_core *ret)
{
	struct facts_core c = {0};
	uint64_t own;

	c.is_pool_known = cpu < p->cores_count && knows_cores(m, p);
	if (c.is_pool_known) {
		c.workers_ns = p->cores[cpu].workers_ns;
		c.parent_ns = p->cores[cpu].parent_ns;
	}
	own = c.workers_ns + c.parent_ns;
	c.is_cpu_known = cpu < m->cpus_count && m->cpus[cpu].seen;
	if (c.is_cpu_known) {
		c.idle_ns = m->cpus[cpu].idle_ns;
		c.steal_ns = m->cpus[cpu].steal_ns;
		if (m->cpus[cpu].busy_ns > own)
			c.other_ns = m->cpus[cpu].busy_ns - own;
	}
	if (!c.is_cpu_known && !own)
		return false;
	*ret = c;
	return true;
}

bool facts_start_ns(const struct model *m, const struct worker *w, uint64_t *ret_ns)
{
	if (!(w->known & 1u << STATE_START) || w->watched_ns > w->born_ns)
		return false;
	*ret_ns = worker_state_ns(w, STATE_START, w->ended_ns ? w->ended_ns : m->now_ns);
	return true;
}

struct death facts_end(const struct model *m, const struct pool *p, const struct worker *w)
{
	if (w->death >= 0 && (uint32_t)w->death < p->deaths_count &&
		p->deaths[w->death].worker == w->id)
		return p->deaths[w->death];
	return (struct death){
		.t_ns = w->ended_ns,
		.wall_ns = model_wall_ns(m, w->ended_ns),
		.pid = w->pid,
		.worker = w->id,
		.generation = w->generation,
		.end = w->end,
		.status = w->status,
		.status_known = w->end != END_UNKNOWN,
		.age_ns = w->ended_ns > w->born_ns ? w->ended_ns - w->born_ns : 0,
		.rss_bytes = w->rss_bytes,
		.rss_peak_bytes = w->rss_peak_bytes,
		.hand = w->hand,
		.state = w->state,
		.syscall = -1,
		.replaced_by = w->replaced_by,
	};
}

const char *facts_stack_source(const struct stack *s)
{
	if (!s)
		return NULL;
	return s->flags & STACK_AT_DEATH ? "at-death" : "sampled";
}
