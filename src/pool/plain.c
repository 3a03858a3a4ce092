/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bare processes with queues of a user's own. Nothing in their messages says so. What shows them
 * is that a parent writes to a pipe, and a process that it started by multiprocessing, and that
 * works for no other pool, reads from it: that is a queue of tasks. What such a worker writes and
 * its parent reads is a queue of results; so it is without any queue of tasks where the worker's
 * Python stack has said that it is a process of the user's own.
 *
 * That takes both sides of a message, and time for other evidence to come first: a Pool's worker
 * may read a queue of its user's before it reads its first task. So the messages wait, and are
 * looked through at ticks, at ends, and when many have come.
 */
#include "pool/inside.h"

/* So long after its birth a process may still turn out to be another kind of worker. */
#define SETTLE_NS UINT64_C(300000000)

/* Who wrote and who read on one pipe. */
struct pipe_use {
	uint64_t ino;
	const struct proc *writer;
	const struct proc *reader;
	uint64_t t_ns; /* of the newest read */
};

static bool is_bare(struct model *m, const struct proc *c, uint32_t parent)
{
	struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	return is_hireable(m, c) && employer_of(m, c) == parent &&
	       (!w || p->traits.unnumbered || (w->provisional && !own_has_begun(m, c)));
}

static bool has_bare_pool(struct model *m, uint32_t parent)
{
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (m->pools[i].pid == parent && !m->pools[i].ended_ns &&
			m->pools[i].traits.unnumbered)
			return true;
	return false;
}

/* A bare process that will not turn out to be another kind of worker any more. */
static bool is_settled(struct model *m, const struct proc *c, uint32_t ending)
{
	struct pool *p = c->pool ? model_find_pool(m, c->pool) : NULL;
	const struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;

	return (w && !w->provisional) || m->newest_ns >= proc_born_ns(c) + SETTLE_NS || c->gone ||
	       m->done || c->pid == ending || employer_of(m, c) == ending;
}

/* One of these, which it is too early to judge, may be a queue of tasks of that parent's. */
static bool may_become_parent(const struct pipe_use *open, uint32_t n, const struct proc *parent)
{
	for (uint32_t i = 0; i < n; i++)
		if (open[i].writer && open[i].writer->pid == parent->pid)
			return true;
	return false;
}

/* What the pipe uses[at] is used for; it is too early to judge those before it. *ret_open: so it
 * is with this one. */
static int judge(
	struct model *m, const struct pipe_use *uses, uint32_t at, uint32_t ending, bool *ret_open)
{
	const struct pipe_use *use = &uses[at];
	const struct proc *writer = use->writer, *reader = use->reader;
	struct clue e = {.kind = &pool_kind_process, .t_ns = use->t_ns, .more = true};

	if (is_bare(m, reader, writer->pid)) {
		*ret_open = !is_settled(m, reader, ending);
		e.parent = writer->pid;
		e.child = reader->pid;
		e.task_ino = use->ino;
		return *ret_open ? 0 : evidence_conclude(m, &e);
	}
	*ret_open = false;
	if (!is_bare(m, writer, reader->pid))
		return 0;
	if (!has_bare_pool(m, reader->pid)) {
		bool waits = may_become_parent(uses, at, reader);

		*ret_open = waits || !is_settled(m, writer, ending);
		/* Before it has sent a task nothing can be an answer: but of a process that is
		 * known to be a user's own, which may have its work by other ways. */
		if (waits || !(writer->flags & PROC_BARE))
			return 0;
		*ret_open = false;
	}
	e.parent = reader->pid;
	e.child = writer->pid;
	e.result_ino = use->ino;
	return evidence_conclude(m, &e);
}

/* The first message that is written to that pipe, of those that wait. */
static const struct proc *writer_of(struct model *m, uint64_t ino)
{
	for (uint32_t i = 0; i < model_pending(m); i++) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->ino == ino && f->dir == MSG_WRITE)
			return model_find_proc(m, f->h.pid);
	}
	return NULL;
}

static bool is_known(struct model *m, uint64_t ino)
{
	return model_queue_pool(m, ino, NULL);
}

/* A DataLoader's, which will be known as such. */
static bool is_loaders(struct model *m, const struct frame_msg *f)
{
	const struct proc *by = model_find_proc(m, f->h.pid);

	return by && (pool_kind_of_task(m, f, by) || pool_kind_of_result(m, f, by));
}

enum { PIPES = 256 };

/* One was added as the last. *tasks: so many are for tasks, and come first. */
static void place_use(struct model *m, struct pipe_use *uses, uint32_t n, uint32_t *tasks)
{
	struct pipe_use use = uses[n];

	if (!use.writer || !is_bare(m, use.reader, use.writer->pid))
		return;
	uses[n] = uses[*tasks];
	uses[(*tasks)++] = use;
}

static bool is_none_to_parent(struct model *m, const struct frame_msg *f)
{
	return f->shape == SHAPE_NONE && has_bare_pool(m, f->h.pid);
}

/* A None that a pool's parent reads from one of its workers may be an answer: what a function gives
 * back. All others are words to end, or among the parent's own threads. */
static bool may_say(struct model *m, const struct frame_msg *f, const struct pipe_use *use)
{
	return message_is_plain(f) || (use->writer && is_bare(m, use->writer, f->h.pid));
}

/* The pipes that were read, of those that nobody has claimed; those for tasks come first. */
static uint32_t find_pipes(struct model *m, struct pipe_use uses[PIPES])
{
	uint32_t n = 0, tasks = 0;

	for (uint32_t i = 0; i < model_pending(m) && n < PIPES; i++) {
		const struct frame_msg *f = model_pending_at(m, i);
		struct pipe_use use = {.ino = f->ino, .t_ns = f->h.t_ns};
		uint32_t k = 0;

		if (f->dir != MSG_READ || !(message_is_plain(f) || is_none_to_parent(m, f)))
			continue;
		while (k < n && uses[k].ino != f->ino)
			k++;
		if (k < n || is_known(m, f->ino) || is_loaders(m, f))
			continue;
		use.reader = model_find_proc(m, f->h.pid);
		if (!use.reader)
			continue;
		use.writer = writer_of(m, f->ino);
		if (!may_say(m, f, &use))
			continue;
		uses[n] = use;
		place_use(m, uses, n++, &tasks);
	}
	return n;
}

static bool was_read(const struct model *m, uint64_t ino)
{
	for (uint32_t i = 0; i < model_pending(m); i++)
		if (model_pending_at(m, i)->ino == ino && model_pending_at(m, i)->dir == MSG_READ)
			return true;
	return false;
}

/* Unless its ends were read since then and do not say so. */
static bool can_read(const struct proc *parent, const struct frame_msg *f)
{
	return parent->ends_ns < f->h.t_ns || proc_holds(parent, f->ino) & PIPE_READ;
}

/*
 * A worker may be gone before its parent looks at what it has answered (join(), then get()). What
 * it wrote into a pipe that its parent can read, and nobody has read yet, is taken for answers: it
 * is the last moment at which they still find their worker. *is_new: there were such pipes.
 */
static int claim_unread(struct model *m, const struct proc *c, bool *is_new)
{
	struct clue e = {.kind = &pool_kind_process, .child = c->pid, .more = true};
	int ret = 0;

	e.parent = employer_of(m, c);
	if (!is_bare(m, c, e.parent) || !has_bare_pool(m, e.parent))
		return 0;
	for (uint32_t i = 0; i < model_pending(m) && !ret; i++) {
		const struct frame_msg *f = model_pending_at(m, i);
		const struct proc *parent = model_proc(m, e.parent);

		if (f->h.pid != e.child || f->dir != MSG_WRITE || !message_is_plain(f) || !parent ||
			!can_read(parent, f) || is_known(m, f->ino) || was_read(m, f->ino))
			continue;
		e.result_ino = f->ino;
		e.t_ns = f->h.t_ns;
		ret = evidence_conclude(m, &e);
		*is_new = true;
	}
	return ret;
}

bool plain_awaits(struct model *m, const struct proc *c)
{
	uint32_t employer = employer_of(m, c);
	uint64_t seen_ino = 0;

	if (!is_bare(m, c, employer))
		return false;
	for (uint32_t i = 0; i < model_pending(m); i++) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->h.pid != c->pid || f->dir != MSG_READ || f->ino == seen_ino)
			continue;
		seen_ino = f->ino;
		if (!is_known(m, f->ino) && model_pending_plain(m, employer, f->ino, UINT32_MAX))
			return true;
	}
	return false;
}

int plain_review(struct model *m, uint32_t ending)
{
	struct pipe_use uses[PIPES];
	uint32_t n = find_pipes(m, uses), i = 0;
	const struct proc *c;
	bool is_new = false;
	int ret = 0;

	m->pending_fresh = 0;
	while (i < n && !ret) {
		uint64_t ino = uses[i].ino;
		bool open = !uses[i].writer;

		if (!open)
			ret = judge(m, uses, i, ending, &open);
		if (open) {
			i++;
			continue;
		}
		if (!is_known(m, ino))
			model_forget_pending(m, ino);
		/* A conclusion may move all that `uses` points to. */
		n = find_pipes(m, uses);
		i = 0;
		is_new = true;
	}
	c = ending && !ret ? model_proc(m, ending) : NULL;
	if (c)
		ret = claim_unread(m, c, &is_new);
	return ret || !is_new ? ret : evidence_settle(m);
}
