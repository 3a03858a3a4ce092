/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moving a task costs more than running it. Both are measured: what tasks run without waiting for
 * a core, and the time on cores that parent and workers spend on anything but tasks meanwhile.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "trap/trap.h"
#include "trap/words.h"

/* A share of the run is no work but moving too: reading the task and pickling None takes a worker
 * about so long on today's machines (measured with an empty function, CPython 3.6 to 3.13). */
#define FIXED_NS 20000.0
#define LEAST_MOVE_NS 200e6
/* Longer messages cost by their bytes, and larger chunks have as many of those. */
#define MOST_BYTES (16 << 10)

enum { LEAST_TASKS = 200 };

/* Per task, and what is to be gained. */
struct cost {
	double run_ns, move_ns;
	double items; /* a task carries now */
	double chunk; /* it should carry; 0: no more than now */
	double now_ns, then_ns; /* the whole */
};

/* Items of its largest job; of all that was sent one by one, for that could be one job. */
static double job_items(const struct pool *p, const struct func *func)
{
	uint64_t most = 0;
	bool by_one = true;

	for (uint32_t i = 0; i < p->jobs_count; i++) {
		const struct job *j = &p->jobs[i];

		if (j->func != func->name)
			continue;
		by_one = by_one && j->sent == 1;
		if (j->items > most)
			most = j->items;
	}
	return by_one ? (double)func->items : (double)most;
}

static struct cost cost_of(const struct pool *p, const struct func *func)
{
	const struct pace_sums *s = &func->pace.sums;
	double tasks = (double)s->tasks;
	double workers = p->workers_alive ? p->workers_alive : p->first_size;
	double run_ns = (double)(s->run_ns - s->runq_ns) / tasks;
	double fixed_ns = FIXED_NS < 0.9 * run_ns ? FIXED_NS : 0.9 * run_ns;
	struct cost c = {
		.run_ns = run_ns - fixed_ns,
		.move_ns = (double)(s->move_ns + s->parent_ns) / tasks + fixed_ns,
		.items = s->items > s->tasks ? (double)s->items / tasks : 1,
		.now_ns = (double)s->active_ns,
	};
	double item_ns = c.run_ns / c.items, most, saved_ns;

	workers = workers > 0 ? workers : 1;
	most = job_items(p, func) / (4 * workers);
	c.chunk = 20 * c.move_ns / (item_ns > 1 ? item_ns : 1);
	c.chunk = round_down(c.chunk < most ? c.chunk : most);
	if (c.chunk < 2 * c.items) {
		c.chunk = 0;
		return c;
	}
	saved_ns = tasks * c.move_ns * (1 - c.items / c.chunk);
	c.then_ns = tasks * c.run_ns / workers + tasks * c.items / c.chunk * c.move_ns;
	if (c.then_ns < c.now_ns - saved_ns)
		c.then_ns = c.now_ns - saved_ns;
	return c;
}

static void word(const struct model *m, const struct pool *p, const struct func *func,
	const struct cost *c, struct finding *f)
{
	char tasks[FMT_MAX], move[FMT_MAX], run[FMT_MAX], now[FMT_MAX], then[FMT_MAX];
	const struct pace_sums *s = &func->pace.sums;
	char how[WORDS_MAX], much[WORDS_MAX] = "";

	snprintf(f->text, sizeof(f->text),
		"%s messages for %.80s carry %.0f item%s each: to move one takes %s of core time, "
		"to run it %s",
		fmt_count(tasks, s->tasks), model_text(m, func->name, "an unknown function"),
		c->items, c->items < 1.5 ? "" : "s", words_duration(move, c->move_ns),
		words_duration(run, c->run_ns));
	if (c->then_ns < c->now_ns)
		snprintf(much, sizeof(much), ": %s would become about %s",
			words_duration(now, c->now_ns), words_duration(then, c->then_ns));
	snprintf(f->advice, sizeof(f->advice), "%s%s", words_chunk(how, p, func, c->chunk), much);
}

static void judge_func(const struct model *m, const struct pool *p, const struct func *func,
	struct trap_sink *sink)
{
	const struct pace_sums *s = &func->pace.sums;
	double share = trap_stands(sink, func->name) ? 0.7 : 1.0;
	struct finding *f;
	struct cost c;

	if (s->tasks < LEAST_TASKS || s->bytes / s->tasks > MOST_BYTES)
		return;
	c = cost_of(p, func);
	if (c.move_ns * (double)s->tasks < LEAST_MOVE_NS || c.move_ns < share * c.run_ns ||
		!(c.chunk > 0))
		return;
	f = trap_find(sink, func->name);
	if (!f)
		return;
	f->severity = SEVERITY_INFO;
	if (c.now_ns - c.then_ns > 3e8 && c.then_ns < 0.9 * c.now_ns)
		f->severity = SEVERITY_WARNING;
	word(m, p, func, &c, f);
	trap_evidence(f, "tasks", (double)s->tasks);
	trap_evidence(f, "items_per_task", c.items);
	trap_evidence(f, "move_ns", c.move_ns);
	trap_evidence(f, "run_ns", c.run_ns);
	trap_evidence(f, "chunksize", c.chunk);
	trap_evidence(f, "now_ns", c.now_ns);
	trap_evidence(f, "then_ns", c.then_ns);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	for (uint32_t i = 0; i < p->funcs_count; i++)
		judge_func(m, p, &p->funcs[i], sink);
}

const struct trap_rule trap_chunk_too_small = {
	.id = "chunk-too-small",
	.judge = judge,
};
