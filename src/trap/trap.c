/* SPDX-License-Identifier: GPL-2.0-only */
#include "trap/trap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Among findings of the same severity this is their order. */
static const struct trap_rule *const rules[] = {
	&trap_queue_lock_lost,
	&trap_lost_task,
	&trap_result_handler_died,
	&trap_broken_pool,
	&trap_main_rerun,
	&trap_unpickle_failed,
	&trap_respawn_loop,
	&trap_fork_with_threads,
	&trap_worker_died,
	&trap_task_unpicklable,
	&trap_result_unpicklable,
	&trap_start_stuck,
	&trap_repeated_payload,
	&trap_pickle_heavy,
	&trap_chunk_too_small,
	&trap_chunk_too_large,
	&trap_one_core,
	&trap_oversubscribed,
	&trap_slow_start,
	&trap_task_failed,
	&trap_hidden_io,
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

const struct trap_rule *trap_rule_at(unsigned int index)
{
	return index < RULES ? rules[index] : NULL;
}

struct finding *trap_find(struct trap_sink *sink, uint64_t subject)
{
	struct finding *f;

	if (sink->count == MODEL_FINDINGS) {
		sink->dropped++;
		return NULL;
	}
	f = &sink->findings[sink->count++];
	*f = (struct finding){
		.id = sink->id,
		.severity = SEVERITY_WARNING,
		.since_ns = sink->model->now_ns,
		.subject = subject,
	};
	return f;
}

static const struct finding *standing(const struct pool *p, const struct finding *f)
{
	for (uint32_t i = 0; i < p->findings_count; i++)
		if (!strcmp(p->findings[i].id, f->id) && p->findings[i].subject == f->subject)
			return &p->findings[i];
	return NULL;
}

bool trap_stands(const struct trap_sink *sink, uint64_t subject)
{
	const struct finding f = {.id = sink->id, .subject = subject};

	return standing(sink->pool, &f) != NULL;
}

void trap_evidence(struct finding *f, const char *name, double value)
{
	struct evidence *e = &f->evidence[f->evidence_count];

	if (f->evidence_count == FINDING_EVIDENCE)
		return;
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->value = value;
	f->evidence_count++;
}

/* Names that were cut to fit may end inside a character. What an exception said keeps its lines. */
static void mend(struct finding *f)
{
	char text[sizeof(f->text)], advice[sizeof(f->advice)];

	text_clean(text, sizeof(text), f->text, strlen(f->text), 0);
	memcpy(f->text, text, sizeof(text));
	text_clean(advice, sizeof(advice), f->advice, strlen(f->advice), 1);
	memcpy(f->advice, advice, sizeof(advice));
}

static void thin(struct finding_past *past)
{
	past->count /= 2;
	past->every *= 2;
	for (uint32_t i = 0; i < past->count; i++) {
		past->t_ns[i] = past->t_ns[2 * i];
		memcpy(past->value[i], past->value[2 * i], sizeof(past->value[i]));
	}
}

/* What its numbers were goes on with them. */
static void remember(const struct model *m, const struct pool *p, struct finding *f)
{
	const struct finding *before = standing(p, f);
	struct finding_past *past = &f->past;

	if (before)
		*past = before->past;
	if (!past->every)
		past->every = past->ticks = 1;
	if (past->count && ++past->ticks < past->every)
		return;
	if (past->count == FINDING_PAST)
		thin(past);
	for (uint32_t i = 0; i < f->evidence_count; i++)
		past->value[past->count][i] = (float)f->evidence[i].value;
	past->t_ns[past->count++] = m->now_ns;
	past->ticks = 0;
}

int trap_judge(struct model *m)
{
	struct trap_sink sink = {.model = m};
	int ret = 0;

	sink.findings = calloc(MODEL_FINDINGS, sizeof(*sink.findings));
	if (!sink.findings)
		return -ENOMEM;
	for (uint32_t i = 0; !ret && i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];

		/* What was found of a pool that is gone stays as it was. */
		if (p->ended_ns && p->ended_ns + m->tick_ns < m->now_ns)
			continue;
		sink.pool = p;
		sink.count = 0;
		for (unsigned int r = 0; r < RULES; r++) {
			sink.id = rules[r]->id;
			rules[r]->judge(m, p, &sink);
		}
		for (uint32_t k = 0; k < sink.count; k++) {
			mend(&sink.findings[k]);
			remember(m, p, &sink.findings[k]);
		}
		ret = pool_set_findings(p, sink.findings, sink.count);
	}
	m->dropped.findings += sink.dropped;
	free(sink.findings);
	return ret;
}
