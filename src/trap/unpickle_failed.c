/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker took a task and could not make objects of its bytes: it ends with a traceback whose
 * innermost call of multiprocessing is get() of a queue (CPython Lib/multiprocessing/queues.py).
 * One finding for each function.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"

static bool is_unpickling(const struct death *d, struct exception_said *ret_said)
{
	return d->hand.has && d->stderr_tail && strstr(d->stderr_tail, "ForkingPickler.loads(") &&
	       death_exception(d, ret_said);
}

static uint32_t count_like(const struct pool *p, uint32_t func, uint64_t *ret_first_ns)
{
	struct exception_said said;
	uint32_t count = 0;

	for (uint32_t i = p->deaths_count; i--;)
		if (p->deaths[i].hand.func == func && is_unpickling(&p->deaths[i], &said)) {
			*ret_first_ns = p->deaths[i].t_ns;
			count++;
		}
	return count;
}

static void find(const struct model *m, const struct pool *p, const struct death *d,
	const struct exception_said *said, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, d->hand.func);
	uint32_t count;

	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	count = count_like(p, d->hand.func, &f->since_ns);
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32
		" task%s for %.60s could not be unpickled: the worker ended by %.40s: %.60s",
		count, count == 1 ? "" : "s", model_text(m, d->hand.func, "an unknown function"),
		said->type, said->message);
	snprintf(f->advice, sizeof(f->advice),
		"the worker must be able to import the module and the class of every argument: "
		"define them at the top of a module that is there in the worker too, and try "
		"pickle.loads(pickle.dumps(argument))");
	trap_evidence(f, "count", count);
	trap_evidence(f, "pid", d->pid);
	trap_evidence(f, "job", (double)d->hand.key.job);
}

/* The newest of each function tells for all of them. */
static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct exception_said said;
	uint32_t first = sink->count;

	for (uint32_t i = p->deaths_count; i--;) {
		const struct death *d = &p->deaths[i];
		bool is_told = false;

		if (!is_unpickling(d, &said))
			continue;
		for (uint32_t k = first; k < sink->count; k++)
			is_told |= sink->findings[k].subject == d->hand.func;
		if (!is_told)
			find(m, p, d, &said, sink);
	}
}

const struct trap_rule trap_unpickle_failed = {
	.id = "unpickle-failed",
	.judge = judge,
};
