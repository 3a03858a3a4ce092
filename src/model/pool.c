/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools: made, found, ended, and what views ask of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

void pool_release(struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++)
		worker_release(&p->workers[i]);
	for (uint32_t i = 0; i < p->funcs_count; i++)
		hist_release(&p->funcs[i].run);
	for (uint32_t i = 0; i < p->failures_count; i++) {
		free(p->failures[i].exception);
		free(p->failures[i].message);
		free(p->failures[i].traceback);
	}
	for (uint32_t i = 0; i < p->deaths_count; i++)
		free(p->deaths[i].stderr_tail);
	free(p->workers);
	free(p->tasks);
	free(p->funcs);
	free(p->jobs);
	free(p->deaths);
	free(p->failures);
	free(p->findings);
	free(p->cores);
	free(p->server);
	for (uint32_t i = 0; i < p->queues_count; i++)
		free(p->queues[i].answers);
	free(p->queues);
	profile_release(&p->profile);
	map_release(&p->tasks_by_key);
	map_release(&p->funcs_by_name);
	map_release(&p->jobs_by_id);
	hist_release(&p->wait);
	hist_release(&p->run);
	hist_release(&p->back);
	memset(p, 0, sizeof(*p));
}

struct pool *model_parent_pool(struct model *m, uint32_t parent_pid)
{
	for (uint32_t i = m->pools_count; i--;)
		if (m->pools[i].pid == parent_pid && !m->pools[i].ended_ns)
			return &m->pools[i];
	return NULL;
}

static void remove_pool(struct model *m, uint32_t i)
{
	for (uint32_t k = 0; k < m->procs_count; k++)
		if (m->procs[k].pool == m->pools[i].id)
			m->procs[k].pool = m->procs[k].worker = 0;
	queues_forget(m, &m->pools[i]);
	pool_release(&m->pools[i]);
	m->pools_count--;
	memmove(&m->pools[i], &m->pools[i + 1], (m->pools_count - i) * sizeof(m->pools[0]));
	memset(&m->pools[m->pools_count], 0, sizeof(m->pools[0]));
}

/* The oldest that is gone makes room. */
static bool make_room(struct model *m)
{
	uint32_t i = 0;

	while (i < m->pools_count && !m->pools[i].ended_ns)
		i++;
	if (i == m->pools_count)
		return false;
	past_pool(m, &m->pools[i]);
	remove_pool(m, i);
	return true;
}

void model_dissolve_pool(struct model *m, struct pool *p)
{
	m->dissolved[m->dissolved_count++ % MODEL_DISSOLVED] = p->id;
	model_forget_events(m, p->id);
	for (uint32_t i = 0; i < p->deaths_count; i++)
		stacks_forget(m, &p->deaths[i].stacks);
	remove_pool(m, (uint32_t)(p - m->pools));
}

struct pool *model_add_pool(
	struct model *m, struct pool_form form, const struct proc *parent, uint64_t t_ns)
{
	struct pool *p;

	if (m->pools_count == MODEL_POOLS && !make_room(m)) {
		m->dropped.pools++;
		return NULL;
	}
	if (vec_grow(&m->pools, &m->pools_cap, m->pools_count,
		    (struct vec_shape){sizeof(*m->pools), MODEL_POOLS}))
		return NULL;
	p = &m->pools[m->pools_count++];
	*p = (struct pool){
		.id = ++m->next_pool,
		.kind = form.kind,
		.traits = form.traits,
		.pid = parent->pid,
		.parent_start_ns = parent->start_ns,
		.command = parent->cmd,
		.python = parent->python,
		.user = parent->user,
		.cgroup = parent->cgroup,
		.started_ns = t_ns,
		.seen_ns = t_ns,
		.from_start = true,
		.state = POOL_STARTING,
	};
	model_add_event(m, EVENT_POOL, p->id, p->pid, t_ns);
	return p;
}

void model_end_pool(struct model *m, struct pool *p, uint64_t t_ns)
{
	p->ended_ns = t_ns ? t_ns : 1;
	p->state = POOL_GONE;
	pool_set_stall(m, p, &(struct stall){0});
	model_add_event(m, EVENT_POOL_GONE, p->id, p->pid, t_ns);
}

uint32_t pool_waiting(const struct pool *p, uint64_t now_ns, uint64_t *ret_oldest_ns)
{
	uint64_t oldest_ns = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->tasks_count && !p->ended_ns; i++) {
		const struct task *t = &p->tasks[i];

		if (t->taken_ns || t->done_ns || t->returned_ns)
			continue;
		n++;
		if (since_ns(now_ns, t->sent_ns) > oldest_ns)
			oldest_ns = since_ns(now_ns, t->sent_ns);
	}
	if (ret_oldest_ns)
		*ret_oldest_ns = oldest_ns;
	if (p->summed && !p->ended_ns && p->totals.sent > p->totals.taken + n)
		n = (uint32_t)(p->totals.sent - p->totals.taken);
	return n;
}

bool pool_only_sends(const struct pool *p)
{
	return p->traits.unnumbered && !p->task_ino && p->result_ino;
}

uint64_t pool_in_flight(const struct pool *p)
{
	const struct totals *t = &p->totals;

	if (p->summed)
		return since_ns(t->sent, t->returned + t->lost);
	return p->tasks_count - p->tasks_returned;
}

void pool_state_ns(const struct pool *p, uint64_t now_ns, uint64_t ret_ns[WORKER_STATES])
{
	for (unsigned int s = 0; s < WORKER_STATES; s++)
		ret_ns[s] = p->gone_state_ns[s];
	for (uint32_t i = 0; i < p->workers_count; i++)
		for (unsigned int s = 0; s < WORKER_STATES; s++)
			ret_ns[s] += worker_state_ns(&p->workers[i], (enum worker_state)s, now_ns);
}

bool pool_gil_ns(const struct pool *p, uint64_t *ret_ns)
{
	uint64_t sum_ns = p->gone_gil_ns;
	bool known = sum_ns;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		sum_ns += p->workers[i].gil_ns;
		known |= p->workers[i].gil_known;
	}
	if (known)
		*ret_ns = sum_ns;
	return known;
}

uint64_t pool_side_ns(const struct pool *p)
{
	uint64_t sum_ns = p->gone_side_ns;

	for (uint32_t i = 0; i < p->workers_count; i++)
		sum_ns += p->workers[i].side_ns;
	return sum_ns;
}

static bool worse(const struct finding *a, const struct finding *b)
{
	return a->severity > b->severity;
}

int pool_set_findings(struct pool *p, const struct finding *list, uint32_t count)
{
	struct finding *sorted = count ? calloc(count, sizeof(*sorted)) : NULL;

	if (count && !sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct finding f = list[i];
		uint32_t at = i;

		for (uint32_t k = 0; k < p->findings_count; k++)
			if (!strcmp(p->findings[k].id, f.id) && p->findings[k].subject == f.subject)
				f.since_ns = p->findings[k].since_ns;
		for (; at && worse(&f, &sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = f;
	}
	free(p->findings);
	p->findings = sorted;
	p->findings_count = p->findings_cap = count;
	return 0;
}
