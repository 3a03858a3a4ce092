/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule J: a worker waits for a lock of its own process, and is the only thread in it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "pool/stall.h"

#define HANGS_NS UINT64_C(1500000000)

struct hung {
	const struct worker *first;
	uint32_t count;
	uint64_t since_ns;
};

/* False: somebody else has work in hand, or may soon. */
static bool find(const struct model *m, const struct pool *p, struct hung *ret)
{
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t ns = worker_hangs_ns(m, w);

		if (w->ended_ns)
			continue;
		if (ns >= HANGS_NS) {
			ret->first = ret->count++ ? ret->first : w;
			if (!ret->since_ns || m->now_ns - ns < ret->since_ns)
				ret->since_ns = m->now_ns - ns;
		} else if (worker_is_busy(m, w) || w->state == STATE_START) {
			return false;
		}
	}
	return ret->count;
}

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	struct hung hung = {0};
	char others[32] = "", with[80] = "";
	const struct worker *w;
	uint64_t oldest_ns;

	/* A brother that is free will take what waits. */
	if (!find(m, p, &hung) ||
		(hung.count < p->workers_alive && pool_waiting(p, m->now_ns, &oldest_ns)))
		return false;
	w = hung.first;
	ret->since_ns = hung.since_ns;
	if (hung.count > 1)
		snprintf(others, sizeof(others), " and %" PRIu32 " other%s hang", hung.count - 1,
			hung.count == 2 ? "" : "s");
	if (w->hand.has)
		snprintf(with, sizeof(with), "%s with task %" PRId64 " of %.40s",
			*others ? ", the first" : "", w->hand.key.job,
			model_text(m, w->hand.func, "an unknown function"));
	snprintf(ret->text, sizeof(ret->text),
		"%" PRIu32 "%s%s: %s waits for a lock of its own process that %snobody in it can "
		"release",
		w->pid, *others ? others : " hangs", with, *others ? "each" : "it",
		p->start_method == START_FORK ? "was held when it was forked and that " : "");
	return true;
}

const struct stall_rule stall_fork_lock = {
	.letters = "J",
	.reason = "fork-lock",
	.judge = judge,
};
