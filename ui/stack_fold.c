/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/stack_fold.h"

bool stack_is_now(const struct model *m, const struct pool *p, const struct stack *s)
{
	const struct proc *proc = s->id ? model_proc(m, s->pid) : NULL;

	return proc && (proc->pid == p->pid || proc->pool == p->id) &&
	       !(s->flags & STACK_AT_DEATH) && proc_stack(m, proc, s->tid) == s;
}

static bool is_same(const struct pool *p, const struct stack *a, const struct stack *b)
{
	if (a->count != b->count || a->thread_flags != b->thread_flags ||
		(a->pid == p->pid) != (b->pid == p->pid))
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (a->places[i].function != b->places[i].function ||
			a->places[i].file != b->places[i].file ||
			a->places[i].line != b->places[i].line)
			return false;
	return true;
}

const struct stack *stack_next_same(
	const struct model *m, const struct pool *p, const struct stack *s, uint32_t *at)
{
	while (*at < m->stacks_count) {
		const struct stack *other = &m->stacks[(*at)++];

		if (other != s && other->id && is_same(p, s, other) && stack_is_now(m, p, other))
			return other;
	}
	return NULL;
}

bool stack_leads(const struct model *m, const struct pool *p, const struct stack *s)
{
	const struct stack *other;
	uint32_t at = 0;

	while ((other = stack_next_same(m, p, s, &at)))
		if (other->since_ns < s->since_ns || (other->since_ns == s->since_ns && other < s))
			return false;
	return true;
}

bool stack_is_idle(const struct model *m, const struct pool *p, const struct stack *s)
{
	const struct proc *proc = model_proc(m, s->pid);
	const struct worker *w = proc ? pool_worker(p, proc->worker) : NULL;

	if (s->pid == p->pid || s->tid != s->pid)
		return !(s->thread_flags & THREAD_ON_CPU);
	return w && w->state == STATE_WAIT;
}
