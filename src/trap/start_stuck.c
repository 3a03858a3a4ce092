/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker has been in start far longer than its brothers took. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "trap/trap.h"

#define LEAST_NS UINT64_C(5000000000)

enum { TIMES = 5 };

/* It was never ready, though it may be gone. */
static bool is_starting(const struct worker *w)
{
	return !w->tasks && !w->hand.has && !w->state_ns[STATE_WAIT] &&
	       (w->ended_ns || w->state == STATE_START);
}

/* The longest start of those that got through it; 0: nobody did. */
static uint64_t brothers_ns(const struct model *m, const struct pool *p, uint32_t *ret_brothers)
{
	uint64_t longest_ns = 0;

	*ret_brothers = 0;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint64_t ns = worker_state_ns(w, STATE_START, m->now_ns);

		if (!w->born_seen || is_starting(w))
			continue;
		(*ret_brothers)++;
		if (ns > longest_ns)
			longest_ns = ns;
	}
	return longest_ns;
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	char since[FMT_MAX], others[FMT_MAX];
	uint32_t brothers;
	uint64_t took_ns = brothers_ns(m, p, &brothers);

	/* Of those that only send nobody can tell when they have started. */
	for (uint32_t i = 0; i < p->workers_count && brothers && !pool_only_sends(p); i++) {
		const struct worker *w = &p->workers[i];
		uint64_t ns = worker_state_ns(w, STATE_START, m->now_ns);
		struct finding *f;

		if (!is_starting(w) || !w->born_seen || ns < LEAST_NS || ns < TIMES * took_ns)
			continue;
		f = trap_find(sink, w->pid);
		if (!f)
			return;
		f->since_ns = w->born_ns;
		snprintf(f->text, sizeof(f->text),
			"%" PRIu32 " %s starting for %s; %" PRIu32 " others were ready within %s",
			w->pid, w->ended_ns ? "was" : "has been", fmt_duration(since, ns), brothers,
			fmt_duration(others, took_ns));
		snprintf(f->advice, sizeof(f->advice),
			"see what it does: pooltop stack %" PRIu32
			"; most often an initializer or an import waits for a lock, a server or a "
			"file",
			w->pid);
		trap_evidence(f, "pid", w->pid);
		trap_evidence(f, "starting_ns", (double)ns);
		trap_evidence(f, "others_ns", (double)took_ns);
		trap_evidence(f, "others", brothers);
	}
}

const struct trap_rule trap_start_stuck = {
	.id = "start-stuck",
	.judge = judge,
};
