/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/still.h"

static void move_to(struct still *s, int cpu)
{
	cpu_set_t there;

	if (cpu < 0 || cpu >= CPU_SETSIZE || (s->is_pinned && s->cpu == cpu))
		return;
	if (!s->is_pinned && sched_getaffinity(0, sizeof(s->ours), &s->ours))
		return;
	CPU_ZERO(&there);
	CPU_SET(cpu, &there);
	if (sched_setaffinity(0, sizeof(there), &there))
		return; /* not ours to run on: there will be no proof, and so be it */
	s->is_pinned = true;
	s->cpu = cpu;
}

int still_begin(struct still *s, const char *proc, uint32_t pid, uint32_t tid)
{
	int r = task_look(proc, pid, tid, &s->now);

	/* For the core of a thread that goes before us we might wait long. */
	if (r || s->now.state != 'R' || s->now.is_realtime ||
		(s->is_pinned && s->cpu == s->now.cpu))
		return r;
	move_to(s, s->now.cpu);
	return task_look(proc, pid, tid, &s->now);
}

bool still_end(struct still *s, const char *proc, uint32_t pid, uint32_t tid)
{
	struct task_now now;

	if (task_look(proc, pid, tid, &now) || !now.runs || now.runs != s->now.runs ||
		now.state != s->now.state)
		return false;
	if (now.state != 'R')
		return true;
	return s->is_pinned && s->cpu == now.cpu && s->cpu == s->now.cpu;
}

void still_release(struct still *s)
{
	if (s->is_pinned)
		sched_setaffinity(0, sizeof(s->ours), &s->ours);
	s->is_pinned = false;
}
