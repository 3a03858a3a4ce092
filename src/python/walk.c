/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/walk.h"

#include <errno.h>
#include <string.h>

enum {
	FRAME_BYTES = 128, /* py_layout.frame.size is at most that */
	LASTI_MAX = 1 << 26, /* bytes of bytecode: far more than there ever are */
	OWNED_BY_GENERATOR = 1,
	SKIP = 1, /* no frame to be shown */
};

/* One frame of the target, as it was read. */
struct raw {
	unsigned char bytes[FRAME_BYTES];
};

static uint64_t word_at(const struct raw *f, uint32_t offset)
{
	uint64_t n;

	memcpy(&n, f->bytes + offset, sizeof(n));
	return n;
}

static int32_t int_at(const struct raw *f, uint32_t offset)
{
	int32_t n;

	memcpy(&n, f->bytes + offset, sizeof(n));
	return n;
}

static bool is_shim(const struct py_layout *l, const struct raw *f)
{
	return l->frame.owner != PY_ABSENT && f->bytes[l->frame.owner] >= l->frame.shim;
}

/* Where it is in its bytecode, in bytes. */
static int64_t lasti_of(const struct py_layout *l, const struct raw *f, uint64_t code)
{
	if (l->lasti == PY_LASTI_POINTER)
		return (int64_t)(word_at(f, l->frame.lasti) - (code + l->code.bytecode));
	return (int64_t)int_at(f, l->frame.lasti) * (l->lasti == PY_LASTI_UNITS ? 2 : 1);
}

/* CPython too hides a frame that is still being set up. */
static bool is_incomplete(
	const struct py_layout *l, const struct raw *f, const struct code *code, int64_t lasti)
{
	if (l->frame.owner == PY_ABSENT || f->bytes[l->frame.owner] == OWNED_BY_GENERATOR)
		return false;
	return lasti < (int64_t)code->firsttraceable * 2;
}

static int32_t line_of(
	const struct py_layout *l, const struct raw *f, const struct code *code, int64_t lasti)
{
	/* A debugger keeps the line itself. */
	if (l->frame.trace != PY_ABSENT && word_at(f, l->frame.trace) &&
		int_at(f, l->frame.lineno) > 0)
		return int_at(f, l->frame.lineno);
	return code_line(code, l, lasti);
}

/* Up to 3.10 each frame has a loop of its own; from 3.12 on shims tell. */
static bool is_entry(const struct py_layout *l, const struct raw *f)
{
	if (l->frame.entry != PY_ABSENT)
		return f->bytes[l->frame.entry];
	return l->frame.owner == PY_ABSENT;
}

/* 0 and the frame, or SKIP, or -errno. */
static int show(struct memory *m, const struct py_layout *l, struct codes *codes,
	const struct raw *f, struct py_frame *ret)
{
	uint64_t address = word_at(f, l->frame.code) & ~(uint64_t)l->frame.code_mask;
	int64_t lasti = lasti_of(l, f, address);
	const struct code *code;
	uint32_t index;
	int r;

	if (!address || lasti < -2 || lasti > LASTI_MAX)
		return -EAGAIN;
	r = codes_get(codes, m, l, address, &index);
	if (r)
		return r;
	code = &codes->codes[index];
	if (is_incomplete(l, f, code, lasti))
		return SKIP;
	*ret = (struct py_frame){
		.code = index, .line = line_of(l, f, code, lasti), .is_entry = is_entry(l, f)};
	return 0;
}

/* The innermost frame, 0 if there is none. */
static int find_top(struct memory *m, const struct py_layout *l, uint64_t thread, uint64_t *ret)
{
	uint64_t at;
	int r = memory_u64(m, thread + l->thread.frame, &at);

	if (!r && at && l->thread.cframe != PY_ABSENT)
		r = memory_u64(m, at + l->thread.cframe, &at);
	if (!r)
		*ret = at;
	return r;
}

/* Memory that is not there, or is no code object, is a torn read until it has been so often. */
static int torn(int r)
{
	return r == -EFAULT || r == -EINVAL ? -EAGAIN : r;
}

static int walk_frames(struct memory *m, const struct py_layout *l, struct codes *codes,
	uint64_t at, struct walk *w)
{
	struct raw f;
	uint64_t here;
	int r, steps;

	for (steps = 0; at && w->count < READ_FRAMES && steps < READ_FRAMES + READ_SHIMS; steps++) {
		r = memory_read(m, at, f.bytes, l->frame.size);
		if (r)
			return r;
		here = at;
		at = word_at(&f, l->frame.previous);
		if (is_shim(l, &f)) {
			if (w->count)
				w->frames[w->count - 1].is_entry = true;
			continue;
		}
		r = show(m, l, codes, &f, &w->frames[w->count]);
		if (r < 0)
			return r;
		if (r != SKIP)
			w->frames[w->count++].at = here;
	}
	w->is_cut = at != 0;
	return 0;
}

int walk_thread(struct memory *m, const struct py_layout *l, struct codes *codes, uint64_t thread,
	struct walk *ret)
{
	uint64_t top = 0, now = 0;
	int r;

	ret->count = 0;
	ret->is_cut = false;
	if (l->frame.size > FRAME_BYTES)
		return -EAGAIN;
	r = find_top(m, l, thread, &top);
	if (!r && top)
		r = walk_frames(m, l, codes, top, ret);
	if (!r)
		r = find_top(m, l, thread, &now);
	if (!r && now != top)
		r = -EAGAIN;
	return torn(r);
}

bool walk_is_same(const struct walk *a, const struct walk *b)
{
	uint32_t i;

	if (a->count != b->count || a->is_cut != b->is_cut)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->frames[i].code != b->frames[i].code ||
			(i && a->frames[i].line != b->frames[i].line))
			return false;
	return true;
}
