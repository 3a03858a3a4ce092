/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks raise: one finding for each of the most frequent kinds of failure. */
#include <inttypes.h>
#include <stdio.h>

#include "trap/trap.h"
#include "trap/words.h"

enum { KINDS = 5 };

/* The most frequent kinds, as indexes, most frequent first. */
static unsigned int rank(const struct pool *p, uint32_t top[static KINDS])
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < p->failures_count; i++) {
		unsigned int at;

		if (words_is_unpicklable(&p->failures[i]))
			continue; /* a trap of its own */
		at = n < KINDS ? n++ : KINDS;

		while (at && p->failures[top[at - 1]].count < p->failures[i].count) {
			if (at < KINDS)
				top[at] = top[at - 1];
			at--;
		}
		if (at < KINDS)
			top[at] = i;
	}
	return n;
}

static void word(const struct model *m, const struct failure *kind, struct finding *f)
{
	int len = snprintf(f->text, sizeof(f->text), "%.80s raised %.60s",
		model_text(m, kind->func, "an unknown function"), kind->exception);

	if (kind->count > 1 && len > 0)
		len += snprintf(f->text + len, sizeof(f->text) - (size_t)len, " %" PRIu64 " times",
			kind->count);
	if (kind->message[0] && len > 0)
		snprintf(f->text + len, sizeof(f->text) - (size_t)len, ": %.60s", kind->message);
	for (char *c = f->text; *c; c++)
		if (*c == '\n')
			*c = ' ';
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	uint32_t top[KINDS];
	unsigned int n = rank(p, top);

	for (unsigned int i = 0; i < n; i++) {
		const struct failure *kind = &p->failures[top[i]];
		struct finding *f = trap_find(sink, kind->hash);

		if (!f)
			return;
		f->since_ns = kind->first_ns;
		word(m, kind, f);
		snprintf(f->advice, sizeof(f->advice),
			"the worker's traceback is with the failure; task %" PRId64
			" raised it last, in worker %" PRIu32,
			kind->key.job, kind->pid);
		trap_evidence(f, "count", (double)kind->count);
		trap_evidence(f, "failed", (double)p->totals.failed);
		trap_evidence(f, "done", (double)p->totals.done);
	}
}

const struct trap_rule trap_task_failed = {
	.id = "task-failed",
	.judge = judge,
};
