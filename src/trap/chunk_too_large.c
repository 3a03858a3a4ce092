/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cores have nothing to do at the end of a job, since its chunks are too few or too uneven: the
 * last of them run while the other workers wait.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "trap/trap.h"
#include "trap/words.h"

#define LEAST_IDLE_NS 500e6
#define LEAST_SPAN_NS 1e9
/* The longest chunk should be no longer than this share of the job. */
#define LONGEST 0.05

/* A batch that has ended, or one whose end is being waited for. */
struct tail {
	double idle_ns; /* core time */
	double span_ns;
	double share; /* idle, of all core time of such batches */
	double tasks, items; /* items a task */
	double run_ns, longest_ns;
	double lanes;
	double chunk;
};

static bool ended_tail(const struct pace *q, struct tail *t)
{
	const struct batch *b = &q->mapped;

	if (!b->tasks || !b->lanes || b->last_ns <= b->first_ns)
		return false;
	*t = (struct tail){
		.idle_ns = (double)b->idle_ns,
		.span_ns = (double)(b->last_ns - b->first_ns),
		.share = (double)q->mapped_idle_ns / ((double)q->mapped_span_ns * b->lanes),
		.tasks = (double)b->tasks,
		.items = (double)b->items / (double)b->tasks,
		.run_ns = (double)b->run_ns,
		.longest_ns = (double)b->run_max_ns,
		.lanes = b->lanes,
	};
	return true;
}

/* Its last chunks run still: how many items they carry is known by those that are done. */
static bool open_tail(
	const struct model *m, const struct pool *p, const struct func *func, struct tail *t)
{
	const struct pace *q = &func->pace;
	double since_ns, longest_ns = (double)q->batch.run_max_ns;

	if (!q->tail_from_ns || !q->batch.tasks || p->closing || p->ended_ns)
		return false;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->ended_ns || !w->hand.has || w->hand.func != func->name)
			continue;
		since_ns =
			m->now_ns > w->hand.since_ns ? (double)(m->now_ns - w->hand.since_ns) : 0;
		if (since_ns > longest_ns)
			longest_ns = since_ns;
	}
	*t = (struct tail){
		.idle_ns = (double)pace_idle_ns(p, func, m->now_ns),
		.span_ns = (double)(m->now_ns - q->batch.first_ns),
		.tasks = (double)q->batch.tasks + q->in_hand,
		.items = (double)q->batch.items / (double)q->batch.tasks,
		.run_ns = (double)q->batch.run_ns + longest_ns,
		.longest_ns = longest_ns,
		.lanes = p->load.lanes ? p->load.lanes : 1,
	};
	t->share = t->idle_ns / (t->span_ns * t->lanes);
	return true;
}

/* So that the longest chunk is a small part of the job; 0: no fewer items than now. */
static double better_chunk(const struct tail *t)
{
	double busy_ns = t->span_ns - t->idle_ns / t->lanes;
	double chunk = t->items * LONGEST * busy_ns / (t->longest_ns > 1 ? t->longest_ns : 1);
	double most = t->items * t->tasks / (8 * t->lanes);

	chunk = round_down(chunk < most ? chunk : most);
	return chunk <= 0.75 * t->items ? chunk : 0;
}

static void word(const struct model *m, const struct pool *p, const struct func *func,
	const struct tail *t, struct finding *f)
{
	double then_ns = t->span_ns - t->idle_ns / t->lanes * (1 - t->chunk / t->items);
	char idle[FMT_MAX], longest[FMT_MAX], mean[FMT_MAX], now[FMT_MAX], then[FMT_MAX];
	char how[WORDS_MAX];

	snprintf(f->text, sizeof(f->text),
		"%s of core time lay idle at the end of %.80s: of its %.0f chunks of %.0f items "
		"the "
		"longest took %s, the mean %s",
		words_duration(idle, t->idle_ns), model_text(m, func->name, "an unknown function"),
		t->tasks, t->items, words_duration(longest, t->longest_ns),
		words_duration(mean, t->run_ns / t->tasks));
	snprintf(f->advice, sizeof(f->advice), "%s: %s would become about %s",
		words_chunk(how, p, func, t->chunk), words_duration(now, t->span_ns),
		words_duration(then, then_ns));
	trap_evidence(f, "idle_core_ns", t->idle_ns);
	trap_evidence(f, "share", t->share);
	trap_evidence(f, "chunks", t->tasks);
	trap_evidence(f, "items_per_task", t->items);
	trap_evidence(f, "longest_ns", t->longest_ns);
	trap_evidence(f, "chunksize", t->chunk);
	trap_evidence(f, "now_ns", t->span_ns);
	trap_evidence(f, "then_ns", then_ns);
}

static void judge_func(const struct model *m, const struct pool *p, const struct func *func,
	struct trap_sink *sink)
{
	double least = trap_stands(sink, func->name) ? 0.07 : 0.10;
	struct tail open = {0}, t = {0};
	struct finding *f;

	if (!ended_tail(&func->pace, &t) || t.share < least || t.idle_ns < LEAST_IDLE_NS)
		t = (struct tail){0};
	if (open_tail(m, p, func, &open) && open.idle_ns > t.idle_ns && open.share >= least)
		t = open;
	if (t.idle_ns < LEAST_IDLE_NS || t.span_ns < LEAST_SPAN_NS || t.items < 2)
		return;
	t.chunk = better_chunk(&t);
	f = t.chunk > 0 ? trap_find(sink, func->name) : NULL;
	if (!f)
		return;
	if (t.idle_ns < 2 * LEAST_IDLE_NS)
		f->severity = SEVERITY_INFO;
	word(m, p, func, &t, f);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	for (uint32_t i = 0; i < p->funcs_count; i++)
		judge_func(m, p, &p->funcs[i], sink);
}

const struct trap_rule trap_chunk_too_large = {
	.id = "chunk-too-large",
	.judge = judge,
};
