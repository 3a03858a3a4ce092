/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers were forked while their parent had other threads: a lock that one of those held stays
 * locked in the worker for ever. That it happened shows in a worker without threads of its own
 * that waits for such a lock: nobody can wake it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "trap/trap.h"

#define STUCK_NS UINT64_C(5000000000)
#define LOOKED_NS UINT64_C(1500000000) /* if it was looked at, and is found to be so */

/* Threads of its own that a pool of this kind has in its parent once it is made. */
static uint32_t handlers(const struct pool *p)
{
	return strcmp(p->kind, "Pool") ? 2 : 3;
}

/* Threads of the parent when it forked this worker that are no pool's. */
static uint32_t strangers(const struct model *m, const struct pool *p, const struct worker *w)
{
	/* The one that forks; a replacement is forked by one of the pool's own. */
	uint32_t own = 1;

	if (w->forked_by_tid != p->first_tid)
		own += handlers(p);
	for (uint32_t i = 0; i < m->pools_count; i++) {
		const struct pool *other = &m->pools[i];

		if (other != p && other->pid == p->pid && other->started_ns < w->born_ns &&
			(!other->ended_ns || other->ended_ns > w->born_ns))
			own += handlers(other);
	}
	return w->parent_threads > own ? w->parent_threads - own : 0;
}

/* How long it has done nothing since it was born but wait for a lock of its own process. */
static uint64_t hangs_ns(const struct model *m, const struct worker *w)
{
	uint64_t from_ns = w->hand.has ? w->hand.since_ns : w->born_ns;
	uint64_t until_ns = w->ended_ns ? w->ended_ns : m->now_ns;
	enum worker_state state = w->hand.has ? STATE_LOCK : STATE_START;
	uint64_t ns = worker_state_ns(w, state, m->now_ns);

	if (w->is_free || !w->stuck || w->threads > 1 || w->tasks || until_ns < from_ns)
		return 0;
	/* The pool's verdict and this one are the same. */
	if (worker_hangs_ns(m, w) >= LOOKED_NS)
		return ns;
	return ns >= STUCK_NS && ns >= (until_ns - from_ns) / 5 * 4 ? ns : 0;
}

static void judge_hang(
	const struct model *m, const struct worker *w, uint32_t threads, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, w->pid);
	char since[FMT_MAX], with[84] = "", who[48] = "another thread of its parent";

	if (!f)
		return;
	if (threads > 1)
		snprintf(who, sizeof(who), "one of %" PRIu32 " other threads of its parent",
			threads);
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = w->hand.has ? w->hand.since_ns : w->born_ns;
	if (w->hand.has)
		snprintf(with, sizeof(with), " with task %" PRId64 " of %.48s", w->hand.key.job,
			model_text(m, w->hand.func, "an unknown function"));
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " %s%s: for %s it %s for a lock that %s held when it was forked", w->pid,
		w->ended_ns ? "hung" : "hangs", with, fmt_duration(since, hangs_ns(m, w)),
		w->ended_ns ? "waited" : "has waited", who);
	snprintf(f->advice, sizeof(f->advice),
		"nobody can wake it: kill it, and start workers before threads, or with the start "
		"method spawn or forkserver");
	trap_evidence(f, "pid", w->pid);
	trap_evidence(f, "threads", threads);
	trap_evidence(f, "waiting_ns", (double)hangs_ns(m, w));
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	uint32_t most = 0, workers = 0;
	uint64_t since_ns = 0;
	struct finding *f;

	if (p->start_method != START_FORK)
		return;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];
		uint32_t threads = strangers(m, p, w);

		if (!threads)
			continue;
		since_ns = workers++ ? since_ns : w->born_ns;
		most = threads > most ? threads : most;
		if (hangs_ns(m, w))
			judge_hang(m, w, threads, sink);
	}
	f = workers ? trap_find(sink, 0) : NULL;
	if (!f)
		return;
	f->severity = SEVERITY_INFO;
	f->since_ns = since_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32 " worker%s forked while the parent had %" PRIu32
		" other thread%s: a lock that one of them holds stays locked in the worker",
		workers, workers == 1 ? " was" : "s were", most, most == 1 ? "" : "s");
	snprintf(f->advice, sizeof(f->advice),
		"make the pool before the threads, or use the start method spawn or forkserver");
	trap_evidence(f, "threads", most);
	trap_evidence(f, "workers", workers);
}

const struct trap_rule trap_fork_with_threads = {
	.id = "fork-with-threads",
	.judge = judge,
};
