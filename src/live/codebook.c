/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/codebook.h"

#include <stdlib.h>
#include <string.h>

#include "python/lines.h"

/* Process ids have 22 bits, addresses 47, of which the last 4 are 0. */
static uint64_t key_of(uint32_t pid, uint64_t address)
{
	return (address >> 4) ^ (uint64_t)pid << 42;
}

struct book_code *codebook_get(const struct codebook *b, uint32_t pid, uint64_t address)
{
	uint32_t at;

	if (!map_get(&b->by_key, key_of(pid, address), &at) || b->codes[at].pid != pid ||
		b->codes[at].address != address)
		return NULL;
	return &b->codes[at];
}

/* Index of a free one, or BOOK_CODES. */
static uint32_t take_slot(struct codebook *b)
{
	uint32_t at = b->free, cap = b->cap ? b->cap * 2 : 256;
	struct book_code *more;

	if (at--) {
		b->free = b->codes[at].next;
		return at;
	}
	if (b->count < b->cap)
		return b->count++;
	if (cap > BOOK_CODES)
		return BOOK_CODES;
	more = reallocarray(b->codes, cap, sizeof(*more));
	if (!more)
		return BOOK_CODES;
	memset(more + b->cap, 0, (cap - b->cap) * sizeof(*more));
	b->codes = more;
	b->cap = cap;
	return b->count++;
}

static void give_slot(struct codebook *b, uint32_t at)
{
	free(b->codes[at].table);
	b->codes[at] = (struct book_code){.next = b->free};
	b->free = at + 1;
}

struct book_code *codebook_add(struct codebook *b, uint32_t pid, uint64_t address, uint32_t *list)
{
	uint64_t key = key_of(pid, address);
	struct book_code *code = codebook_get(b, pid, address);
	uint32_t at;

	if (code)
		return code;
	if (map_get(&b->by_key, key, NULL))
		return NULL; /* another one's hash */
	at = take_slot(b);
	if (at == BOOK_CODES)
		return NULL;
	if (map_put(&b->by_key, key, at)) {
		give_slot(b, at);
		return NULL;
	}
	code = &b->codes[at];
	*code = (struct book_code){.address = address, .pid = pid, .next = *list};
	*list = at + 1;
	return code;
}

void codebook_drop(struct codebook *b, uint32_t *list,
	void (*each)(void *arg, const struct book_code *code), void *arg)
{
	while (*list) {
		uint32_t at = *list - 1;
		struct book_code *code = &b->codes[at];

		if (each)
			each(arg, code);
		*list = code->next;
		map_del(&b->by_key, key_of(code->pid, code->address));
		give_slot(b, at);
	}
}

uint32_t codebook_line(const struct book_code *code, uint64_t raw)
{
	struct line_table t = {
		.bytes = code->table,
		.len = code->table_len,
		.lines = code->lines,
		.first = code->first,
		.is_cut = code->table_is_cut,
	};
	int64_t lasti = (int32_t)(uint32_t)(raw & UINT32_MAX);
	int32_t line;

	if (code->lasti == PY_LASTI_UNITS)
		lasti *= 2;
	else if (code->lasti == PY_LASTI_POINTER)
		lasti = (int64_t)(raw - code->address - code->bytecode);
	if (!t.bytes || lines_at(&t, lasti, &line) || line < 0)
		return 0;
	return (uint32_t)line;
}

void codebook_release(struct codebook *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		free(b->codes[i].table);
	free(b->codes);
	map_release(&b->by_key);
	memset(b, 0, sizeof(*b));
}

static uint64_t hash_of(struct trace_wish w)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ w.flags;

	for (uint32_t i = 0; i < w.count; i++) {
		uint64_t words[] = {w.places[i].function, w.places[i].file, w.places[i].line};

		for (int k = 0; k < 3; k++) {
			h = (h ^ words[k]) * 0xff51afd7ed558ccdu;
			h ^= h >> 32;
		}
	}
	return h;
}

static bool is_same(const struct book_trace *t, struct trace_wish w)
{
	return t->count == w.count && t->flags == w.flags &&
	       !memcmp(t->places, w.places, w.count * sizeof(*w.places));
}

static bool make_room(struct trace_ids *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : 64;
	struct book_trace *more;

	if (t->count < t->cap)
		return true;
	more = cap <= BOOK_TRACES ? reallocarray(t->traces, cap, sizeof(*more)) : NULL;
	if (!more)
		return false;
	t->traces = more;
	t->cap = cap;
	return true;
}

uint32_t trace_ids_get(struct trace_ids *t, struct trace_wish w, bool *ret_is_new)
{
	uint64_t hash = hash_of(w);
	struct trace_place *places;
	uint32_t at;

	*ret_is_new = false;
	if (map_get(&t->by_hash, hash, &at))
		return is_same(&t->traces[at], w) ? at + 1 : 0;
	if (!w.count || !make_room(t) || (w.count > 1 && t->count >= BOOK_TRACES / 4 * 3))
		return 0;
	places = calloc(w.count, sizeof(*places));
	if (!places)
		return 0;
	memcpy(places, w.places, w.count * sizeof(*places));
	if (map_put(&t->by_hash, hash, t->count)) {
		free(places);
		return 0;
	}
	t->traces[t->count++] = (struct book_trace){w.count, w.flags, places};
	*ret_is_new = true;
	return t->count;
}

void trace_ids_release(struct trace_ids *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		free(t->traces[i].places);
	free(t->traces);
	map_release(&t->by_hash);
	memset(t, 0, sizeof(*t));
}
