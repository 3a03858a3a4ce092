/* SPDX-License-Identifier: GPL-2.0-only */
/* An executor broke: who did it, and how many futures only suffer for it. */
#include <inttypes.h>
#include <stdio.h>

#include "trap/trap.h"
#include "trap/words.h"

static const struct death *culprit(const struct pool *p)
{
	for (uint32_t i = 0; i < p->deaths_count; i++)
		if (p->deaths[i].worker == p->broken_by)
			return &p->deaths[i];
	return NULL;
}

/* Nobody's death: its parent ended them all. */
static void find_unread(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, 0);
	char task[WORDS_MAX];

	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->broken_ns;
	snprintf(f->text, sizeof(f->text),
		"the parent broke the pool when it could not unpickle the result of %.60s, from "
		"worker %" PRIu32 "; %" PRIu32
		" other calls on their way, and all that waited, fail for that alone",
		words_task(task, m, p->reader_key, p->reader_func), p->reading.pid, p->suffering);
	snprintf(f->advice, sizeof(f->advice),
		"no worker is at fault, look at what this task returns; make another executor, and "
		"send again what was not done");
	trap_evidence(f, "pid", p->reading.pid);
	trap_evidence(f, "suffering", p->suffering);
	trap_evidence(f, "lost", (double)p->totals.lost);
	trap_evidence(f, "returned", (double)p->totals.returned);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct death *d = p->broken_ns && p->broken_by ? culprit(p) : NULL;
	char how[WORDS_MAX], task[WORDS_MAX] = "no call";
	struct exception_said said;
	struct finding *f;

	if (pool_broke_unread(p))
		find_unread(m, p, sink);
	if (!d)
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->broken_ns;
	if (d->hand.has)
		words_task(task, m, d->hand.key, d->hand.func);
	snprintf(f->text, sizeof(f->text),
		"worker %" PRIu32 " broke the pool: it %.50s with %.50s in hand; %" PRIu32
		" other calls on their way, and all that waited in the parent, fail for that alone",
		d->pid, words_death(how, d), task, p->suffering);
	if (death_exception(d, &said))
		snprintf(f->advice, sizeof(f->advice),
			"it ended by %.60s: %.100s; make another executor, and send again what was "
			"not done",
			said.type, said.message);
	else
		snprintf(f->advice, sizeof(f->advice),
			"look at this one worker's death, not at the other futures; make another "
			"executor, and send again what was not done");
	trap_evidence(f, "pid", d->pid);
	trap_evidence(f, "suffering", p->suffering);
	trap_evidence(f, "lost", (double)p->totals.lost);
	trap_evidence(f, "returned", (double)p->totals.returned);
}

const struct trap_rule trap_broken_pool = {
	.id = "broken-pool",
	.judge = judge,
};
