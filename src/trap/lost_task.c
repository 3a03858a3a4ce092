/* SPDX-License-Identifier: GPL-2.0-only */
/* A task is lost, and nobody tells its caller. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

static void advise(struct finding *f)
{
	snprintf(f->advice, sizeof(f->advice),
		"wait with get(timeout=...), or use ProcessPoolExecutor, which tells its callers "
		"when a worker dies");
}

/* Lost before watching began: the verdict is all that is known of it. */
static void judge_before(const struct pool *p, struct trap_sink *sink)
{
	struct finding *f;

	if (!p->stall.reason || strcmp(p->stall.reason, "lost-task"))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->stall.since_ns;
	snprintf(f->text, sizeof(f->text), "%s", p->stall.text);
	advise(f);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct lost_task *last = p->lost_count ? &p->lost[p->lost_count - 1] : NULL;
	char task[WORDS_MAX];
	struct finding *f;
	int len;

	/* An executor's callers are told that it broke. */
	if (!last)
		judge_before(p, sink);
	if (!last || p->traits.breaks)
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->lost[0].t_ns;
	len = snprintf(f->text, sizeof(f->text), "%s went with worker %" PRIu32 ": its caller %s",
		words_task(task, m, last->key, last->func), last->pid,
		p->parent_gone ? "waited for it to the end" : "will wait for ever");
	if (p->totals.lost > 1 && len > 0 && (size_t)len < sizeof(f->text))
		snprintf(f->text + len, sizeof(f->text) - (size_t)len,
			"; %" PRIu64 " tasks are lost in all", p->totals.lost);
	advise(f);
	trap_evidence(f, "lost", (double)p->totals.lost);
	trap_evidence(f, "since_progress_ns",
		(double)(m->now_ns > p->last_progress_ns ? m->now_ns - p->last_progress_ns : 0));
	trap_evidence(f, "in_flight", (double)pool_in_flight(p));
}

const struct trap_rule trap_lost_task = {
	.id = "lost-task",
	.judge = judge,
};
