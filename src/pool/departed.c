/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deaths that were before watching began. None of them was seen, so none is called one without
 * proof:
 * - A child that its parent has not waited for has its own status still.
 * - A Pool's worker that the pool's worker handler forked stands in place of one that had ended;
 *   and where workers do any number of tasks, none ends but by dying (CPython
 *   Lib/multiprocessing/pool.py, worker() and _maintain_pool()).
 * - How such a one died the kernel's log may tell: if, right before, it tells that a process of the
 *   same name, user and memory cgroup was killed; or that a thread of the same name crashed, and
 *   of nothing else that may have been this one.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/fmt.h"
#include "pool/stall.h"

/* A Pool looks after its workers every 100 ms at least. */
#define REPLACED_NS UINT64_C(1000000000)
/* And mostly at once: of a crash the log knows so little that it must be near. */
#define CRASHED_NS UINT64_C(250000000)
/* Later than the first of them, so that it is none of the first set. */
#define LATE_NS UINT64_C(500000000)
/* So long after a pool was found what was before it is looked at. */
#define SETTLED_NS UINT64_C(120000000000)

static uint64_t first_start_ns(const struct pool *p)
{
	uint64_t first_ns = UINT64_MAX;

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (p->workers[i].start_ns < first_ns)
			first_ns = p->workers[i].start_ns;
	return first_ns;
}

/* It was there, lives, and is no successor of one that had done all it was to do. */
static bool is_lasting(const struct model *m, const struct worker *w, uint32_t flags)
{
	const struct proc *c = model_proc(m, w->pid);

	/* In the /proc mode nobody sees a birth. */
	return !w->ended_ns && !w->born_seen && w->start_ns < m->session.h.t_ns && c &&
	       (c->flags & flags) == flags;
}

/* The death that it is known to stand in for; NULL: none is. */
static struct death *before_of(struct pool *p, uint32_t pid)
{
	for (uint32_t i = 0; i < p->deaths_count; i++)
		if (p->deaths[i].inferred[0] && p->deaths[i].replaced_by == pid)
			return &p->deaths[i];
	return NULL;
}

/* It may have been forked because that one ended. */
static bool may_replace(
	const struct model *m, struct pool *p, const struct worker *w, const struct departed *d)
{
	const struct death *known = before_of(p, w->pid);
	uint64_t most_ns = d->flags & DEPARTED_THREAD ? CRASHED_NS : REPLACED_NS;

	if ((known && known->end != END_UNKNOWN) || d->error_ns > most_ns)
		return false;
	if (w->start_ns + d->error_ns < d->ended_ns ||
		w->start_ns > d->ended_ns + d->error_ns + most_ns)
		return false;
	if (is_lasting(m, w, PROC_STAYS | PROC_REPLACES))
		return true;
	/* By another start method its stack does not tell who started it. */
	return p->start_method != START_FORK && is_lasting(m, w, PROC_STAYS) &&
	       w->start_ns > first_start_ns(p) + LATE_NS;
}

static const struct worker *replacement(
	const struct model *m, struct pool *p, const struct departed *d)
{
	const struct worker *found = NULL;

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (may_replace(m, p, &p->workers[i], d) &&
			(!found || p->workers[i].start_ns < found->start_ns))
			found = &p->workers[i];
	return found;
}

static enum end_kind end_of(const struct departed *d)
{
	if (d->flags & DEPARTED_OOM && (d->status & 0x7f) == SIGKILL)
		return END_OOM;
	return d->status & 0x7f ? END_SIGNAL : END_EXIT;
}

static int infer(struct model *m, struct pool *p, struct death *d)
{
	struct death *known = d->replaced_by ? before_of(p, d->replaced_by) : NULL;

	snprintf(d->consequence, sizeof(d->consequence),
		"not known: whether it had a task in hand was not seen");
	mend_text(d->inferred, sizeof(d->inferred));
	if (!known)
		return model_infer_death(m, p, d);
	/* That it died was known, and now how. */
	d->wall_ns = model_wall_ns(m, d->t_ns);
	d->syscall = -1;
	*known = *d;
	return 0;
}

/* The log tells of another that this worker may have been started for as well. */
static bool is_doubtful(
	const struct model *m, struct pool *p, const struct departed *past, const struct worker *w)
{
	for (uint32_t i = 0; i < m->departed_count; i++) {
		const struct departed *d = &m->departed[i];

		if (d != past && d->parent == p->pid && d->flags & DEPARTED_LOGGED &&
			may_replace(m, p, w, d))
			return true;
	}
	return false;
}

static int infer_crash(struct model *m, struct pool *p, struct departed *past)
{
	const struct worker *w = replacement(m, p, past);
	char later[FMT_MAX];
	struct death d = {
		.t_ns = past->ended_ns,
		.end = END_SIGNAL,
		.status = past->status,
		.status_known = true,
		.sender = {.seen = true, .t_ns = past->ended_ns, .sig = past->status},
	};

	if (!w || is_doubtful(m, p, past, w))
		return 0;
	d.replaced_by = w->pid;
	snprintf(d.inferred, sizeof(d.inferred),
		"by the kernel's log, which has a crash of a thread %" PRIu32
		" named %s, and by %" PRIu32 ", which was started in a worker's place %s after it",
		past->pid, past->comm, w->pid,
		fmt_duration(
			later, w->start_ns > past->ended_ns ? w->start_ns - past->ended_ns : 0));
	past->is_settled = true;
	return infer(m, p, &d);
}

static int infer_logged(struct model *m, struct pool *p, struct departed *past)
{
	const struct worker *w = replacement(m, p, past);
	char later[FMT_MAX];
	struct death d = {
		.t_ns = past->ended_ns,
		.pid = past->pid,
		.end = end_of(past),
		.status = past->status,
		.status_known = true,
		.oom = past->oom,
		.rss_bytes = past->oom.rss_bytes,
	};

	if (!w)
		return 0;
	d.replaced_by = w->pid;
	snprintf(d.inferred, sizeof(d.inferred),
		"by the kernel's log, which has the end of a %s of the same user and memory "
		"cgroup, and by %" PRIu32 ", which was started in a worker's place %s after it",
		past->comm, w->pid,
		fmt_duration(
			later, w->start_ns > past->ended_ns ? w->start_ns - past->ended_ns : 0));
	past->is_settled = true;
	return infer(m, p, &d);
}

/* A parent of one pool alone; where there are several it is nobody's. */
static bool is_only_pool(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].pid == p->pid && m->pools[i].id != p->id && !m->pools[i].ended_ns)
			return false;
	return true;
}

/* Some process of the parent's holds the end that is written to. */
static bool has_writer(const struct model *m, const struct pool *p, uint64_t ino)
{
	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if ((c->pid == p->pid || c->ppid == p->pid) && proc_holds(c, ino) & PIPE_WRITE)
			return true;
	}
	return false;
}

/*
 * For each multiprocessing.Process that it forks a parent keeps the reading end of a pipe that it
 * never reads: whose other end went with the process (CPython Lib/multiprocessing/popen_fork.py,
 * Popen.sentinel). So there are at least as many that nobody can write to as have gone so; what
 * else may have forked leaves none.
 */
static bool has_sentinel(const struct model *m, const struct pool *p)
{
	const struct proc *parent = model_proc(m, p->pid);
	uint32_t ends = 0, known = 0;

	for (uint32_t i = 0; i < p->deaths_count; i++)
		known += p->deaths[i].inferred[0] && !p->deaths[i].replaced_by;
	for (uint32_t i = 0; parent && i < parent->ends_count; i++)
		ends += parent->ends[i].mode == PIPE_READ && !has_writer(m, p, parent->ends[i].ino);
	return ends > known;
}

static int infer_child(struct model *m, struct pool *p, struct departed *past)
{
	uint32_t sig = past->status & 0x7f;
	struct death d = {
		.t_ns = past->ended_ns,
		.pid = past->pid,
		.end = end_of(past),
		.status = past->status,
		.status_known = true,
		.oom = past->oom,
		.rss_bytes = past->oom.rss_bytes,
	};

	/* SIGTERM is the parent's own way to end one, and billiard's recycle by a status. */
	if (sig == SIGTERM || (!sig && p->kind == pool_kind_billiard.name) || !is_only_pool(m, p) ||
		!has_sentinel(m, p))
		return 0;
	if (past->ended_ns && past->start_ns && past->ended_ns > past->start_ns)
		d.age_ns = past->ended_ns - past->start_ns;
	snprintf(d.inferred, sizeof(d.inferred),
		"from its status, which its parent has not yet waited for%s",
		past->flags & DEPARTED_LOGGED ? ", and the kernel's log" : "; when is not known");
	past->is_settled = true;
	return infer(m, p, &d);
}

/* Somebody's place was taken, and nothing tells how it came to be free. */
static int infer_replaced(struct model *m, struct pool *p, const struct worker *w)
{
	struct death d = {
		.t_ns = w->start_ns,
		.end = END_UNKNOWN,
		.replaced_by = w->pid,
	};

	snprintf(d.inferred, sizeof(d.inferred),
		"by %" PRIu32 ", which was started in a worker's place: without maxtasksperchild "
		"none ends but by dying; how is not known",
		w->pid);
	return infer(m, p, &d);
}

static int infer_replacements(struct model *m, struct pool *p)
{
	bool lost = p->start_method != START_FORK && stall_is_lost_before(m, p);
	uint64_t late_ns = lost ? first_start_ns(p) + LATE_NS : UINT64_MAX;
	int ret = 0;

	for (uint32_t i = 0; !ret && i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (!is_lasting(m, w, PROC_STAYS | PROC_REPLACES) &&
			!(w->start_ns > late_ns && is_lasting(m, w, PROC_STAYS)))
			continue;
		if (!before_of(p, w->pid))
			ret = infer_replaced(m, p, w);
	}
	return ret;
}

/* The one that is known to have gone is the one that the lost task went with. */
static void word_consequence(const struct model *m, struct pool *p)
{
	struct death *only = NULL;

	for (uint32_t i = 0; i < p->deaths_count; i++) {
		if (!p->deaths[i].inferred[0])
			continue;
		if (only)
			return;
		only = &p->deaths[i];
	}
	if (only && stall_is_lost_before(m, p))
		snprintf(only->consequence, sizeof(only->consequence),
			"a task went with it: its caller waits for ever");
}

int departed_judge(struct model *m, struct pool *p)
{
	bool is_pool = p->kind == pool_kind_pool.name;
	int ret = 0;

	if (p->from_start || p->ended_ns || p->closing || !m->session.h.kind ||
		p->seen_ns > m->session.h.t_ns + SETTLED_NS || m->now_ns > p->seen_ns + SETTLED_NS)
		return 0;
	for (uint32_t i = 0; !ret && i < m->departed_count; i++) {
		struct departed *d = &m->departed[i];

		if (d->is_settled || d->parent != p->pid)
			continue;
		if (d->flags & DEPARTED_CHILD)
			ret = infer_child(m, p, d);
		else if (is_pool)
			ret = d->flags & DEPARTED_THREAD ? infer_crash(m, p, d)
							 : infer_logged(m, p, d);
	}
	if (!ret && is_pool)
		ret = infer_replacements(m, p);
	word_consequence(m, p);
	return ret;
}
