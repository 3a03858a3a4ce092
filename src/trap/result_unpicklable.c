/* SPDX-License-Identifier: GPL-2.0-only */
/* A task was done, and what it returned could not be pickled: its caller gets an error instead. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

/* Newlines of a message would break a line. */
static void flatten(char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			*text = ' ';
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	for (uint32_t i = 0; i < p->failures_count; i++) {
		const struct failure *kind = &p->failures[i];
		struct finding *f;
		int len;

		if (!words_is_unpicklable(kind))
			continue;
		f = trap_find(sink, kind->hash);
		if (!f)
			return;
		f->since_ns = kind->first_ns;
		len = snprintf(f->text, sizeof(f->text), "%.70s returned what cannot be pickled",
			model_text(m, kind->func, "an unknown function"));
		if (kind->count > 1)
			len += snprintf(f->text + len, sizeof(f->text) - (size_t)len,
				" %" PRIu64 " times", kind->count);
		snprintf(f->text + len, sizeof(f->text) - (size_t)len, ": %.110s",
			kind->message[0] ? kind->message : kind->exception);
		flatten(f->text);
		snprintf(f->advice, sizeof(f->advice),
			"the work was done for nothing (last: task %" PRId64 " in worker %" PRIu32
			"): return plain data, not lambdas, locks, open files or generators",
			kind->key.job, kind->pid);
		trap_evidence(f, "count", (double)kind->count);
		trap_evidence(f, "job", (double)kind->key.job);
		trap_evidence(f, "pid", kind->pid);
	}
}

const struct trap_rule trap_result_unpicklable = {
	.id = "result-unpicklable",
	.judge = judge,
};
