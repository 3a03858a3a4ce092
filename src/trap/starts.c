/* SPDX-License-Identifier: GPL-2.0-only */
#include "trap/starts.h"

#define HARDLY_IDLE 0.1 /* of all core time */

void starts_add(struct starts *s, const struct model *m, const struct worker *w)
{
	uint64_t hand_ns =
		w->state_ns[STATE_RUN] + w->state_ns[STATE_UNPICKLE] + w->state_ns[STATE_PICKLE];

	s->start_ns += (double)worker_state_ns(w, STATE_START, m->now_ns);
	s->cores_ns += w->cpu_ns > hand_ns ? (double)(w->cpu_ns - hand_ns) : 0;
}

/* While the pool had work; until it has had some, since watching began. */
static bool is_machine_busy(const struct model *m, const struct pool *p)
{
	double idle_ns = (double)p->load.sums.idle_ns;
	double all_ns = m->session.cpus * (double)p->load.sums.ns;

	for (uint32_t i = 0; i < m->cpus_count && !p->load.sums.ns; i++) {
		idle_ns += (double)m->cpus[i].idle_ns;
		all_ns += (double)m->cpus[i].idle_ns + (double)m->cpus[i].busy_ns;
	}
	return idle_ns < HARDLY_IDLE * all_ns;
}

double starts_own(const struct starts *s, const struct model *m, const struct pool *p)
{
	if (m->session.mode != MODE_BPF || s->cores_ns >= s->start_ns || !is_machine_busy(m, p))
		return 1;
	return s->cores_ns / s->start_ns;
}
