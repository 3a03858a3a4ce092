/* SPDX-License-Identifier: GPL-2.0-only */
/* The opcodes that move what is on the stack. */
#include "pickle/op.h"

#include <string.h>

enum { TRIM_LEVELS = 8 };

static const struct value unknown;

static struct frame *top_frame(struct machine *m)
{
	return &m->frames[m->depth];
}

/* A value's place among the slots, or NULL if it is only counted. */
static struct value *slot(struct machine *m, const struct frame *f, uint32_t position)
{
	return position < f->keep ? &m->slots[f->base + position] : NULL;
}

static uint32_t stored(const struct frame *f, uint32_t from, uint32_t n)
{
	if (from >= f->keep)
		return 0;
	return n < f->keep - from ? n : f->keep - from;
}

enum machine_end op_mark(struct machine *m, const struct op *op)
{
	const struct frame *f = top_frame(m);
	uint32_t base = f->base + stored(f, 0, f->count);
	bool is_kept = f->count < f->keep && base + KEEP <= SLOTS;

	(void)op;
	if (m->depth + 1 == FRAMES)
		return END_DEEP;
	m->depth++;
	m->frames[m->depth] = (struct frame){
		.off = m->at + m->pos,
		.base = (uint16_t)base,
		.keep = is_kept ? KEEP : 0,
	};
	return END_NOT;
}

enum machine_end op_pop_mark(struct machine *m, const struct op *op)
{
	(void)op;
	if (!m->depth)
		return END_BROKEN;
	m->depth--;
	return END_NOT;
}

enum machine_end op_pop(struct machine *m, const struct op *op)
{
	struct frame *f = top_frame(m);

	if (!f->count)
		return op_pop_mark(m, op);
	f->count--;
	return END_NOT;
}

static void forget_kids(struct machine *m, struct value *v)
{
	m->arena_top = v->start;
	v->kept = 0;
}

static void trim(struct machine *m, struct value *v, uint32_t limit, unsigned int level);

/*
 * Forgets what the last kids were made of, from the innermost and last on, until the arena is
 * filled no further than to the limit.
 */
static void trim_kids(
	struct machine *m, struct value *kids, uint32_t n, uint32_t limit, unsigned int level)
{
	uint32_t first = 0;

	if (m->arena_top <= limit)
		return;
	while (first + 1 < n && kids[first + 1].start <= limit)
		first++;
	for (uint32_t i = n - 1; i > first; i--)
		forget_kids(m, &kids[i]);
	trim(m, &kids[first], limit, level);
}

/* What v was made of is the last in the arena. */
static void trim(struct machine *m, struct value *v, uint32_t limit, unsigned int level)
{
	struct value kids[KEEP];
	uint32_t n = v->kept;

	if (!n || v->start + n > limit || level == TRIM_LEVELS) {
		forget_kids(m, v);
		return;
	}
	memcpy(kids, &m->arena[v->kids.area], n * sizeof(*kids));
	trim_kids(m, kids, n, limit - n, level + 1);
	memcpy(&m->arena[m->arena_top], kids, n * sizeof(*kids));
	v->kids.area = (uint16_t)m->arena_top;
	m->arena_top += n;
}

/* How far what is inside a value at this depth may fill the arena. */
static uint32_t arena_limit(const struct machine *m)
{
	uint32_t reserve = ARENA_STEP * (m->depth + 1);

	return reserve < ARENA ? ARENA - reserve : 0;
}

static void keep_kids(struct machine *m, struct value *v, struct value *kids, uint32_t n)
{
	uint32_t want = value_is_call(v) ? CALL_KIDS : n;
	struct value *to;

	if (!n)
		return;
	if (value_is_call(v) && n > KID_STATE)
		n = KID_STATE;
	trim_kids(m, kids, n, arena_limit(m), 0);
	if (want > ARENA - m->arena_top)
		return;
	to = &m->arena[m->arena_top];
	v->kids.area = (uint16_t)m->arena_top;
	v->kept = (uint8_t)want;
	m->arena_top += want;
	memcpy(to, kids, n * sizeof(*kids));
	for (uint32_t i = n; i < want; i++)
		to[i] = (struct value){.start = (uint16_t)m->arena_top};
}

enum machine_end op_gather(struct machine *m, const struct op *op)
{
	struct frame *f = top_frame(m);
	struct value v = {.kind = op->kind, .kids.count = op->n};
	struct value *first;

	if (f->count < op->n)
		return END_BROKEN;
	f->count -= op->n;
	first = slot(m, f, f->count);
	f->count++;
	if (!first)
		return END_NOT;
	v.start = first->start;
	v.off = first->off;
	keep_kids(m, &v, first, stored(f, f->count - 1, op->n));
	*first = v;
	return END_NOT;
}

enum machine_end op_gather_mark(struct machine *m, const struct op *op)
{
	struct frame inner = *top_frame(m);
	struct value v = {
		.kind = op->kind,
		.off = inner.off - 1,
		.start = (uint16_t)m->arena_top,
		.kids.count = inner.count,
	};
	uint32_t n = stored(&inner, 0, inner.count);

	if (!m->depth)
		return END_BROKEN;
	m->depth--;
	if (n) {
		v.start = m->slots[inner.base].start;
		keep_kids(m, &v, &m->slots[inner.base], n);
	}
	machine_place(m, v, v.off);
	return END_NOT;
}

static bool is_container(const struct value *v)
{
	return v->kind == VALUE_LIST || v->kind == VALUE_DICT || v->kind == VALUE_SET;
}

static void add_kids(
	struct machine *m, struct value *to, struct value *kids, uint32_t n_stored, uint32_t n)
{
	if (!to || !is_container(to))
		return;
	if (!to->kids.count)
		keep_kids(m, to, kids, n_stored);
	to->kids.count += n;
}

enum machine_end op_append(struct machine *m, const struct op *op)
{
	struct frame *f = top_frame(m);
	uint32_t n = op->n;

	if (f->count < n + 1)
		return END_BROKEN;
	f->count -= n;
	add_kids(m, slot(m, f, f->count - 1), slot(m, f, f->count), stored(f, f->count, n), n);
	return END_NOT;
}

enum machine_end op_append_mark(struct machine *m, const struct op *op)
{
	struct frame inner = *top_frame(m);
	struct frame *f;

	(void)op;
	if (!m->depth)
		return END_BROKEN;
	m->depth--;
	f = top_frame(m);
	if (!f->count)
		return END_BROKEN;
	add_kids(m, slot(m, f, f->count - 1), slot(m, &inner, 0), stored(&inner, 0, inner.count),
		inner.count);
	return END_NOT;
}

enum machine_end op_build(struct machine *m, const struct op *op)
{
	struct frame *f = top_frame(m);
	const struct value *state;
	const struct value *of;

	(void)op;
	if (f->count < 2)
		return END_BROKEN;
	f->count--;
	state = slot(m, f, f->count);
	of = slot(m, f, f->count - 1);
	if (state && value_is_call(of) && of->kept == CALL_KIDS)
		m->arena[of->kids.area + KID_STATE] = *state;
	return END_NOT;
}

/* Without its kids: where they are may have been given to others by the time it is got. */
static void memo_set(struct machine *m, uint64_t index)
{
	m->memo_count++;
	if (index >= MEMO)
		return;
	while (m->memo_filled < index)
		m->memo[m->memo_filled++] = unknown;
	m->memo_filled += m->memo_filled == index;
	m->memo[index] = *machine_top(m, 0);
	m->memo[index].kept = 0;
}

enum machine_end op_memoize(struct machine *m, const struct op *op)
{
	(void)op;
	memo_set(m, m->memo_count);
	return END_NOT;
}

enum machine_end op_put(struct machine *m, const struct op *op)
{
	(void)op;
	memo_set(m, m->num);
	return END_NOT;
}

enum machine_end op_get(struct machine *m, const struct op *op)
{
	struct value v = m->num < m->memo_filled ? m->memo[m->num] : unknown;

	(void)op;
	if (v.kind == VALUE_LIST)
		v = unknown; /* it was memoized while it was empty */
	machine_push(m, v);
	return END_NOT;
}

enum machine_end op_dup(struct machine *m, const struct op *op)
{
	struct value v = *machine_top(m, 0);

	(void)op;
	v.kept = 0;
	machine_push(m, v);
	return END_NOT;
}

const struct value *machine_top(const struct machine *m, uint32_t down)
{
	const struct frame *f = &m->frames[m->depth];
	uint32_t position;

	if (down >= f->count)
		return &unknown;
	position = f->count - 1 - down;
	return position < f->keep ? &m->slots[f->base + position] : &unknown;
}

const struct value *machine_kid(const struct machine *m, const struct value *v, uint32_t i)
{
	if (!value_has_kids(v) || i >= v->kept)
		return &unknown;
	return &m->arena[v->kids.area + i];
}
