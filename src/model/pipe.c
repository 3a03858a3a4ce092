/* SPDX-License-Identifier: GPL-2.0-only */
/* What is seen of a process besides its life: ends of pipes, signals, the OOM killer. */
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

uint32_t proc_holds(const struct proc *p, uint64_t ino)
{
	uint32_t mode = 0;

	for (uint32_t i = 0; i < p->ends_count; i++)
		if (p->ends[i].ino == ino)
			mode |= p->ends[i].mode;
	return mode;
}

int apply_pipe(struct model *m, const struct frame *f)
{
	const struct frame_pipe *end = (const struct frame_pipe *)f;
	struct proc *p = model_find_proc(m, f->pid);

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	if (end->fd < 0) {
		p->ends_ns = f->t_ns;
		return 0;
	}
	/* The ends are announced anew: some of the old ones may be closed. */
	if (p->ends_ns) {
		p->ends_ns = 0;
		p->ends_count = 0;
	}
	if (p->ends_count == MODEL_PIPES) {
		m->dropped.pipes++;
		return 0;
	}
	p->ends[p->ends_count++] = (struct pipe_end){
		.ino = end->ino,
		.fd = end->fd,
		.mode = end->mode,
	};
	return 0;
}

const struct signal_seen *proc_signal(const struct proc *p, uint32_t sig)
{
	for (int i = 0; i < MODEL_SIGNALS; i++)
		if (p->signals[i].seen && p->signals[i].sig == sig)
			return &p->signals[i];
	return NULL;
}

/* Of the same number, else free, else the oldest. */
static struct signal_seen *signal_place(struct proc *p, uint32_t sig)
{
	struct signal_seen *place = &p->signals[0];

	for (int i = 0; i < MODEL_SIGNALS; i++) {
		struct signal_seen *s = &p->signals[i];

		if (s->seen && s->sig == sig)
			return s;
		if (place->seen && (!s->seen || s->t_ns < place->t_ns))
			place = s;
	}
	return place;
}

int apply_signal(struct model *m, const struct frame *f)
{
	const struct frame_signal *from = (const struct frame_signal *)f;
	struct proc *p = model_find_proc(m, f->pid);
	struct pool *pool = p ? model_find_pool(m, p->pool) : NULL;
	struct worker *w = pool ? pool_find_worker(pool, p->worker) : NULL;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	p->signal = (struct signal_seen){
		.seen = true,
		.t_ns = f->t_ns,
		.sig = from->sig,
		.code = from->code,
		.sender = from->sender,
		.uid = from->uid,
	};
	text_clean(p->signal.comm, sizeof(p->signal.comm), from->comm, sizeof(from->comm), 0);
	*signal_place(p, from->sig) = p->signal;
	if (w)
		results_struck(pool, from);
	if (w && from->sender == pool->pid) {
		w->killed_by_parent |= from->sig == SIGTERM;
		w->struck_by_parent |= from->sig == SIGKILL;
	}
	return 0;
}

int apply_oom(struct model *m, const struct frame *f)
{
	const struct frame_oom *from = (const struct frame_oom *)f;
	struct proc *p = model_find_proc(m, f->pid);

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	p->oom = (struct oom_seen){
		.seen = true,
		.t_ns = f->t_ns,
		.limit_bytes = from->limit_bytes,
		.rss_bytes = from->rss_bytes,
		.scope = from->scope,
		.trigger = from->trigger,
	};
	return 0;
}
