/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool/classify.h"
#include "pool/inside.h"

static bool share_pipe(const struct proc *parent, const struct proc *c)
{
	for (uint32_t i = 0; i < c->ends_count; i++)
		if (proc_holds(parent, c->ends[i].ino))
			return true;
	return false;
}

bool pool_is_suspected(const struct model *m, uint32_t pid)
{
	const struct proc *parent = model_proc(m, pid);

	for (uint32_t i = 0; parent && i < m->procs_count; i++) {
		const struct proc *c = &m->procs[i];

		if (is_hireable(m, c) && employer_of(m, c) == pid && share_pipe(parent, c))
			return true;
	}
	return false;
}
