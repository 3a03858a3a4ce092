/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/false_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_false(struct memory *m, uint64_t address, void *buf, size_t len)
{
	struct false_memory *f = m->own;

	f->reads++;
	if (f->meanwhile)
		f->meanwhile(f);
	if (address < FALSE_BASE || address - FALSE_BASE > FALSE_SIZE ||
		len > FALSE_SIZE - (address - FALSE_BASE))
		return -EFAULT;
	memcpy(buf, f->bytes + (address - FALSE_BASE), len);
	return 0;
}

struct false_memory *false_memory_new(void)
{
	struct false_memory *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->m = (struct memory){.read = read_false, .own = f, .pid = 77, .left = MEMORY_BUDGET};
	return f;
}

uint64_t false_room(struct false_memory *f, size_t size)
{
	uint64_t at = FALSE_BASE + f->used;

	f->used += (size + 15) / 16 * 16;
	if (f->used > FALSE_SIZE)
		abort();
	return at;
}

void false_put(struct false_memory *f, uint64_t address, const void *bytes, size_t len)
{
	if (address < FALSE_BASE || address - FALSE_BASE + len > FALSE_SIZE)
		abort();
	memcpy(f->bytes + (address - FALSE_BASE), bytes, len);
}

void false_u64(struct false_memory *f, uint64_t address, uint64_t value)
{
	false_put(f, address, &value, sizeof(value));
}

void false_u32(struct false_memory *f, uint64_t address, uint32_t value)
{
	false_put(f, address, &value, sizeof(value));
}

void false_u8(struct false_memory *f, uint64_t address, uint8_t value)
{
	false_put(f, address, &value, sizeof(value));
}

uint64_t false_str(struct false_memory *f, const struct py_layout *l, const char *text)
{
	uint64_t at = false_room(f, l->str.ascii + strlen(text) + 64);

	false_u64(f, at + l->str.length, strlen(text));
	false_u32(f, at + l->str.state, PY_STR_COMPACT | PY_STR_ASCII | 1 << PY_STR_KIND_SHIFT);
	false_put(f, at + l->str.ascii, text, strlen(text) + 1);
	return at;
}

uint64_t false_bytes(
	struct false_memory *f, const struct py_layout *l, const void *bytes, size_t len)
{
	uint64_t at = false_room(f, l->object.bytes + len + 1);

	false_u64(f, at + l->object.size, len);
	false_put(f, at + l->object.bytes, bytes, len);
	return at;
}
