/* SPDX-License-Identifier: GPL-2.0-only */
/* That a pool does not move, and that it did not. */
#include <string.h>

#include "model/inside.h"

static void keep(const struct model *m, struct pool *p)
{
	struct stall *over;

	if (p->stalls_count == MODEL_STALLS) {
		p->stalls_count--;
		p->stalls_dropped++;
		memmove(p->stalls, p->stalls + 1, p->stalls_count * sizeof(p->stalls[0]));
	}
	over = &p->stalls[p->stalls_count++];
	*over = p->stall;
	over->until_ns = p->ended_ns ? p->ended_ns : m->now_ns;
}

void pool_set_stall(struct model *m, struct pool *p, const struct stall *now)
{
	bool goes_on = now->reason && p->stall.reason && !strcmp(now->reason, p->stall.reason);
	struct stall was = p->stall;

	if (p->stall.reason && !goes_on)
		keep(m, p);
	if (now->reason && !goes_on)
		model_add_event(m, EVENT_STALL, p->id, p->pid, now->since_ns);
	p->stall = *now;
	p->stall.found_ns = goes_on ? was.found_ns : m->now_ns;
	if (goes_on && was.since_ns < now->since_ns)
		p->stall.since_ns = was.since_ns;
}
