/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker that is started by spawn or forkserver runs the main script's top level again. Where
 * that makes a pool, for want of `if __name__ == "__main__":`, the worker dies of it before its
 * first task (CPython Lib/multiprocessing/spawn.py, _check_not_importing_main); otherwise it costs
 * the time that it takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/starts.h"
#include "trap/trap.h"
#include "trap/words.h"

#define LEAST_NS 1e9 /* that all of them spend in it */
#define SHARE 0.05 /* of their lives: less is a hint */

enum { SUBJECT_DEATHS, SUBJECT_COST };

static void find_deaths(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct death *newest = NULL;
	uint64_t since_ns = 0;
	uint32_t count = 0;
	char script[WORDS_MAX];
	struct finding *f;

	for (uint32_t i = p->deaths_count; i--;) {
		const struct death *d = &p->deaths[i];

		if (d->hand.has || !d->stderr_tail ||
			!strstr(d->stderr_tail, "bootstrapping phase"))
			continue;
		newest = newest ? newest : d;
		since_ns = d->t_ns;
		count++;
	}
	f = count ? trap_find(sink, SUBJECT_DEATHS) : NULL;
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = since_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " worker%s died while running %s again: its top level starts processes "
		"in the worker too",
		count, count == 1 ? "" : "s", words_script(script, m, p));
	snprintf(f->advice, sizeof(f->advice),
		"put what starts the pool under `if __name__ == \"__main__\":`; a worker started "
		"by "
		"%s imports the script",
		start_method_name(p->start_method) ? start_method_name(p->start_method) : "spawn");
	trap_evidence(f, "deaths", count);
	trap_evidence(f, "pid", newest->pid);
}

/* Its own code alone: what it imports is an import's cost, and slow-start's to tell. */
static void find_cost(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	double least_ns = trap_stands(sink, SUBJECT_COST) ? 0.8 * LEAST_NS : LEAST_NS;
	char each[FMT_MAX], all[FMT_MAX], script[WORDS_MAX];
	double main_ns, own_ns, life_ns = 0;
	struct starts starts = {0};
	struct start_sum sum;
	struct finding *f;

	pool_starts(m, p, &sum);
	for (uint32_t i = 0; i < p->workers_count; i++) {
		life_ns += (double)worker_life_ns(&p->workers[i], m->now_ns);
		starts_add(&starts, m, &p->workers[i]);
	}
	main_ns = (double)sum.all.phase_ns[PHASE_MAIN];
	own_ns = main_ns * starts_own(&starts, m, p);
	f = sum.workers && own_ns >= least_ns ? trap_find(sink, SUBJECT_COST) : NULL;
	if (!f)
		return;
	/* What is wrong with workers that end before their first task is not what that costs. */
	if (own_ns < SHARE * life_ns || 2 * p->stillborn > sum.workers)
		f->severity = SEVERITY_INFO;
	words_duration(each, main_ns / sum.workers);
	snprintf(f->text, sizeof(f->text),
		"each of %" PRIu32
		" workers runs %s again: its own top level takes %s each time, %s in all",
		sum.workers, words_script(script, m, p), each, words_duration(all, main_ns));
	snprintf(f->advice, sizeof(f->advice),
		"put what a worker does not need under `if __name__ == \"__main__\":`: that would "
		"save %s x %" PRIu32 " workers",
		each, sum.workers);
	trap_evidence(f, "workers", sum.workers);
	trap_evidence(f, "main_ns", main_ns);
	trap_evidence(f, "each_ns", main_ns / sum.workers);
	trap_evidence(f, "start_all_ns", (double)sum.total_ns);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	find_deaths(m, p, sink);
	find_cost(m, p, sink);
}

const struct trap_rule trap_main_rerun = {
	.id = "main-rerun",
	.judge = judge,
};
