/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of threads, and which of them belongs on a certificate. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

/* An id is a slot and how often it was used: one that made room is not taken for its successor. */
enum { SORT = STACK_AT_DEATH | STACK_NATIVE };
enum { SLOT_BITS = 13, SLOT_USES = 1 << (32 - SLOT_BITS), LATE_DEATHS = 64 };
#define LATE_NS UINT64_C(2000000000)

_Static_assert(MODEL_STACKS == 1 << SLOT_BITS, "an id has room for every slot");

static uint32_t slot_of(uint32_t id)
{
	return id & (MODEL_STACKS - 1);
}

const struct stack *model_stack(const struct model *m, uint32_t id)
{
	uint32_t slot = slot_of(id);

	return id && slot < m->stacks_count && m->stacks[slot].id == id ? &m->stacks[slot] : NULL;
}

static struct stack *find(struct model *m, uint32_t id)
{
	return model_stack(m, id) ? &m->stacks[slot_of(id)] : NULL;
}

/* A slot that is free, new, or makes room. */
static int take_slot(struct model *m, uint32_t *ret_slot)
{
	int ret;

	if (m->stacks_free) {
		*ret_slot = m->stacks_free - 1;
		m->stacks_free = m->stacks[*ret_slot].next_free;
		return 0;
	}
	ret = vec_grow(&m->stacks, &m->stacks_cap, m->stacks_count,
		(struct vec_shape){sizeof(*m->stacks), MODEL_STACKS});
	if (!ret) {
		*ret_slot = m->stacks_count++;
		return 0;
	}
	if (ret != -ENOSPC)
		return ret;
	*ret_slot = m->stacks_next++ % MODEL_STACKS;
	m->dropped.stacks++;
	return 0;
}

static int add(struct model *m, struct stack **ret_stack)
{
	uint32_t slot = 0, uses;
	struct stack *s;
	int ret = take_slot(m, &slot);

	if (ret)
		return ret;
	s = &m->stacks[slot];
	uses = (s->uses + 1) % SLOT_USES;
	free(s->places);
	*s = (struct stack){.uses = uses ? uses : 1};
	s->id = s->uses << SLOT_BITS | slot;
	*ret_stack = s;
	return 0;
}

static void drop(struct model *m, struct stack *s)
{
	uint32_t slot = slot_of(s->id);

	free(s->places);
	*s = (struct stack){.uses = s->uses, .next_free = m->stacks_free};
	m->stacks_free = slot + 1;
}

void stacks_forget(struct model *m, struct stack_ids *ids)
{
	for (uint32_t i = 0; i < ids->count; i++) {
		struct stack *s = find(m, ids->id[i]);

		if (s)
			drop(m, s);
	}
	ids->count = 0;
}

void stacks_release(struct model *m)
{
	for (uint32_t i = 0; i < m->stacks_count; i++)
		free(m->stacks[i].places);
	free(m->stacks);
	m->stacks = NULL;
	m->stacks_count = m->stacks_cap = m->stacks_free = m->stacks_next = 0;
}

static int copy_places(struct stack *s, const struct stack_place *places, uint32_t count)
{
	struct stack_place *copy = NULL;

	if (count) {
		copy = calloc(count, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, places, count * sizeof(*copy));
	}
	free(s->places);
	s->places = copy;
	s->count = count;
	return 0;
}

int stacks_copy(struct model *to, const struct model *from)
{
	int ret = 0;

	to->stacks = from->stacks_count ? calloc(from->stacks_count, sizeof(*to->stacks)) : NULL;
	if (from->stacks_count && !to->stacks)
		return -ENOMEM;
	for (uint32_t i = 0; !ret && i < from->stacks_count; i++) {
		const struct stack *s = &from->stacks[i];

		to->stacks[i] = *s;
		to->stacks[i].places = NULL;
		to->stacks_count = to->stacks_cap = i + 1;
		ret = copy_places(&to->stacks[i], s->places, s->count);
	}
	return ret;
}

struct stack *stack_of(struct model *m, const struct stack_ids *ids, uint32_t tid, uint32_t sort)
{
	for (uint32_t i = 0; i < ids->count; i++) {
		struct stack *s = find(m, ids->id[i]);

		if (s && s->tid == tid && (s->flags & SORT) == sort)
			return s;
	}
	return NULL;
}

/* Where the stack's id goes: that of the thread's older one, a free place, that of a sample for
 * one at death, or for a thread that matters more the last one's. NULL: no room. */
static uint32_t *place_for(struct model *m, struct stack_ids *ids, const struct frame_stack *f)
{
	uint32_t *sample = NULL;

	for (uint32_t i = 0; i < ids->count; i++) {
		const struct stack *s = model_stack(m, ids->id[i]);

		if (!s || (s->tid == f->tid && (s->flags & SORT) == (f->flags & SORT)))
			return &ids->id[i];
		if (!(s->flags & STACK_AT_DEATH) && (!sample || s->tid != f->h.pid))
			sample = &ids->id[i];
	}
	if (ids->count < MODEL_THREADS) {
		ids->id[ids->count] = 0;
		return &ids->id[ids->count++];
	}
	if (f->flags & STACK_AT_DEATH && sample)
		return sample;
	m->dropped.stacks++;
	if (f->flags & STACK_CULPRIT || f->tid == f->h.pid)
		return &ids->id[MODEL_THREADS - 1];
	return NULL;
}

/* A stack that was told after the exit: the kernel's hooks have no order between them. */
static struct stack_ids *late_death(struct model *m, const struct frame *f)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];

		for (uint32_t n = 0; n < p->deaths_count && n < LATE_DEATHS; n++) {
			struct death *d = &p->deaths[p->deaths_count - 1 - n];

			if (d->pid == f->pid &&
				since_ns(d->t_ns, f->t_ns) + since_ns(f->t_ns, d->t_ns) < LATE_NS)
				return &d->stacks;
		}
	}
	return NULL;
}

static bool is_same(const struct stack *s, const struct frame_stack *f)
{
	return s->since_ns && s->tid == f->tid && (s->flags & SORT) == (f->flags & SORT) &&
	       s->count == f->count &&
	       (!s->count || !memcmp(s->places, f->places, s->count * sizeof(*s->places)));
}

static void date(struct stack *s, const struct frame_stack *f)
{
	if (!is_same(s, f))
		s->since_ns = f->h.t_ns;
	s->t_ns = s->looked_ns = f->h.t_ns;
	s->syscall = -1;
}

int apply_stack(struct model *m, const struct frame *frame)
{
	const struct frame_stack *f = (const struct frame_stack *)frame;
	struct proc *p = model_find_proc(m, frame->pid);
	struct stack_ids *ids = p ? &p->stacks : late_death(m, frame);
	uint32_t *id = ids ? place_for(m, ids, f) : NULL;
	struct stack *s = id ? find(m, *id) : NULL;
	int ret = 0;

	if (!ids)
		m->dropped.orphan_frames++;
	if (!id)
		return 0;
	if (!s)
		ret = add(m, &s);
	if (ret)
		return ret;
	*id = s->id;
	date(s, f);
	s->pid = frame->pid;
	s->tid = f->tid;
	s->flags = f->flags;
	s->address = f->address;
	s->walk_ns = f->walk_ns;
	if (f->count > MODEL_STACK_PLACES)
		s->flags |= STACK_MORE;
	ret = copy_places(
		s, f->places, f->count > MODEL_STACK_PLACES ? MODEL_STACK_PLACES : f->count);
	if (f->flags & STACK_AT_DEATH)
		threads_settle(m, ids);
	return ret;
}

/* How much it tells of a death; 0: nothing. */
static int worth(const struct stack *s, bool native)
{
	bool culprit, main_thread;
	int points;

	if (!s || !(s->flags & STACK_NATIVE) != !native)
		return 0;
	culprit = s->flags & STACK_CULPRIT;
	main_thread = s->tid == s->pid;
	points = s->count ? 2 : 1;
	if (culprit || main_thread)
		points = (s->count ? 8 : 4) + 2 * culprit + main_thread;
	return s->flags & STACK_AT_DEATH ? points + 16 : points;
}

const struct stack *death_stack(const struct model *m, const struct death *d, bool native)
{
	const struct stack *best = NULL;

	for (uint32_t i = 0; i < d->stacks.count; i++) {
		const struct stack *s = model_stack(m, d->stacks.id[i]);

		if (worth(s, native) > worth(best, native))
			best = s;
	}
	return best;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* A forked worker of multiprocessing leaves by os._exit() in popen_fork.py, Popen._launch, whatever
 * ended its task (CPython 3.6 to 3.14). */
static bool is_leaving(const struct model *m, const struct stack *s)
{
	return ends_with(model_text(m, s->places->function, ""), "_launch") &&
	       ends_with(model_text(m, s->places->file, ""), "/popen_fork.py");
}

const char *stack_note(const struct model *m, const struct stack *s)
{
	if (!(s->flags & STACK_AT_DEATH))
		return "it was sampled before the end, and may have gone on since";
	if (s->count)
		return is_leaving(m, s) ? "the worker was leaving: what its task did had unwound"
					: NULL;
	if (s->flags & STACK_NO_THREAD && s->tid != s->pid)
		return "the thread that died runs no Python";
	return "the interpreter had ended: no Python stack was left";
}
