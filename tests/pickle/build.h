/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes pickles for tests, opcode by opcode, as the pickler of a protocol would. */
#ifndef POOLTOP_TESTS_PICKLE_BUILD_H
#define POOLTOP_TESTS_PICKLE_BUILD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "pickle/pickle.h"

/* All zeros, then pickled_begin(). */
struct pickled {
	struct buf b;
	int proto; /* 2, 3: BINPUT and GLOBAL lines; 4, 5: MEMOIZE, frames and STACK_GLOBAL */
	uint32_t memo;
};

void pickled_begin(struct pickled *p, int proto);
/* Opcodes without operands; those that make what is memoized are followed by that. */
void pickled_ops(struct pickled *p, const char *opcodes);
void pickled_raw(struct pickled *p, const void *bytes, size_t len);
void pickled_int(struct pickled *p, int64_t num);
void pickled_text(struct pickled *p, const char *text);
/* A text of so many bytes, all 'x'. */
void pickled_blob(struct pickled *p, uint32_t len);
void pickled_global(struct pickled *p, const char *module, const char *name);
/* STOP, and the frame's length in front. */
void pickled_end(struct pickled *p);
void pickled_release(struct pickled *p);

/* Reads the first `prefix` bytes and the last `tail` of it, each from memory of its own. */
void pickled_read_part(
	const struct pickled *p, size_t prefix, size_t tail, struct pickle_facts *ret);
void pickled_read(const struct pickled *p, struct pickle_facts *ret);
/* The traceback of the same parts. */
size_t pickled_traceback(
	const struct pickled *p, size_t prefix, size_t tail, char *text, size_t size);

/* The parts of a Pool's task up to the function, and behind its arguments. */
void pickled_task(struct pickled *p, int64_t job, int64_t chunk);
void pickled_task_end(struct pickled *p);

/* One message of the kept corpus, into new memory (free()); fails the test without it. */
char *corpus_message(const char *name, size_t *ret_len);
/* Calls for each message of the kept corpus. */
void corpus_each(void (*call)(const char *name, const char *bytes, size_t len));

#endif
