/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was gone before watching began: what was told of them, and what it is called a death. */
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

/* What the log tells of a child that is still to be looked at goes with that. */
static struct departed *same(struct model *m, const struct frame_departed *f)
{
	for (uint32_t i = 0; i < m->departed_count; i++)
		if (m->departed[i].pid == f->h.pid && m->departed[i].parent == f->parent)
			return &m->departed[i];
	return NULL;
}

int apply_departed(struct model *m, const struct frame *frame)
{
	const struct frame_departed *f = (const struct frame_departed *)frame;
	struct departed *d = same(m, f);

	m->departed_ns = frame->t_ns;
	if (!d && m->departed_count == MODEL_DEPARTED) {
		m->dropped.procs++;
		return 0;
	}
	if (!d) {
		d = &m->departed[m->departed_count++];
		*d = (struct departed){.pid = frame->pid, .parent = f->parent};
	}
	if (!(d->flags & DEPARTED_CHILD))
		d->status = f->status;
	d->flags |= f->flags;
	d->start_ns = f->start_ns ? f->start_ns : d->start_ns;
	text_clean(d->comm, sizeof(d->comm), f->comm, sizeof(f->comm), 0);
	if (!(f->flags & DEPARTED_LOGGED))
		return 0;
	d->ended_ns = f->ended_ns;
	d->error_ns = f->error_ns;
	if (f->flags & DEPARTED_OOM)
		d->oom = (struct oom_seen){
			.seen = true,
			.t_ns = f->ended_ns,
			.limit_bytes = f->limit_bytes,
			.rss_bytes = f->rss_bytes,
			.scope = f->scope,
		};
	return 0;
}

uint64_t death_key(const struct death *d)
{
	/* A worker's number is below 2^32. */
	return d->worker ? d->worker : UINT64_C(1) << 32 | (d->pid ? d->pid : d->replaced_by);
}

int model_infer_death(struct model *m, struct pool *p, const struct death *d)
{
	struct death whole = *d;

	whole.worker = 0;
	whole.syscall = -1;
	whole.wall_ns = d->t_ns ? model_wall_ns(m, d->t_ns) : 0;
	return death_add(m, p, &whole);
}
