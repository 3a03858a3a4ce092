/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/codes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "python/lines.h"
#include "python/str.h"

enum {
	OBJECT_MAX = 512, /* bytes of a code object that hold all fields of the layout */
	NAME_MAX_BYTES = 512,
	FILE_MAX_BYTES = 1024,
	CODES_FIRST = 16, /* room to begin with: about what one worker's stack takes */
};

/* The bytes of a code object. */
struct object {
	unsigned char bytes[OBJECT_MAX];
};

static uint64_t word_at(const struct object *o, uint32_t offset)
{
	uint64_t n = 0;

	memcpy(&n, o->bytes + offset, sizeof(n));
	return n;
}

static int32_t int_at(const struct object *o, uint32_t offset)
{
	int32_t n = 0;

	memcpy(&n, o->bytes + offset, sizeof(n));
	return n;
}

/* How many bytes hold all the fields; 0 if no more than OBJECT_MAX do. */
static size_t object_size(const struct py_layout *l)
{
	const uint32_t last[] = {l->object.type, l->code.filename, l->code.name, l->code.qualname,
		l->code.firstlineno, l->code.linetable, l->code.firsttraceable};
	size_t i, size = 0;

	for (i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		if (last[i] != PY_ABSENT && last[i] + 8 > size)
			size = last[i] + 8;
	return size <= OBJECT_MAX ? size : 0;
}

static int read_object(
	struct memory *m, const struct py_layout *l, uint64_t address, struct object *ret)
{
	size_t size = object_size(l);
	int r;

	if (!size)
		return -EINVAL;
	r = memory_read(m, address, ret->bytes, size);
	if (r)
		return r;
	if (l->code_type && word_at(ret, l->object.type) != l->code_type)
		return -EINVAL;
	return 0;
}

static void code_release(struct code *code)
{
	free(code->function);
	free(code->file);
	free(code->table);
}

static int read_text(struct memory *m, const struct py_layout *l, uint64_t at, int tail, char **ret)
{
	char text[FILE_MAX_BYTES];
	struct str_wish w = {
		.dst = text, .size = tail ? FILE_MAX_BYTES : NAME_MAX_BYTES, .tail = tail};
	int r = str_read(m, l, at, w);

	if (r)
		return r;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

static int read_table(struct memory *m, const struct py_layout *l, uint64_t at, struct code *code)
{
	uint64_t len;
	int r = memory_u64(m, at + l->object.size, &len);

	if (r)
		return r;
	if (len > INT64_MAX)
		return -EINVAL;
	code->table_is_cut = len > CODE_TABLE_MAX;
	if (code->table_is_cut)
		len = CODE_TABLE_MAX;
	code->table = malloc(len + 1);
	if (!code->table)
		return -ENOMEM;
	code->table_len = (uint32_t)len;
	return memory_read(m, at + l->object.bytes, code->table, len);
}

static int read_code(
	struct memory *m, const struct py_layout *l, const struct object *o, struct code *code)
{
	uint32_t name = l->code.qualname != PY_ABSENT ? l->code.qualname : l->code.name;
	int r;

	code->pointers[0] = word_at(o, l->code.filename);
	code->pointers[1] = word_at(o, l->code.name);
	code->pointers[2] = word_at(o, l->code.linetable);
	code->first = int_at(o, l->code.firstlineno);
	if (l->code.firsttraceable != PY_ABSENT)
		code->firsttraceable = int_at(o, l->code.firsttraceable);
	r = read_text(m, l, code->pointers[0], 1, &code->file);
	if (!r)
		r = read_text(m, l, word_at(o, name), 0, &code->function);
	return r ? r : read_table(m, l, code->pointers[2], code);
}

static bool is_same(const struct code *code, const struct py_layout *l, const struct object *o)
{
	return code->pointers[0] == word_at(o, l->code.filename) &&
	       code->pointers[1] == word_at(o, l->code.name) &&
	       code->pointers[2] == word_at(o, l->code.linetable) &&
	       code->first == int_at(o, l->code.firstlineno);
}

/* Takes over what the code owns. */
static int keep(struct codes *c, const struct code *code, uint32_t *ret)
{
	uint64_t bytes = code->table_len + strlen(code->function) + strlen(code->file) + 3;

	if (c->count == CODES_MAX || c->bytes + bytes > CODES_BYTES)
		return -ENOSPC;
	if (c->count == c->cap) {
		uint32_t cap = c->cap ? c->cap * 2 : CODES_FIRST;
		struct code *codes = realloc(c->codes, cap * sizeof(*codes));

		if (!codes)
			return -ENOMEM;
		c->codes = codes;
		c->cap = cap;
	}
	if (map_put(&c->by_address, code->address, c->count))
		return -ENOMEM;
	c->bytes += bytes;
	c->codes[c->count] = *code;
	*ret = c->count++;
	return 0;
}

int codes_get(struct codes *c, struct memory *m, const struct py_layout *l, uint64_t address,
	uint32_t *ret)
{
	struct code code = {.address = address};
	struct object o;
	uint32_t i;
	int r = read_object(m, l, address, &o);

	if (r)
		return r;
	if (map_get(&c->by_address, address, &i) && is_same(&c->codes[i], l, &o)) {
		*ret = i;
		return 0;
	}
	r = read_code(m, l, &o, &code);
	if (!r)
		r = keep(c, &code, ret);
	if (r)
		code_release(&code);
	return r;
}

int32_t code_line(const struct code *code, const struct py_layout *l, int64_t lasti)
{
	const struct line_table t = {.bytes = code->table,
		.len = code->table_len,
		.lines = l->lines,
		.first = code->first,
		.is_cut = code->table_is_cut};
	int32_t line;

	return lines_at(&t, lasti, &line) ? 0 : line;
}

void codes_trim(struct codes *c)
{
	if (c->count > CODES_MAX / 2 || c->bytes > CODES_BYTES / 2)
		codes_release(c);
}

void codes_release(struct codes *c)
{
	uint32_t i;

	for (i = 0; i < c->count; i++)
		code_release(&c->codes[i]);
	free(c->codes);
	map_release(&c->by_address);
	*c = (struct codes){0};
}
