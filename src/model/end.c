/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a worker: its last sums, the task it took along, and for a death the certificate. */
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

static void last_sums(struct worker *w, const struct frame_exit *exit)
{
	uint64_t sum_ns = 0;

	for (unsigned int s = 0; s < WORKER_STATES; s++)
		sum_ns += exit->state_ns[s];
	if (sum_ns) {
		memcpy(w->state_ns, exit->state_ns, sizeof(w->state_ns));
		w->known = exit->known & STATES_ALL;
		w->cpu_ns = exit->cpu_ns;
		w->gil_ns = exit->gil_ns;
		w->gil_known = exit->flags & EXIT_GIL_KNOWN;
		if (!w->born_seen)
			w->watched_ns = since_ns(exit->h.t_ns, sum_ns);
	} else {
		w->state_ns[w->state] += since_ns(exit->h.t_ns, w->state_since_ns);
		w->cpu_ns = exit->cpu_ns > w->cpu_ns ? exit->cpu_ns : w->cpu_ns;
	}
	w->state_since_ns = exit->h.t_ns;
	if (exit->state < WORKER_STATES && !(exit->flags & EXIT_STATUS_UNKNOWN))
		w->state = (enum worker_state)exit->state;
	if (exit->rss_peak_bytes > w->rss_peak_bytes)
		w->rss_peak_bytes = exit->rss_peak_bytes;
}

/* A pool that lives on for weeks has many gone workers; 5 KiB each would add up. */
static void trim_hists(struct pool *p)
{
	uint32_t gone = p->workers_count - p->workers_alive;

	while (gone > MODEL_GONE_HISTS && p->hists_released + MODEL_GONE_HISTS < p->workers_count) {
		struct worker *w = &p->workers[p->hists_released];

		if (!w->ended_ns)
			break;
		free(w->run.buckets);
		w->run.buckets = NULL;
		p->hists_released++;
		if (p->workers_count - p->hists_released <= p->workers_alive + MODEL_GONE_HISTS)
			break;
	}
}

/* The oldest quarter makes room; workers point into this list by index. */
static void drop_deaths(struct model *m, struct pool *p)
{
	uint32_t drop = MODEL_DEATHS / 4;

	for (uint32_t i = 0; i < drop; i++) {
		stacks_forget(m, &p->deaths[i].stacks);
		free(p->deaths[i].stderr_tail);
	}
	p->deaths_count -= drop;
	memmove(p->deaths, p->deaths + drop, p->deaths_count * sizeof(*p->deaths));
	for (uint32_t i = 0; i < p->workers_count; i++) {
		struct worker *w = &p->workers[i];

		w->death = w->death < (int32_t)drop ? -1 : w->death - (int32_t)drop;
	}
}

static uint64_t age_ns(const struct worker *w, const struct proc *proc, uint64_t t_ns)
{
	return since_ns(t_ns, proc->forked_ns ? proc->forked_ns : w->born_ns);
}

static void point_to(struct pool *p, uint32_t i)
{
	struct worker *w = pool_find_worker(p, p->deaths[i].worker);

	if (w)
		w->death = (int32_t)i;
}

/* A death whose proof came late stands where it belongs by its time. */
static void sort_newest(struct pool *p)
{
	uint32_t i = p->deaths_count - 1;

	for (; i && p->deaths[i - 1].t_ns > p->deaths[i].t_ns; i--) {
		struct death later = p->deaths[i - 1];

		p->deaths[i - 1] = p->deaths[i];
		p->deaths[i] = later;
		point_to(p, i);
	}
	point_to(p, i);
}

int death_add(struct model *m, struct pool *p, const struct death *d)
{
	int ret;

	if (p->deaths_count == MODEL_DEATHS)
		drop_deaths(m, p);
	ret = vec_grow(&p->deaths, &p->deaths_cap, p->deaths_count,
		(struct vec_shape){sizeof(*p->deaths), MODEL_DEATHS});
	if (ret)
		return ret;
	p->deaths[p->deaths_count++] = *d;
	sort_newest(p);
	return 0;
}

/* The certificate takes the process's stacks and last words over. */
static int add_death(struct model *m, struct pool *p, struct worker *w, struct proc *proc,
	const struct frame_exit *exit)
{
	const struct signal_seen *sent = proc_signal(proc, exit->status & 0x7f);
	const struct death d = {
		.t_ns = exit->h.t_ns,
		.wall_ns = model_wall_ns(m, exit->h.t_ns),
		.pid = w->pid,
		.worker = w->id,
		.generation = w->generation,
		.end = w->end,
		.status = exit->status,
		.status_known = !(exit->flags & EXIT_STATUS_UNKNOWN),
		.sender = (exit->status & 0x7f) && sent ? *sent : (struct signal_seen){0},
		.oom = proc->oom,
		.age_ns = age_ns(w, proc, exit->h.t_ns),
		.rss_bytes = w->rss_bytes ? w->rss_bytes : proc->oom.rss_bytes,
		.rss_peak_bytes = w->rss_peak_bytes,
		.memory = w->memory,
		.hand = w->hand,
		.state = w->state,
		.syscall = exit->syscall,
		.syscall_ino = exit->syscall_ino,
		.stacks = proc->stacks,
		.stderr_tail = proc->stderr_tail,
	};
	int ret = death_add(m, p, &d);

	if (ret)
		return ret;
	proc->stacks.count = 0;
	proc->stderr_tail = NULL;
	model_add_event(m, EVENT_DEATH, p->id, w->pid, exit->h.t_ns);
	return 0;
}

static void count_stillborn(struct pool *p, const struct worker *w)
{
	/* One that had waited for work had started well, whoever ended it. */
	if (pool_only_sends(p) || w->tasks || w->hand.has || w->state_ns[STATE_WAIT] ||
		w->bytes_in || !w->born_seen || w->told_to_end || p->closing ||
		w->end == END_TERMINATED || w->end == END_UNKNOWN)
		return;
	p->stillborn++;
	if (!p->stillborn_first_ns)
		p->stillborn_first_ns = w->ended_ns;
	p->stillborn_last_ns = w->ended_ns;
	if (w->generation > p->stillborn_generation)
		p->stillborn_generation = w->generation;
}

int model_end_worker(
	struct model *m, struct proc *proc, const struct frame_exit *exit, struct ending ending)
{
	struct pool *p = model_find_pool(m, proc->pool);
	struct worker *w = p ? pool_find_worker(p, proc->worker) : NULL;
	int ret = 0;

	if (!w || w->ended_ns)
		return 0;
	load_move(p, exit->h.t_ns, -(int)w->hand.has, 0);
	last_sums(w, exit);
	w->ended_ns = exit->h.t_ns ? exit->h.t_ns : 1;
	w->end = ending.end;
	w->status = exit->status;
	w->cpu_share = 0;
	p->workers_alive--;
	p->ends[ending.end]++;
	count_stillborn(p, w);
	if (ending.end <= END_EXIT)
		ret = add_death(m, p, w, proc, exit);
	if (ending.loses && w->hand.has)
		task_lost(m, p, w, exit->h.t_ns);
	if (!p->closing && !p->parent_gone)
		worker_unreplaced(p, w->id);
	trim_hists(p);
	return ret;
}
