/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker took a task and could not make objects of its bytes: it ends with a traceback whose
 * innermost call of multiprocessing is get() of a queue (CPython Lib/multiprocessing/queues.py).
 * One finding for each function. Or an executor's parent could not make objects of a result.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

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

static void find_unread(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, UINT64_MAX);
	char task[WORDS_MAX];

	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->reading.read_ns;
	snprintf(f->text, sizeof(f->text),
		"the result of %.90s, which worker %" PRIu32
		" sent, could not be unpickled in the parent: it ended all its workers, and the "
		"pool is broken",
		words_task(task, m, p->reader_key, p->reader_func), p->reading.pid);
	snprintf(f->advice, sizeof(f->advice),
		"the BrokenProcessPool that its callers got names the exception; what a task "
		"returns must be made again from its own pickle: try "
		"pickle.loads(pickle.dumps(result))");
	trap_evidence(f, "pid", p->reading.pid);
	trap_evidence(f, "job", (double)p->reader_key.job);
	trap_evidence(f, "suffering", p->suffering);
}

/* The newest of each function tells for all of them. */
static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct exception_said said;
	uint32_t first = sink->count;

	if (pool_broke_unread(p))
		find_unread(m, p, sink);
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
