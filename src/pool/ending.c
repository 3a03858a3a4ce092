/* SPDX-License-Identifier: GPL-2.0-only */
/* A process is gone: a worker, a pool's parent, or a child that nobody knows yet. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pool/inside.h"

void mend_text(char *text, size_t size)
{
	char clean[256];

	text_clean(clean, sizeof(clean), text, strlen(text), 0);
	snprintf(text, size, "%.*s", (int)size - 1, clean);
}

struct ending ending_by_status(const struct proc *proc, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f;

	if (sig == SIGKILL && proc->oom.seen)
		return (struct ending){.end = END_OOM, .loses = true};
	return (struct ending){.end = sig ? END_SIGNAL : END_EXIT, .loses = true};
}

static void note_lock(struct pool *p, const struct frame_exit *exit)
{
	/* Who waits for a task holds that queue's lock, and a killed process gives nothing back
	 * (../shared/ref/wire-format.md 9, rule D). */
	if (p->traits.breaks || !(exit->status & 0x7f) || (exit->flags & EXIT_STATUS_UNKNOWN) ||
		p->closing || exit->syscall < 0 || !p->task_ino || exit->syscall_ino != p->task_ino)
		return;
	p->lock_lost_ns = exit->h.t_ns;
	p->lock_lost_pid = exit->h.pid;
}

static bool sent_by(const struct proc *c, uint32_t sig, uint32_t pid)
{
	const struct signal_seen *seen = proc_signal(c, sig);

	return seen && seen->sender == pid;
}

bool was_ended_by_parent(const struct worker *w, const struct frame_exit *exit)
{
	uint32_t sig = exit->status & 0x7f;

	return (w->killed_by_parent && sig == SIGTERM) || (w->struck_by_parent && sig == SIGKILL);
}

/* Who is in the middle of a result holds that queue's lock, and the parent waits for the rest of
 * what it began (rule E). */
static void note_result_lock(struct pool *p, const struct worker *w, const struct frame_exit *exit)
{
	if (p->kind != pool_kind_pool.name || !(exit->status & 0x7f) || p->closing ||
		(exit->flags & EXIT_STATUS_UNKNOWN) || exit->syscall < 0 || !w->hand.has ||
		!p->result_ino || exit->syscall_ino != p->result_ino)
		return;
	p->result_lock_lost_ns = exit->h.t_ns;
	p->result_lock_lost_pid = exit->h.pid;
}

/* Of Python 3.6 all that a fork server forks ends with 1 (Lib/multiprocessing/forkserver.py,
 * main()): who has done what it was there for has ended well. */
static struct frame_exit as_meant(const struct model *m, const struct pool *p,
	const struct worker *w, const struct proc *c, const struct frame_exit *exit)
{
	struct frame_exit meant = *exit;
	/* One that only sends is not told to end; of an exception it would have written. */
	bool is_silent = pool_only_sends(p) && !c->stderr_tail;
	bool is_done = w->told_to_end || w->said_bye || w->last_done_ns || p->closing || is_silent;

	if (p->start_method == START_FORKSERVER && exit->status == 1 << 8 && is_done &&
		!strncmp(model_text(m, p->python, ""), "3.6.", 4))
		meant.status = 0;
	return meant;
}

int ending_judge(struct model *m, struct proc *c, const struct frame_exit *exit)
{
	struct pool *p = model_find_pool(m, c->pool);
	struct worker *w = p ? pool_find_worker(p, c->worker) : NULL;
	const struct pool_kind *kind = p ? pool_kind_named(p->kind) : NULL;
	struct frame_exit meant;
	struct death *d;
	int ret;

	if (!w || !kind)
		return 0;
	note_lock(p, exit);
	note_result_lock(p, w, exit);
	/* A signal that came before its pool was known was not set down in the worker. */
	w->killed_by_parent |= sent_by(c, SIGTERM, p->pid);
	w->struck_by_parent |= sent_by(c, SIGKILL, p->pid);
	meant = as_meant(m, p, w, c, exit);
	ret = model_end_worker(m, c, exit, kind->judge_end(p, w, c, &meant));
	if (w->death >= 0) {
		d = &p->deaths[w->death];
		kind->word_death(m, p, d);
		mend_text(d->consequence, sizeof(d->consequence));
	}
	if (p->ended_ns && p->ended_ns < exit->h.t_ns && !p->parent_gone)
		p->ended_ns = exit->h.t_ns;
	state_end(m, p, exit->h.t_ns);
	return ret;
}

static void drop_gone_children(struct model *m, uint32_t pid)
{
	for (uint32_t i = m->procs_count; i--;)
		if (m->procs[i].gone && employer_of(m, &m->procs[i]) == pid)
			model_drop_proc(m, &m->procs[i]);
}

static void end_pools(struct model *m, uint32_t pid, uint64_t t_ns)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];

		if (p->pid != pid || p->parent_gone)
			continue;
		p->parent_gone = true;
		if (!p->ended_ns)
			model_end_pool(m, p, t_ns);
	}
}

/* The parent has told its workers to end, and this one did as it was told: it is no death, and
 * needs no proof. */
static bool was_dismissed(const struct pool *p, const struct proc *c, const struct frame_exit *exit)
{
	const struct signal_seen *term = proc_signal(c, SIGTERM);

	return p->closing && (!exit->status || ((exit->status & 0x7f) == SIGTERM && term &&
						       term->sender == p->pid));
}

/* True if a child's end is kept until there is proof of what it was. */
static bool defer(struct model *m, struct proc *c, uint32_t guess, const struct frame_exit *exit)
{
	struct pool *p = model_find_pool(m, c->pool ? c->pool : guess);
	const struct worker *w = c->pool && p ? pool_find_worker(p, c->worker) : NULL;
	uint32_t employer = employer_of(m, c);
	bool awaits = plain_awaits(m, c);

	if (w && !w->provisional)
		return false;
	if (!p && !awaits)
		return is_hireable(m, c) && model_proc(m, employer) &&
		       !model_parent_pool(m, employer) && !model_parent_pool(m, c->pid);
	if (!awaits && (was_dismissed(p, c, exit) || !worker_needs_proof(m, p, c)))
		return false;
	if (c->pool)
		model_withdraw_worker(m, c);
	return true;
}

int on_exit_frame(struct model *m, const struct frame_exit *exit)
{
	struct proc *c = model_find_proc(m, exit->h.pid);
	uint32_t guess;
	int ret = 0;

	if (!c || c->gone)
		return 0;
	if (c->pool)
		staff_review(m, c);
	guess = c->pool ? 0 : worker_guess_pool(m, c);
	if (defer(m, c, guess, exit))
		return model_keep_gone(m, c, exit);
	if (guess)
		ret = staff_adopt(m, guess, exit->h.pid, false);
	if (ret)
		return ret;
	ret = ending_judge(m, model_find_proc(m, exit->h.pid), exit);
	end_pools(m, exit->h.pid, exit->h.t_ns);
	drop_gone_children(m, exit->h.pid);
	model_drop_proc(m, model_find_proc(m, exit->h.pid));
	return ret;
}
