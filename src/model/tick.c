/* SPDX-License-Identifier: GPL-2.0-only */
/* The session and its time. */
#include "base/text.h"
#include "model/inside.h"

/* The parent reads what is left of the results when the last worker is gone already. */
#define LATE_NS UINT64_C(1000000000)

int apply_session(struct model *m, const struct frame *f)
{
	const struct frame_session *s = (const struct frame_session *)f;

	m->session = *s;
	text_clean(m->host, sizeof(m->host), s->host, sizeof(s->host), 0);
	text_clean(m->kernel, sizeof(m->kernel), s->kernel, sizeof(s->kernel), 0);
	text_clean(m->version, sizeof(m->version), s->version, sizeof(s->version), 0);
	if (f->t_ns > m->now_ns)
		m->now_ns = f->t_ns;
	return 0;
}

void tick_pool(struct model *m, struct pool *p)
{
	if (p->ended_ns && p->ended_ns + LATE_NS < m->now_ns)
		queues_forget(m, p);
	series_close(&p->done_per_tick);
	series_close(&p->out_per_tick);
	series_close(&p->back_per_tick);
	tick_queues(p);
	tick_tasks(m, p);
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns)
			tick_worker(m, &p->workers[i]);
	tick_cores(m, p);
	tick_shared(m, p);
	tick_load(m, p);
	tick_pace(m, p);
	tick_sums(p);
}

int apply_tick(struct model *m, const struct frame *f)
{
	const struct frame_tick *tick = (const struct frame_tick *)f;

	m->tick_ns = m->tick.h.kind ? since_ns(f->t_ns, m->tick.h.t_ns) : 0;
	m->tick = *tick;
	m->now_ns = f->t_ns;
	tick_cpus(m);
	for (uint32_t i = 0; i < m->pools_count; i++)
		tick_pool(m, &m->pools[i]);
	pending_rest(m);
	return 0;
}

int apply_lost(struct model *m, const struct frame *f)
{
	m->lost_records += ((const struct frame_lost *)f)->count;
	return 0;
}

int apply_done(struct model *m, const struct frame *f)
{
	m->done = true;
	m->done_ns = f->t_ns;
	for (uint32_t i = 0; i < m->pools_count; i++)
		for (uint32_t k = 0; k < m->pools[i].tasks_count; k++)
			if (m->pools[i].tasks[k].done_ns && !m->pools[i].tasks[k].named)
				task_name(m, &m->pools[i], &m->pools[i].tasks[k]);
	return 0;
}
