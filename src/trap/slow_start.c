/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers spend a large share of their lives in start. Judged by lives that are over, or about to
 * be: a pool that has just begun has always spent all its time so. Pools that a program makes one
 * after the other are judged together.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "trap/starts.h"
#include "trap/words.h"
#include "trap/trap.h"

#define LEAST_NS 2e9
#define LEAST_OWN_NS 1e9 /* ... without the time in which it waited for a core */

enum { AGAIN = 3 }; /* pools of one program: it makes them again and again */

struct lives {
	struct starts sums;
	double all_ns;
	double runq_ns; /* with a task in hand */
	uint32_t workers;
	uint64_t tasks;
	uint64_t longest_ns;
	struct start_sum parts;
};

static void add(const struct model *m, const struct pool *p, struct lives *l)
{
	bool ends = p->closing || p->ended_ns || p->parent_gone;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t start_ns = worker_state_ns(w, STATE_START, m->now_ns);
		struct start s;

		if (!w->born_seen || (!ends && !w->ended_ns) || w->end == END_SIGNAL ||
			!(w->tasks || w->state_ns[STATE_WAIT]))
			continue;
		starts_add(&l->sums, m, w);
		l->all_ns += (double)worker_life_ns(w, m->now_ns);
		l->runq_ns += (double)worker_state_ns(w, STATE_RUNQ, m->now_ns);
		l->workers++;
		l->tasks += w->tasks;
		if (start_ns > l->longest_ns)
			l->longest_ns = start_ns;
		if (worker_start(m, p, w, &s))
			start_sum_add(&l->parts, &s);
	}
}

/* Of this pool, or of all that its program has made if those are many. */
static struct lives sum(const struct model *m, const struct pool *p, uint32_t pools)
{
	struct lives l = {0};

	for (uint32_t i = 0; i < m->pools_count && pools >= AGAIN; i++)
		if (m->pools[i].pid == p->pid && m->pools[i].id <= p->id &&
			m->pools[i].parent_start_ns == p->parent_start_ns)
			add(m, &m->pools[i], &l);
	if (pools < AGAIN)
		add(m, p, &l);
	start_sort_modules(&l.parts.all);
	return l;
}

static bool is_large(const struct lives *l, double own_ns, double least)
{
	double rest_ns = l->all_ns - l->sums.start_ns - l->runq_ns;

	return l->sums.start_ns >= LEAST_NS && own_ns >= LEAST_OWN_NS &&
	       own_ns >= least * (own_ns + (rest_ns > 0 ? rest_ns : 0));
}

/* When the program began to make its pools. */
static uint64_t began_ns(const struct model *m, const struct pool *p)
{
	uint64_t ns = p->started_ns;

	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].pid == p->pid && m->pools[i].started_ns < ns &&
			m->pools[i].parent_start_ns == p->parent_start_ns)
			ns = m->pools[i].started_ns;
	return ns;
}

/* What the whole took, and would take with so many starts. */
struct gain {
	double tasks; /* of a worker, before it is recycled; 0: it is not */
	double now_ns, then_ns;
};

static struct gain gain_of(
	const struct model *m, const struct pool *p, const struct lives *l, uint32_t pools)
{
	double each_ns = l->sums.start_ns / l->workers, starts = p->first_size;
	double work_ns = (l->all_ns - l->sums.start_ns) / (double)(l->tasks ? l->tasks : 1);
	uint64_t until_ns = p->ended_ns ? p->ended_ns : p->closing ? p->closing_ns : m->now_ns;
	struct gain g = {.now_ns = (double)(until_ns - began_ns(m, p))};

	if (p->ends[END_RECYCLED])
		g.tasks = floor(19 * each_ns / (work_ns > 1 ? work_ns : 1)) + 1;
	if (g.tasks && (double)l->tasks / g.tasks > starts)
		starts = (double)l->tasks / g.tasks;
	if ((!g.tasks && pools < AGAIN) || !p->load.lanes || l->workers <= starts)
		return g;
	g.then_ns = g.now_ns - (l->workers - starts) * each_ns / p->load.lanes;
	return g;
}

/* What an import, the main module or an initializer costs is told by name. */
static void advise(const struct model *m, const struct lives *l, const struct gain *g,
	uint32_t pools, struct finding *f)
{
	char what[WORDS_MAX], now[FMT_MAX], then[FMT_MAX], less[96] = "";
	int len;

	if (g->then_ns > 0)
		snprintf(less, sizeof(less), ": %s would become about %s",
			words_duration(now, g->now_ns), words_duration(then, g->then_ns));
	if (g->tasks > 0)
		len = snprintf(f->advice, sizeof(f->advice),
			"recycle workers later, with maxtasksperchild=%.0f", g->tasks);
	else
		len = snprintf(f->advice, sizeof(f->advice), "%s",
			pools >= AGAIN ? "make one pool and use it for all the work"
				       : "keep the pool for longer, with no more workers than the "
					 "work needs");
	if (len > 0 && (size_t)len < sizeof(f->advice))
		snprintf(f->advice + len, sizeof(f->advice) - (size_t)len, "%s; %s", less,
			words_start_advice(what, m, &l->parts));
}

static void tell(struct finding *f, const struct lives *l, const char *method, uint32_t pools,
	const char *parts)
{
	char each[FMT_MAX], all[FMT_MAX], again[48] = "";

	if (pools >= AGAIN)
		snprintf(
			again, sizeof(again), " of %" PRIu32 " pools, one after the other,", pools);
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32
		" workers%s took %s each to start%s%s: %.0f %% of their lives, %s in all%.130s",
		l->workers, again, words_duration(each, l->sums.start_ns / l->workers),
		method ? " by " : "", method ? method : "", 100 * l->sums.start_ns / l->all_ns,
		words_duration(all, l->sums.start_ns), parts);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	double least = trap_stands(sink, 0) ? 0.25 : 0.30;
	uint32_t pools = program_pools(m, p);
	struct lives l = sum(m, p, pools);
	char parts[WORDS_MAX];
	struct finding *f;
	struct gain g;

	if (l.workers < 2 || !l.tasks ||
		!is_large(&l, l.sums.start_ns * starts_own(&l.sums, m, p), least))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	words_start_parts(parts, m, &l.parts);
	tell(f, &l, start_method_name(p->start_method), pools, parts);
	g = gain_of(m, p, &l, pools);
	advise(m, &l, &g, pools, f);
	trap_evidence(f, "share", l.sums.start_ns / l.all_ns);
	trap_evidence(f, "workers", l.workers);
	trap_evidence(f, "start_all_ns", l.sums.start_ns);
	trap_evidence(f, "interpreter_ns",
		(double)(l.parts.all.phase_ns[PHASE_LAUNCH] +
			 l.parts.all.phase_ns[PHASE_INTERPRETER] +
			 l.parts.all.phase_ns[PHASE_SITE]));
	trap_evidence(f, "imports_ns", (double)l.parts.all.phase_ns[PHASE_IMPORTS]);
	trap_evidence(f, "main_ns", (double)l.parts.all.phase_ns[PHASE_MAIN]);
	trap_evidence(f, "initializer_ns", (double)l.parts.all.phase_ns[PHASE_INITIALIZER]);
	trap_evidence(f, "tasks", (double)l.tasks);
	if (g.tasks > 0)
		trap_evidence(f, "maxtasksperchild", g.tasks);
	if (!(g.then_ns > 0))
		return;
	trap_evidence(f, "now_ns", g.now_ns);
	trap_evidence(f, "then_ns", g.then_ns);
}

const struct trap_rule trap_slow_start = {
	.id = "slow-start",
	.judge = judge,
};
