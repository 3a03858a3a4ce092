/* SPDX-License-Identifier: GPL-2.0-only */
/* The parent's thread that reads results. */
#include "model/inside.h"

#define SURE_NS UINT64_C(1000000000)

/* It ends by itself when the pool is closed, and then it was told so. Else nothing will return. */
int apply_thread_exit(struct model *m, const struct frame *f)
{
	const struct frame_thread_exit *exit = (const struct frame_thread_exit *)f;
	struct pool *p = model_result_pool(m, exit->ino);

	if (p && p->pid == f->pid && !p->closing && !p->reader_gone_ns)
		p->reader_gone_ns = f->t_ns;
	return 0;
}

uint64_t pool_reader_gone_ns(const struct pool *p, uint64_t now_ns)
{
	uint64_t gone_ns = p->reader_gone_ns;

	if (!gone_ns || now_ns < gone_ns + SURE_NS)
		return 0;
	return p->closing && p->closing_ns < gone_ns + SURE_NS ? 0 : gone_ns;
}
