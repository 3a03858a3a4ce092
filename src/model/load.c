/* SPDX-License-Identifier: GPL-2.0-only */
/* How a pool's workers are used: pace.h. */
#include <string.h>

#include "model/inside.h"

void load_move(struct pool *p, uint64_t t_ns, int hands, int waiting)
{
	struct load *l = &p->load;
	uint64_t ns = l->at_ns ? since_ns(t_ns, l->at_ns) : 0;
	uint32_t busy = l->hands > 0 ? (uint32_t)l->hands : 0;

	l->hands_ns += busy * ns;
	l->lanes_ns += (busy < l->lanes ? busy : l->lanes) * ns;
	if (l->waiting > 0)
		l->waiting_ns += ns;
	if (l->waiting > 0 || busy)
		l->work_ns += ns;
	if (t_ns > l->at_ns)
		l->at_ns = t_ns;
	l->hands += hands;
	l->waiting += waiting;
}

/* Cores that the living workers may run on, all together. */
struct cores {
	uint32_t most; /* of one of them */
	uint64_t mask[USAGE_MASK]; /* of all */
	bool is_known; /* the mask has all */
};

static void add_cores(struct cores *c, const struct frame_usage *f)
{
	uint32_t count = 0;

	if (!f->cpus)
		return;
	for (unsigned int i = 0; i < USAGE_MASK; i++) {
		c->mask[i] |= f->cpu_mask[i];
		count += (uint32_t)__builtin_popcountll(f->cpu_mask[i]);
	}
	c->is_known = c->is_known && count == f->cpus;
	c->most = f->cpus > c->most ? f->cpus : c->most;
}

/* 0: nobody's is known. Older recordings have no masks. */
static uint32_t count_cores(const struct cores *c)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < USAGE_MASK; i++)
		count += (uint32_t)__builtin_popcountll(c->mask[i]);
	return c->is_known && count ? count : c->most;
}

static int32_t only_core(const struct cores *c)
{
	for (unsigned int i = 0; i < USAGE_MASK && c->is_known; i++)
		if (c->mask[i])
			return (int32_t)(64 * i) + __builtin_ctzll(c->mask[i]);
	return -1;
}

/* Cores that workers may use: by their affinity, and by the quota of their cgroup. */
static void limit(const struct model *m, struct pool *p)
{
	const struct proc *parent = model_proc(m, p->pid);
	struct cores cores = {.is_known = true};
	uint32_t cpus, quota = 0, lanes;

	p->load.libraries |= parent ? parent->flags & PROC_LIBRARIES : 0;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		const struct proc *proc = w->ended_ns ? NULL : model_proc(m, w->pid);

		if (!proc)
			continue;
		add_cores(&cores, &proc->usage);
		if (proc->quota_milli > quota)
			quota = proc->quota_milli;
		p->load.libraries |= proc->flags & PROC_LIBRARIES;
	}
	/* What is known of the last worker holds until another is there. */
	cpus = count_cores(&cores);
	if (cpus)
		p->load.only_core = cpus == 1 ? only_core(&cores) : -1;
	p->load.cpus = cpus ? cpus : p->load.cpus;
	p->load.quota_milli = quota ? quota : p->load.quota_milli;
	lanes = p->workers_alive;
	cpus = p->load.cpus ? p->load.cpus : m->session.cpus;
	if (p->load.quota_milli && (p->load.quota_milli + 999) / 1000 < cpus)
		cpus = (p->load.quota_milli + 999) / 1000;
	if (lanes)
		p->load.lanes = cpus && cpus < lanes ? cpus : lanes;
}

/* Where tasks are not told one by one a worker's state tells that it has one. */
static bool has_hand(const struct model *m, const struct pool *p, const struct worker *w)
{
	if (w->ended_ns)
		return false;
	if (!m->level.level || !p->summed)
		return w->hand.has;
	return w->state != STATE_START && w->state != STATE_WAIT && w->state != STATE_EXIT;
}

static void count_hands(const struct model *m, struct pool *p)
{
	int32_t hands = 0;

	for (uint32_t i = 0; i < p->workers_count; i++)
		hands += has_hand(m, p, &p->workers[i]);
	p->load.hands = hands;
	if (m->level.level && p->summed)
		p->load.waiting = (int32_t)pool_waiting(p, m->now_ns, NULL);
	else if (p->load.waiting < 0 || !p->tasks_count)
		p->load.waiting = 0;
}

static void see_call(struct load *l, int32_t nr)
{
	struct load_call *last = &l->calls[LOAD_CALLS - 1], swap;
	unsigned int i = 0;

	while (i < LOAD_CALLS && !(l->calls[i].seen && l->calls[i].nr == nr))
		i++;
	if (i == LOAD_CALLS) {
		i--;
		if (last->seen > 1) {
			last->seen--; /* whoever comes often enough will stay */
			return;
		}
		*last = (struct load_call){.nr = nr};
	}
	l->calls[i].seen++;
	for (; i && l->calls[i - 1].seen < l->calls[i].seen; i--) {
		swap = l->calls[i];
		l->calls[i] = l->calls[i - 1];
		l->calls[i - 1] = swap;
	}
}

static void see_calls(const struct model *m, struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		const struct proc *proc = w->ended_ns ? NULL : model_proc(m, w->pid);

		if (proc && w->hand.has && w->state == STATE_IO && proc->blocked_syscall >= 0)
			see_call(&p->load, proc->blocked_syscall);
	}
}

/* Where it is not measured (older recordings, kernels without the scheduler's times): of workers at
 * work, those whose time on cores is more than their main thread's have others that compute too. */
static uint64_t guess_side_ns(const struct model *m, const struct pool *p)
{
	uint64_t sum_ns = 0;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		bool many = w->threads > 1 && w->cpu_share > 1.2 * w->run_share;

		if (!w->ended_ns && w->hand.has && many && !w->side_known)
			sum_ns += m->tick_ns * (w->threads - 1);
	}
	return sum_ns;
}

/* A worker's first task makes it import what the task's function needs, and that happens as it is
 * unpickled: of a message that is short it is no sign of what pickling costs. */
static void see_fresh(const struct model *m, struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++) {
		struct worker *w = &p->workers[i];
		uint64_t ns = worker_state_ns(w, STATE_UNPICKLE, m->now_ns);

		if (!w->small_first || w->is_seasoned)
			continue;
		w->is_seasoned = w->tasks || w->ended_ns;
		if (w->tasks && ns > w->first_run_ns)
			ns = w->first_run_ns;
		p->load.fresh_ns += since_ns(ns, w->fresh_unpickle_ns);
		w->fresh_unpickle_ns = ns;
	}
}

/* Where all sums stand now, but for those that are differences already. */
static void measure(const struct model *m, const struct pool *p, struct load_sums *to)
{
	uint64_t fresh_ns;

	*to = (struct load_sums){
		.ns = m->now_ns,
		.work_ns = p->load.work_ns,
		.hands_ns = p->load.hands_ns,
		.waiting_ns = p->load.waiting_ns,
		.parent_pickle_ns =
			p->profile.parent_ns[CLASS_PICKLE] + p->profile.parent_ns[CLASS_UNPICKLE],
	};
	pool_state_ns(p, m->now_ns, to->state_ns);
	pool_gil_ns(p, &to->gil_ns);
	to->side_ns = pool_side_ns(p);
	fresh_ns = p->load.fresh_ns < to->state_ns[STATE_UNPICKLE] ? p->load.fresh_ns
								   : to->state_ns[STATE_UNPICKLE];
	to->state_ns[STATE_UNPICKLE] -= fresh_ns;
	to->state_ns[STATE_RUN] += fresh_ns;
}

static void add(struct load_sums *to, const struct load_sums *now, const struct load_sums *then)
{
	to->ns += now->ns - then->ns;
	to->work_ns += now->work_ns - then->work_ns;
	to->hands_ns += now->hands_ns - then->hands_ns;
	to->waiting_ns += now->waiting_ns - then->waiting_ns;
	to->parent_pickle_ns += now->parent_pickle_ns - then->parent_pickle_ns;
	to->gil_ns += since_ns(now->gil_ns, then->gil_ns);
	to->side_ns += since_ns(now->side_ns, then->side_ns);
	for (unsigned int s = 0; s < WORKER_STATES; s++)
		to->state_ns[s] += since_ns(now->state_ns[s], then->state_ns[s]);
}

static void halve(struct load *l)
{
	uint64_t *sums[] = {&l->sums.ns, &l->sums.work_ns, &l->sums.workers_ns, &l->sums.parent_ns,
		&l->sums.idle_ns, &l->sums.hands_ns, &l->sums.waiting_ns, &l->sums.side_ns,
		&l->sums.parent_pickle_ns, &l->sums.gil_ns};

	if (l->sums.ns <= PACE_SPAN_NS)
		return;
	for (unsigned int i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		*sums[i] /= 2;
	for (unsigned int s = 0; s < WORKER_STATES; s++)
		l->sums.state_ns[s] /= 2;
	for (unsigned int i = 0; i < LOAD_CALLS; i++)
		l->calls[i].seen /= 2;
}

/* Time on cores that is spent neither on tasks nor on starting is spent on getting tasks. */
static void see_tick(struct pool *p, const struct load_sums *now)
{
	static const enum worker_state other[] = {
		STATE_START, STATE_UNPICKLE, STATE_RUN, STATE_PICKLE};
	uint64_t cores_ns = 0, other_ns = 0, runq_ns, hands_ns;
	struct load *l = &p->load;

	for (uint32_t i = 0; i < p->cores_count; i++)
		cores_ns += p->cores[i].workers_tick_ns;
	for (unsigned int i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		other_ns += since_ns(now->state_ns[other[i]], l->tick.state_ns[other[i]]);
	runq_ns = since_ns(now->state_ns[STATE_RUNQ], l->tick.state_ns[STATE_RUNQ]);
	hands_ns = now->hands_ns - l->tick.hands_ns;
	l->moving_ns = since_ns(cores_ns, other_ns);
	l->runq_share = hands_ns ? (double)runq_ns / (double)hands_ns : 0;
	if (l->runq_share > 1)
		l->runq_share = 1;
}

void tick_load(const struct model *m, struct pool *p)
{
	struct load *l = &p->load;
	struct load_sums now;

	limit(m, p);
	load_move(p, m->now_ns, 0, 0);
	count_hands(m, p);
	see_fresh(m, p);
	measure(m, p, &now);
	see_tick(p, &now);
	if (l->tick.ns && now.work_ns > l->tick.work_ns) {
		add(&l->sums, &now, &l->tick);
		l->sums.side_ns += guess_side_ns(m, p);
		for (uint32_t i = 0; i < p->cores_count; i++) {
			l->sums.workers_ns += p->cores[i].workers_tick_ns;
			l->sums.parent_ns += p->cores[i].parent_tick_ns;
		}
		for (uint32_t i = 0; i < m->cpus_count; i++)
			l->sums.idle_ns += m->cpus[i].idle_tick_ns;
		see_calls(m, p);
		halve(l);
	}
	l->tick = now;
}
