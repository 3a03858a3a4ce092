/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that a pool's processes share. */
#include "model/inside.h"

int apply_shared(struct model *m, const struct frame *f)
{
	struct proc *p = model_find_proc(m, f->pid);

	if (p)
		p->shared = *(const struct frame_shared *)f;
	else
		m->dropped.orphan_frames++;
	return 0;
}

/* A pool keeps what its parent had, since it outlives the process. */
void tick_shared(const struct model *m, struct pool *p)
{
	const struct proc *parent = model_proc(m, p->pid);

	if (!parent || parent->start_ns != p->parent_start_ns || !parent->shared.h.kind ||
		p->ended_ns)
		return;
	p->shared = parent->shared;
	if (p->shared.bytes > p->shared_most_bytes)
		p->shared_most_bytes = p->shared.bytes;
}
