/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads as they are sampled while they live: what was seen of one besides its stack. */
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

static bool is_sample(const struct stack *s)
{
	return s && !(s->flags & STACK_AT_DEATH);
}

static void drop_at(struct model *m, struct stack_ids *ids, uint32_t i)
{
	struct stack_ids one = {.id = {ids->id[i]}, .count = 1};

	stacks_forget(m, &one);
	ids->count--;
	memmove(&ids->id[i], &ids->id[i + 1], (ids->count - i) * sizeof(ids->id[0]));
}

void threads_forget_gone(struct model *m, struct proc *p)
{
	for (uint32_t i = p->stacks.count; i--;) {
		const struct stack *s = model_stack(m, p->stacks.id[i]);

		if (!s || (is_sample(s) && s->looked_ns < p->sampled_ns))
			drop_at(m, &p->stacks, i);
	}
}

void threads_settle(struct model *m, struct stack_ids *ids)
{
	for (uint32_t i = ids->count; i--;) {
		const struct stack *s = model_stack(m, ids->id[i]);

		if (is_sample(s) && stack_of(m, ids, s->tid, STACK_AT_DEATH))
			drop_at(m, ids, i);
	}
}

/* None of its threads has run: all that was known of them holds. */
static void apply_all(struct model *m, struct proc *p, uint64_t t_ns)
{
	for (uint32_t i = 0; i < p->stacks.count; i++) {
		const struct stack *known = model_stack(m, p->stacks.id[i]);
		struct stack *s = is_sample(known) ? stack_of(m, &p->stacks, known->tid, 0) : NULL;

		if (!s || s->looked_ns < p->sampled_ns)
			continue;
		s->looked_ns = t_ns;
		if (!(s->thread_flags & THREAD_TORN))
			s->t_ns = t_ns;
	}
	p->sampled_ns = t_ns;
}

int apply_thread(struct model *m, const struct frame *f)
{
	const struct frame_thread *t = (const struct frame_thread *)f;
	struct proc *p = model_find_proc(m, f->pid);
	struct stack *s;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	if (!t->tid) {
		apply_all(m, p, f->t_ns);
		return 0;
	}
	if (f->t_ns > p->sampled_ns) {
		threads_forget_gone(m, p);
		p->sampled_ns = f->t_ns;
	}
	s = stack_of(m, &p->stacks, t->tid, 0);
	if (!s)
		return 0; /* its only stacks were torn, or made room */
	s->looked_ns = f->t_ns;
	if (!(t->flags & THREAD_TORN))
		s->t_ns = f->t_ns;
	s->thread_flags = t->flags;
	s->syscall = t->syscall;
	text_clean(s->comm, sizeof(s->comm), t->comm, sizeof(t->comm), 0);
	return 0;
}

const struct stack *proc_stack_nth(const struct model *m, const struct proc *p, uint32_t n)
{
	const struct stack *first = NULL;

	for (uint32_t i = 0; i < p->stacks.count && !first; i++) {
		const struct stack *s = model_stack(m, p->stacks.id[i]);

		if (is_sample(s) && s->tid == p->pid && s->looked_ns >= p->sampled_ns)
			first = s;
	}
	if (first && !n)
		return first;
	n -= first != NULL;
	for (uint32_t i = 0; i < p->stacks.count; i++) {
		const struct stack *s = model_stack(m, p->stacks.id[i]);

		if (is_sample(s) && s != first && s->looked_ns >= p->sampled_ns && !n--)
			return s;
	}
	return NULL;
}

const struct stack *proc_stack(const struct model *m, const struct proc *p, uint32_t tid)
{
	const struct stack *s;

	for (uint32_t n = 0; (s = proc_stack_nth(m, p, n)); n++)
		if (s->tid == tid)
			return s;
	return NULL;
}
