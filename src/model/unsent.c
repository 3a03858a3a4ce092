/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that were never sent, since the parent could not pickle them: nothing is written, and the
 * job's caller gets the error (CPython 3.8 to 3.14 Lib/multiprocessing/pool.py, _handle_tasks()).
 * Two things show that (../shared/ref/wire-format.md 9, rule L), and each is certain:
 * - the thread that sends tasks numbers a job's chunks one by one, and one of them is missing;
 * - that thread says that no job is open (_PoolCache.__delitem__()), though it had sent nothing
 *   since that was said before: so it has closed a job that was opened meanwhile. Besides what
 *   cannot be pickled it does that to an imap() of nothing alone.
 * A job's number that is left out shows nothing: a map() of nothing takes one too, in another
 * thread, and so does another pool.
 */
#include "model/inside.h"

/* Where records were lost, or tasks only added up, one that is missing may have been sent. */
static bool was_all_told(const struct model *m)
{
	return !m->lost_records && !m->level_most;
}

/* What was sent before watching began, of the job that was being sent then, is not known; each
 * chunk after the first that was seen is. */
static bool is_sending_known(const struct model *m, const struct pool *p)
{
	return was_all_told(m) && (p->from_start || p->last_sent_ns);
}

static void add_calls(struct pool *p, uint32_t count, uint64_t t_ns)
{
	if (!p->unsent.calls)
		p->unsent.calls_ns = t_ns;
	p->unsent.calls += count;
}

void unsent_before(
	const struct model *m, struct pool *p, const struct job *j, const struct frame_msg *f)
{
	struct unsent *u = &p->unsent;
	int64_t missing = (int64_t)f->chunk - j->chunk_last - 1;

	if (!p->traits.tells_idle)
		return;
	u->is_idle = false;
	if (u->early_tid == f->tid && p->from_start && was_all_told(m))
		add_calls(p, u->early, u->early_ns);
	u->early_tid = u->early = 0;
	if (!(f->flags & MSG_HAS_CHUNK) || missing <= 0 || !is_sending_known(m, p))
		return;
	if (!u->chunks)
		u->chunks_ns = f->h.t_ns;
	u->chunks += (uint64_t)missing;
	u->key = (struct task_key){.job = j->id, .chunk = f->chunk - 1};
	u->func = f->func;
}

static uint32_t tid_of(struct pool *p, uint64_t ino)
{
	const struct queue *q = ino ? queue_find(p, ino) : NULL;

	return q ? q->parent_tid : 0;
}

static void take_word(const struct model *m, struct pool *p, const struct frame_msg *f)
{
	struct unsent *u = &p->unsent;
	uint32_t sends = tid_of(p, p->task_ino);

	if (f->dir != MSG_WRITE || f->h.t_ns < p->last_sent_ns)
		return;
	if (!sends && f->tid != f->h.pid && (!u->early_tid || u->early_tid == f->tid)) {
		u->early_ns = u->early++ ? u->early_ns : f->h.t_ns;
		u->early_tid = f->tid;
	}
	if (f->tid != sends && f->tid != tid_of(p, p->result_ino))
		return;
	if (f->tid == sends && u->is_idle && was_all_told(m))
		add_calls(p, 1, f->h.t_ns);
	u->is_idle = true;
}

void unsent_told(struct model *m, const struct frame_msg *f)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];

		if (p->pid == f->h.pid && p->traits.tells_idle && !p->closing &&
			f->ino != p->task_ino && f->ino != p->result_ino)
			take_word(m, p, f);
	}
}
