/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks raise: one finding for each of the most frequent kinds of failure. Messages that differ
 * only in their numbers (bad row 17, bad row 18) are of one kind here. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

enum { KINDS = 5 };

/* Failures of one kind. */
struct group {
	uint64_t shape;
	uint64_t count;
	uint64_t first_ns;
	uint32_t messages;
	const struct failure *most; /* the most frequent of them */
	const struct failure *last; /* the newest */
};

static struct group *find(struct group *groups, uint32_t *count, const struct failure *f)
{
	uint64_t shape = words_shape(f);

	for (uint32_t i = 0; i < *count; i++)
		if (groups[i].shape == shape && groups[i].most->func == f->func &&
			!strcmp(groups[i].most->exception, f->exception))
			return &groups[i];
	groups[*count] =
		(struct group){.shape = shape, .first_ns = f->first_ns, .most = f, .last = f};
	return &groups[(*count)++];
}

static uint32_t gather(const struct pool *p, struct group groups[static MODEL_FAILURES])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->failures_count && i < MODEL_FAILURES; i++) {
		const struct failure *f = &p->failures[i];
		struct group *g;

		if (words_is_unpicklable(f))
			continue; /* a trap of its own */
		g = find(groups, &count, f);
		g->count += f->count;
		g->messages++;
		g->first_ns = f->first_ns < g->first_ns ? f->first_ns : g->first_ns;
		g->most = f->count > g->most->count ? f : g->most;
		g->last = f->t_ns > g->last->t_ns ? f : g->last;
	}
	return count;
}

/* The most frequent come first, and of those that are as frequent the first that was seen. */
static unsigned int rank(struct group *groups, uint32_t count)
{
	unsigned int n = count < KINDS ? count : KINDS;

	for (unsigned int i = 0; i < n; i++) {
		uint32_t best = i;
		struct group g;

		for (uint32_t k = i + 1; k < count; k++)
			if (groups[k].count > groups[best].count)
				best = k;
		g = groups[best];
		memmove(&groups[i + 1], &groups[i], (best - i) * sizeof(g));
		groups[i] = g;
	}
	return n;
}

static void word(const struct model *m, const struct group *g, struct finding *f)
{
	int len = snprintf(f->text, sizeof(f->text), "%.80s raised %.60s",
		model_text(m, g->most->func, "an unknown function"), g->most->exception);

	if (g->count > 1 && len > 0)
		len += snprintf(f->text + len, sizeof(f->text) - (size_t)len, " %" PRIu64 " times",
			g->count);
	if (g->messages > 1 && len > 0)
		len += snprintf(f->text + len, sizeof(f->text) - (size_t)len,
			", in %" PRIu32 " messages that differ in numbers", g->messages);
	if (g->most->message[0] && len > 0)
		snprintf(f->text + len, sizeof(f->text) - (size_t)len, ": %.60s", g->most->message);
	for (char *c = f->text; *c; c++)
		if (*c == '\n')
			*c = ' ';
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct group groups[MODEL_FAILURES];
	unsigned int n = rank(groups, gather(p, groups));

	for (unsigned int i = 0; i < n; i++) {
		const struct group *g = &groups[i];
		struct finding *f = trap_find(sink, g->shape);

		if (!f)
			return;
		f->since_ns = g->first_ns;
		word(m, g, f);
		snprintf(f->advice, sizeof(f->advice),
			"the worker's traceback is with the failure; task %" PRId64
			" raised it last, in worker %" PRIu32,
			g->last->key.job, g->last->pid);
		trap_evidence(f, "count", (double)g->count);
		trap_evidence(f, "messages", g->messages);
		trap_evidence(f, "failed", (double)p->totals.failed);
		trap_evidence(f, "done", (double)p->totals.done);
	}
}

const struct trap_rule trap_task_failed = {
	.id = "task-failed",
	.judge = judge,
};
