/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers spend a large share of their lives in start. Judged by lives that are over, or about to
 * be: a pool that has just begun has always spent all its time so.
 */
#include <inttypes.h>
#include <stdio.h>

#include "trap/words.h"
#include "trap/trap.h"

#define LEAST_NS 2e9

struct lives {
	double start_ns, all_ns;
	uint32_t workers;
	uint64_t tasks;
	uint64_t longest_ns;
};

static struct lives sum(const struct model *m, const struct pool *p)
{
	bool ends = p->closing || p->ended_ns || p->parent_gone;
	struct lives l = {0};

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t start_ns = worker_state_ns(w, STATE_START, m->now_ns);

		if (!w->born_seen || (!ends && !w->ended_ns) || w->end == END_SIGNAL ||
			!(w->tasks || w->state_ns[STATE_WAIT]))
			continue;
		l.start_ns += (double)start_ns;
		l.all_ns += (double)worker_life_ns(w, m->now_ns);
		l.workers++;
		l.tasks += w->tasks;
		if (start_ns > l.longest_ns)
			l.longest_ns = start_ns;
	}
	return l;
}

static void advise(const struct pool *p, const struct lives *l, double each_ns, struct finding *f)
{
	double work_ns = (l->all_ns - l->start_ns) / (double)(l->tasks ? l->tasks : 1);
	double tasks = 19 * each_ns / (work_ns > 1 ? work_ns : 1);

	if (p->ends[END_RECYCLED])
		snprintf(f->advice, sizeof(f->advice),
			"recycle them later: maxtasksperchild=%.0f brings the share down to 5 %%; "
			"or "
			"let a worker import less",
			tasks + 1);
	else
		snprintf(f->advice, sizeof(f->advice),
			"make one pool and use it for all the work, with no more workers than the "
			"work needs; import less at the top of the main module, or use fork%s",
			p->start_method == START_FORK ? " without an initializer that takes so long"
						      : "");
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	double least = trap_stands(sink, 0) ? 0.25 : 0.30, each_ns, share;
	const char *method = start_method_name(p->start_method);
	char each[FMT_MAX], all[FMT_MAX];
	struct lives l = sum(m, p);
	struct finding *f;

	if (l.workers < 2 || !l.tasks || l.start_ns < LEAST_NS || !(l.all_ns > 0))
		return;
	share = l.start_ns / l.all_ns;
	each_ns = l.start_ns / l.workers;
	f = share < least ? NULL : trap_find(sink, 0);
	if (!f)
		return;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " workers took %s each to start%s%s: %.0f %% of their lives, %s in all",
		l.workers, words_duration(each, each_ns), method ? " by " : "",
		method ? method : "", 100 * share, words_duration(all, l.start_ns));
	advise(p, &l, each_ns, f);
	trap_evidence(f, "share", share);
	trap_evidence(f, "workers", l.workers);
	trap_evidence(f, "start_each_ns", each_ns);
	trap_evidence(f, "start_all_ns", l.start_ns);
	trap_evidence(f, "longest_ns", (double)l.longest_ns);
	trap_evidence(f, "tasks", (double)l.tasks);
}

const struct trap_rule trap_slow_start = {
	.id = "slow-start",
	.judge = judge,
};
