/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walks the Python stack of the running thread, by the layout of its interpreter (layout.h).
 *
 * What the verifier makes of a walk decides whether it loads, so it is written for it: a read
 * that fails reads zeros and so ends the chain, and needs no branch; counters and cursors live
 * in memory, where their values are unknown, so that one step of a loop is like another; offsets
 * into copies are masked, not compared.
 */
#ifndef POOLTOP_WALK_H
#define POOLTOP_WALK_H

#include "peek.h"
#include "stack.h"

enum walker_bounds {
	SEEN = 16, /* code objects of this walk that are remembered */
};

/* Code that this walk has told already: a recursion's strings are told once. */
struct seen {
	__u64 code;
	__u32 frame;
	__u32 pad;
};

/* Too big for a stack: one for each core. */
struct walker {
	struct py_layout layout;
	__u64 thread_id;
	__u64 interp, thread; /* where the search is */
	__u64 frame; /* the next one */
	__u64 busy;
	struct seen seen[SEEN];
	unsigned char raw_frame[RAW + 8];
	unsigned char raw_code[RAW + 8];
	unsigned char raw_str[RAW + 8];
	union {
		struct ring_walk walk;
		struct ring_native native;
	};
};

/* One thread, or one interpreter, on. 1: this was the last step. */
static int find_step(struct walker *w)
{
	const struct py_layout *p = &w->layout;

	if (!w->thread) {
		if (!w->interp)
			return 1;
		w->thread = user_word(w->interp + p->interp.threads);
		w->interp = user_word(w->interp + p->interp.next);
		return 0;
	}
	if (user_word(w->thread + p->thread.id) == w->thread_id) {
		w->walk.flags |= WALK_FOUND;
		w->frame = user_word(w->thread + p->thread.frame);
		if (p->thread.cframe != PY_ABSENT)
			w->frame = user_word(w->frame + p->thread.cframe);
		if (w->frame)
			return 1;
	}
	w->thread = user_word(w->thread + p->thread.next);
	return 0;
}

/* Copies len bytes of the target behind those that were copied before; nothing if they are not
 * there or there is no room. */
static __always_inline void put_bytes(
	struct walker *w, __u64 from, __u64 len, struct walk_bytes *ret_bytes)
{
	__u64 at = w->walk.used;
	void *to;

	ret_bytes->at = ret_bytes->len = 0;
	if (at >= WALK_BYTES || len > WALK_PIECE)
		return;
	to = place_in(w->walk.bytes, at, WALK_BYTES - 1);
	if (bpf_probe_read_user(to, at_most(len, WALK_PIECE), (void *)from))
		return;
	ret_bytes->at = at;
	ret_bytes->len = len;
	w->walk.used = at + len;
}

/* A str's characters as they lie there, at most `most` bytes: its end. Returns bytes a
 * character. */
static __always_inline __u8 put_str(
	struct walker *w, __u64 str, __u64 most, struct walk_bytes *ret_bytes)
{
	struct str_at chars = find_str(&w->layout, w->raw_str, str, most);

	put_bytes(w, chars.from, chars.length, ret_bytes);
	return chars.kind;
}

static __always_inline void put_table(struct walker *w, __u64 table, struct walk_bytes *ret_bytes)
{
	const struct py_layout *p = &w->layout;
	__u64 len = user_word(table + p->object.size);

	if (len > WALK_TABLE)
		len = WALK_TABLE;
	put_bytes(w, table + p->object.bytes, len, ret_bytes);
}

static __always_inline void put_code(struct walker *w, __u64 code, struct walk_frame *f)
{
	const struct py_layout *p = &w->layout;
	__u32 name = p->code.qualname == PY_ABSENT ? p->code.name : p->code.qualname;

	f->firstlineno = int_at(w->raw_code, p->code.firstlineno);
	f->name_kind = put_str(w, word_at(w->raw_code, name), WALK_NAME, &f->name);
	f->file_kind = put_str(w, word_at(w->raw_code, p->code.filename), WALK_FILE, &f->file);
	put_table(w, word_at(w->raw_code, p->code.linetable), &f->table);
}

/* CPython hides a frame that is still being set up. */
static __always_inline bool is_incomplete(struct walker *w, __u64 code, __u64 lasti)
{
	const struct py_layout *p = &w->layout;
	__s64 first;

	if (p->lasti != PY_LASTI_POINTER)
		return false;
	if (w->raw_frame[p->frame.owner & (RAW - 1)] == OWNER_GENERATOR)
		return false;
	first = 2 * (__s64)int_at(w->raw_code, p->code.firsttraceable);
	return (__s64)(lasti - code - p->code.bytecode) < first;
}

static __always_inline void put_frame(struct walker *w, __u64 code, __u32 n)
{
	const struct py_layout *p = &w->layout;
	struct walk_frame *f = &w->walk.frames[n & (WALK_FRAMES - 1)];
	struct seen *seen = &w->seen[code >> 5 & (SEEN - 1)];

	f->code = code;
	f->lasti = word_at(w->raw_frame, p->frame.lasti);
	f->entry = p->frame.owner == PY_ABSENT;
	if (p->frame.entry != PY_ABSENT)
		f->entry = w->raw_frame[p->frame.entry & (RAW - 1)];
	f->lineno = 0;
	if (p->frame.trace != PY_ABSENT && word_at(w->raw_frame, p->frame.trace))
		f->lineno = int_at(w->raw_frame, p->frame.lineno);
	if (seen->code == code) {
		const struct walk_frame *same = &w->walk.frames[seen->frame & (WALK_FRAMES - 1)];

		f->firstlineno = same->firstlineno;
		f->name = same->name;
		f->file = same->file;
		f->table = same->table;
		f->name_kind = same->name_kind;
		f->file_kind = same->file_kind;
	} else {
		put_code(w, code, f);
		seen->code = code;
		seen->frame = n;
	}
	w->walk.count = n + 1;
}

/* What a shim below a frame says: the frame is the outermost of its evaluation loop. */
static __always_inline void end_loop(struct walker *w)
{
	if (w->walk.count)
		w->walk.frames[(w->walk.count - 1) & (WALK_FRAMES - 1)].entry = 1;
}

/* One frame on. 1: this was the last step. */
static int frame_step(struct walker *w)
{
	const struct py_layout *p = &w->layout;
	__u32 n = w->walk.count;
	__u64 code;

	if (!w->frame)
		return 1;
	if (n >= WALK_FRAMES) {
		w->walk.flags |= WALK_MORE;
		return 1;
	}
	bpf_probe_read_user(w->raw_frame, at_most(p->frame.size, FRAME_RAW), (void *)w->frame);
	w->frame = word_at(w->raw_frame, p->frame.previous);
	if (p->frame.owner != PY_ABSENT &&
		w->raw_frame[p->frame.owner & (RAW - 1)] >= p->frame.shim) {
		end_loop(w);
		return 0;
	}
	code = word_at(w->raw_frame, p->frame.code) & ~(__u64)p->frame.code_mask;
	if (!code)
		return 0;
	bpf_probe_read_user(w->raw_code, CODE_RAW, (void *)code);
	if (p->code_type && word_at(w->raw_code, p->object.type) != p->code_type)
		return 1;
	if (!is_incomplete(w, code, word_at(w->raw_frame, p->frame.lasti)))
		put_frame(w, code, n);
	return 0;
}

struct steps {
	struct walker *w;
};

static int find_again(__u32 i, struct steps *s)
{
	return find_step(s->w);
}

static int frame_again(__u32 i, struct steps *s)
{
	return frame_step(s->w);
}

/* by_loop is a constant: a kernel without bpf_loop (before 5.17) never sees that it is used. */
static __always_inline void walk_frames(struct walker *w, const bool by_loop)
{
	struct steps s = {.w = w};

	if (by_loop) {
		bpf_loop(WALK_THREADS, find_again, &s, 0);
		bpf_loop(WALK_STEPS, frame_again, &s, 0);
		return;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < WALK_THREADS; i++)
		if (find_step(w))
			break;
#pragma clang loop unroll(disable)
	for (int i = 0; i < WALK_STEPS; i++)
		if (frame_step(w))
			break;
}

#endif
