/* SPDX-License-Identifier: GPL-2.0-only */
/* What was to be done could not be pickled, so no worker ever saw it. */
#include <inttypes.h>
#include <stdio.h>

#include "trap/trap.h"

enum { CALLS, CHUNKS };

static void advise(struct finding *f)
{
	snprintf(f->advice, sizeof(f->advice),
		"the caller gets the exception when it asks for the result; send functions from "
		"the top of a module and plain data, not lambdas, local functions, locks, open "
		"files or generators");
}

static void find_calls(const struct pool *p, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, CALLS);

	if (!f)
		return;
	f->since_ns = p->unsent.calls_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu64 " call%s never left the parent: the function, or an argument, could not "
		"be pickled",
		p->unsent.calls, p->unsent.calls == 1 ? "" : "s");
	advise(f);
	trap_evidence(f, "calls", (double)p->unsent.calls);
}

static void find_chunks(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, CHUNKS);

	if (!f)
		return;
	f->since_ns = p->unsent.chunks_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu64 " task%s for %.90s never left the parent, since what was in %s could "
		"not be pickled; the newest was chunk %" PRId32 " of job %" PRId64,
		p->unsent.chunks, p->unsent.chunks == 1 ? "" : "s",
		model_text(m, p->unsent.func, "an unknown function"),
		p->unsent.chunks == 1 ? "it" : "them", p->unsent.key.chunk, p->unsent.key.job);
	advise(f);
	trap_evidence(f, "chunks", (double)p->unsent.chunks);
	trap_evidence(f, "job", (double)p->unsent.key.job);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	if (p->unsent.calls)
		find_calls(p, sink);
	if (p->unsent.chunks)
		find_chunks(m, p, sink);
}

const struct trap_rule trap_task_unpicklable = {
	.id = "task-unpicklable",
	.judge = judge,
};
