/* SPDX-License-Identifier: GPL-2.0-only */
/* A walk of the kernel over one thread's Python frames becomes a FRAME_STACK: names in UTF-8,
 * places in the bytecode as lines. */
#include <stdio.h>
#include <string.h>

#include "live/state.h"
#include "python/lines.h"
#include "python/str.h"

enum { TEXT_SPACE = WALK_FILE * 2 + 8 }; /* of a file: a byte becomes at most two */

/* A piece of the walk, or nothing if it does not lie in it. */
static const unsigned char *piece(const struct ring_walk *r, struct walk_bytes b)
{
	return b.at + (uint32_t)b.len <= r->used ? r->bytes + b.at : NULL;
}

/* most: bytes after which the kernel cut, from the front. */
static uint32_t text_of(struct live *l, const struct ring_walk *r, struct walk_bytes b,
	unsigned int kind, size_t most)
{
	const unsigned char *from = piece(r, b);
	char text[TEXT_SPACE];
	size_t len = 0;

	if (!from || !b.len || (kind != 1 && kind != 2 && kind != 4))
		return 0;
	if (b.len >= most)
		len = (size_t)snprintf(text, sizeof(text), "...");
	str_decode(text + len, sizeof(text) - len, from, b.len / kind, kind);
	return texts_id(&l->texts, &l->out, r->h.t_ns, text);
}

static uint32_t line_of(const struct ring_walk *r, const struct walk_frame *f)
{
	struct line_table t = {
		.bytes = piece(r, f->table),
		.len = f->table.len,
		.lines = r->lines,
		.first = (int32_t)f->firstlineno,
		.is_cut = f->table.len == WALK_TABLE,
	};
	int64_t lasti = (int32_t)f->lasti; /* an int, in all that have no pointer */
	int32_t line;

	if (f->lineno > 0)
		return (uint32_t)f->lineno;
	if (r->lasti == PY_LASTI_UNITS)
		lasti *= 2;
	else if (r->lasti == PY_LASTI_POINTER)
		lasti = (int64_t)(f->lasti - f->code - r->bytecode);
	if (!t.bytes || lines_at(&t, lasti, &line) || line < 0)
		return 0;
	return (uint32_t)line;
}

static uint32_t flags_of(const struct ring_walk *r)
{
	uint32_t flags = STACK_AT_DEATH;

	if (r->flags & WALK_CULPRIT)
		flags |= STACK_CULPRIT;
	if (r->flags & WALK_MORE)
		flags |= STACK_MORE;
	if (!(r->flags & WALK_FOUND))
		flags |= STACK_NO_THREAD;
	return flags;
}

void walked_put(struct live *l, const struct ring_walk *r)
{
	struct frame_stack f = {
		.h = {.kind = FRAME_STACK, .pid = r->h.pid, .t_ns = r->h.t_ns},
		.tid = r->tid,
		.flags = flags_of(r),
		.count = r->count,
		.walk_ns = r->walk_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)r->walk_ns,
		.address = r->address,
	};
	struct stack_place places[WALK_FRAMES];

	if (!known_get(l, r->h.pid))
		return;
	for (uint32_t i = 0; i < r->count; i++) {
		const struct walk_frame *from = &r->frames[i];

		places[i] = (struct stack_place){
			.function = text_of(l, r, from->name, from->name_kind, WALK_NAME),
			.file = text_of(l, r, from->file, from->file_kind, WALK_FILE),
			.line = line_of(r, from),
			.kind = PLACE_PYTHON,
		};
	}
	if (f.flags & STACK_CULPRIT)
		native_walked(l, r, places);
	outbox_put(&l->out, &f.h, sizeof(f), places, r->count * sizeof(places[0]));
}
