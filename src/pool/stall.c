/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool/stall.h"

static const struct stall_rule *const rules[] = {
	&stall_task_lock,
	&stall_result_lock,
	&stall_reader,
	&stall_fork_lock,
	&stall_deserted,
	&stall_stillborn,
	&stall_start_held,
	&stall_pipe_full,
	&stall_lost_task,
	&stall_lost_before,
	&stall_straggler,
};

const struct stall_rule *stall_rule_at(unsigned int index)
{
	return index < sizeof(rules) / sizeof(rules[0]) ? rules[index] : NULL;
}

static const bool at_work[WORKER_STATES] = {
	[STATE_UNPICKLE] = true,
	[STATE_RUN] = true,
	[STATE_PICKLE] = true,
	[STATE_SEND] = true,
	[STATE_IO] = true,
	[STATE_LOCK] = true,
};

/* What is not seen in messages shows in what the worker does: in the /proc mode always, else
 * until its first message after it was found. */
bool worker_is_busy(const struct model *m, const struct worker *w)
{
	if (w->ended_ns)
		return false;
	if (w->hand.has)
		return true;
	if (m->session.mode != MODE_PROC && (w->born_seen || w->last_done_ns))
		return false;
	return at_work[w->state];
}

bool pool_is_busy(const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (worker_is_busy(m, &p->workers[i]))
			return true;
	return false;
}
