/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers spend a large share of their lives in start. Judged by lives that are over, or about to
 * be: a pool that has just begun has always spent all its time so. Pools that a program makes one
 * after the other are judged together.
 */
#include <inttypes.h>
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

/* What an import, the main module or an initializer costs is told by name. */
static void advise(const struct model *m, const struct pool *p, const struct lives *l,
	uint32_t pools, struct finding *f)
{
	double each_ns = l->sums.start_ns / l->workers;
	double work_ns = (l->all_ns - l->sums.start_ns) / (double)(l->tasks ? l->tasks : 1);
	double tasks = 19 * each_ns / (work_ns > 1 ? work_ns : 1);
	char what[WORDS_MAX];

	words_start_advice(what, m, &l->parts);
	if (p->ends[END_RECYCLED])
		snprintf(f->advice, sizeof(f->advice),
			"recycle them later: maxtasksperchild=%.0f brings the share down to 5 %%; "
			"%s",
			tasks + 1, what);
	else
		snprintf(f->advice, sizeof(f->advice), "%s; %s",
			pools >= AGAIN ? "make one pool and use it for all the work"
				       : "keep the pool for longer, with no more workers than the "
					 "work needs",
			what);
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

	if (l.workers < 2 || !l.tasks ||
		!is_large(&l, l.sums.start_ns * starts_own(&l.sums, m, p), least))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	words_start_parts(parts, m, &l.parts);
	tell(f, &l, start_method_name(p->start_method), pools, parts);
	advise(m, p, &l, pools, f);
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
}

const struct trap_rule trap_slow_start = {
	.id = "slow-start",
	.judge = judge,
};
