/* SPDX-License-Identifier: GPL-2.0-only */
/* The parent's thread that reads results has ended though the pool was not closed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	uint64_t gone_ns = pool_reader_gone_ns(p, m->now_ns);
	struct finding *f;
	char task[WORDS_MAX];

	/* Of others it is no sign: an executor's reader ends when it breaks, and what reads a
	 * queue of its own may stop when it likes. */
	if (!gone_ns || strcmp(p->kind, "Pool"))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = gone_ns;
	snprintf(f->text, sizeof(f->text),
		"the parent's thread that reads results ended right after that of %.90s: nothing "
		"returns any more, %" PRIu64 " tasks wait for ever",
		p->reading.read_ns ? words_task(task, m, p->reader_key, p->reader_func)
				   : "an unknown task",
		pool_in_flight(p));
	snprintf(f->advice, sizeof(f->advice),
		"its callback raised, or its result or exception cannot be unpickled in the "
		"parent: "
		"the traceback is on standard error; this pool cannot recover");
	trap_evidence(f, "in_flight", (double)pool_in_flight(p));
	trap_evidence(f, "returned", (double)p->totals.returned);
}

const struct trap_rule trap_result_handler_died = {
	.id = "result-handler-died",
	.judge = judge,
};
