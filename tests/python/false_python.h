/* SPDX-License-Identifier: GPL-2.0-only */
/* A Python process that never was: interpreters, threads, frames and code objects in a false
 * memory, laid out as any version has them. */
#ifndef POOLTOP_TESTS_FALSE_PYTHON_H
#define POOLTOP_TESTS_FALSE_PYTHON_H

#include "tests/python/false_memory.h"

enum { FALSE_LINES = 10 /* of every code object: unit k of its code is on line first + k */ };

struct false_python {
	struct false_memory *f;
	struct py_layout l;
	uint64_t interp;
};

/* With one interpreter and no threads; its f to be free()d. */
struct false_python false_python_new(const struct py_layout *l);

/* A further interpreter, newest of all, with the threads that are added from now on. */
void false_interpreter(struct false_python *p);

/* A PyThreadState, newest of its interpreter; the TID is in both places where it may be sought. */
uint64_t false_thread(struct false_python *p, uint32_t tid);

uint64_t false_code(struct false_python *p, const char *function, const char *file, int first);

/* At unit k of its code, called by `previous` (0: none). */
uint64_t false_frame(struct false_python *p, uint64_t code, int unit, uint64_t previous);

/* Makes a frame the innermost of a thread. */
void false_top(struct false_python *p, uint64_t thread, uint64_t frame);

#endif
