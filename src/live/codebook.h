/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sampler has told of code objects, by process and address; and the stacks that it has
 * seen, by what is on them. */
#ifndef POOLTOP_CODEBOOK_H
#define POOLTOP_CODEBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "bpf/sample.h"

enum codebook_bounds {
	BOOK_CODES = 1 << 16,
	BOOK_TRACES = 4096, /* the last quarter is for stacks that are cut to one frame */
};

struct book_code {
	uint64_t address;
	uint32_t pid; /* 0: free */
	uint32_t next; /* index + 1 of the process's next one, or of the next free one; 0: none */
	uint32_t function, file; /* text ids, 0: not known */
	uint8_t role; /* enum role */
	uint8_t lasti; /* enum py_lasti */
	uint8_t lines; /* enum py_lines */
	bool table_is_cut;
	int32_t first; /* line */
	uint32_t table_len;
	uint64_t bytecode; /* offset in the object */
	unsigned char *table; /* owned; NULL: none */
};

/* All zeros is empty. */
struct codebook {
	struct book_code *codes;
	uint32_t count, cap, free; /* free: index + 1 */
	struct map by_key;
};

/*
 * The entry of a code object, made if `make`; its owner fills it in. `list` is the head of its
 * process's list: index + 1, 0 for an empty one. NULL: there is none, or no room.
 */
struct book_code *codebook_get(const struct codebook *b, uint32_t pid, uint64_t address);
struct book_code *codebook_add(struct codebook *b, uint32_t pid, uint64_t address, uint32_t *list);
/* Frees a process's list; calls each (it may be NULL) for each entry before. */
void codebook_drop(struct codebook *b, uint32_t *list,
	void (*each)(void *arg, const struct book_code *code), void *arg);
/* Line of an instruction, lasti as the sample has it; 0: none. */
uint32_t codebook_line(const struct book_code *code, uint64_t lasti);
void codebook_release(struct codebook *b);

struct book_trace {
	uint32_t count;
	uint32_t flags; /* enum trace_flags */
	struct trace_place *places; /* owned */
};

/* All zeros is empty. Ids are from 1. */
struct trace_ids {
	struct book_trace *traces;
	uint32_t count, cap;
	struct map by_hash;
};

struct trace_wish {
	const struct trace_place *places;
	uint32_t count;
	uint32_t flags;
};

/* Its id, and whether it is new; 0: no room. */
uint32_t trace_ids_get(struct trace_ids *t, struct trace_wish wish, bool *ret_is_new);
void trace_ids_release(struct trace_ids *t);

#endif
