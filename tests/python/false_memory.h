/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of a process that never was: one stretch of bytes, handed out in pieces. */
#ifndef POOLTOP_TESTS_FALSE_MEMORY_H
#define POOLTOP_TESTS_FALSE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/layout.h"
#include "python/memory.h"

enum { FALSE_BASE = 0x10000, FALSE_SIZE = 1 << 20 };

struct false_memory {
	struct memory m;
	unsigned char bytes[FALSE_SIZE]; /* at FALSE_BASE */
	size_t used;
	unsigned long reads;
	/* Called before each read, if not NULL: the target runs on meanwhile. */
	void (*meanwhile)(struct false_memory *f);
};

/* Empty; to be free()d. */
struct false_memory *false_memory_new(void);

/* Room for size bytes, zeroed, 16 aligned; its address. */
uint64_t false_room(struct false_memory *f, size_t size);

void false_put(struct false_memory *f, uint64_t address, const void *bytes, size_t len);
void false_u64(struct false_memory *f, uint64_t address, uint64_t value);
void false_u32(struct false_memory *f, uint64_t address, uint32_t value);
void false_u8(struct false_memory *f, uint64_t address, uint8_t value);

/* A str of ASCII and a bytes object. */
uint64_t false_str(struct false_memory *f, const struct py_layout *l, const char *text);
uint64_t false_bytes(
	struct false_memory *f, const struct py_layout *l, const void *bytes, size_t len);

#endif
