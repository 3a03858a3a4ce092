/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code objects of one process, as they were read: what is known once need not be read again. An
 * index stays good until codes_trim() or codes_release(), even if another code object comes to lie
 * at the same address meanwhile.
 */
#ifndef POOLTOP_CODES_H
#define POOLTOP_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "bpf/layout.h"
#include "python/memory.h"

enum {
	CODES_MAX = 1 << 16, /* objects kept */
	CODES_BYTES = 64 << 20, /* of their texts and tables */
	CODE_TABLE_MAX = 1 << 16, /* bytes of one line table; a module's are up to 15 KB */
};

struct code {
	uint64_t address;
	uint64_t pointers[3]; /* file, name and table that it was read with */
	char *function; /* qualified name (3.11 on), else name; clean text; owned */
	char *file; /* clean text; owned */
	unsigned char *table; /* owned */
	uint32_t table_len;
	bool table_is_cut;
	int32_t first; /* line */
	int32_t firsttraceable; /* units; 0 where there is none */
};

/* All zeros is empty. */
struct codes {
	struct code *codes;
	uint32_t count, cap;
	uint64_t bytes;
	struct map by_address;
};

/* 0, -EINVAL if what lies there is no code object, -ENOSPC if no more are kept, -ENOMEM, or as
 * memory_read(). */
int codes_get(struct codes *c, struct memory *m, const struct py_layout *l, uint64_t address,
	uint32_t *ret_index);

/* Line of an instruction; 0 if it has none. */
int32_t code_line(const struct code *code, const struct py_layout *l, int64_t lasti);

/* Forgets all once more than half of what may be kept is there: between two reads. */
void codes_trim(struct codes *c);
void codes_release(struct codes *c);

#endif
