/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Python stacks of all threads of a process, and who holds its GIL and who waits for it. The
 * process is not stopped; a stack is given only if it is whole:
 *   - the thread provably stood still while it was read (python/still.h), or
 *   - where no proof can be had, two readings one after the other were the same.
 * The stacks are read one after the other; who has the GIL and who waits for it is told of one
 * moment just before them all.
 */
#ifndef POOLTOP_READER_H
#define POOLTOP_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "python/codes.h"
#include "python/interp.h"
#include "python/memory.h"
#include "python/task.h"
#include "python/walk.h"

enum py_gil { PY_GIL_UNKNOWN, PY_GIL_FREE, PY_GIL_HELD, PY_GIL_WAITING };

enum py_whole {
	PY_NO_STACK, /* not a Python thread, or one that is in no Python function */
	PY_WHOLE, /* it stood still */
	PY_AGREED, /* read twice, and the same */
	PY_TORN, /* it never held still: no frames */
};

struct py_thread {
	uint32_t tid;
	uint64_t state; /* address of its PyThreadState; 0: Python does not know it */
	uint64_t interp; /* and of its PyInterpreterState */
	uint32_t frames; /* index of the innermost in reader.frames */
	uint32_t count;
	enum py_whole whole;
	enum py_gil gil;
	bool is_cut; /* it has more frames than READ_FRAMES */
	bool on_cpu; /* it ran, or wanted to */
	struct task_call call; /* what it waited in, at the moment that `gil` is of */
	char name[TASK_COMM]; /* as the kernel has it, clean text */
};

/* How much one reader_read() may take. */
struct reader_limits {
	uint32_t threads; /* that are looked at */
	uint32_t tries; /* for the stack of each; after half of them two that agree must do */
	uint64_t bytes; /* of memory that are read */
};

struct reader;

/* Who wants more of a thread than its Python frames, of the same moment. */
struct reader_taker {
	void *arg;
	/* Called while the thread stands still in the call, right after its frames were read; again
	 * if it turns out that it did not. Not of a thread that runs. */
	void (*copy)(void *arg, uint32_t tid, const struct task_call *call);
	/* The thread's frames, if it has any, are in the reader. is_copied: what copy() read last
	 * goes with them; else the thread runs. False: once more, but not for ever. */
	bool (*keep)(void *arg, const struct reader *r, const struct py_thread *t, bool is_copied);
};

struct reader {
	const char *proc; /* borrowed */
	struct reader_limits limits;
	struct memory m;
	const struct reader_taker *taker; /* borrowed; NULL: none */
	struct interp interp;
	struct codes codes;
	struct py_thread *threads; /* by tid: the main thread first */
	uint32_t threads_count;
	uint32_t left_out; /* threads beyond the limit */
	struct py_frame *frames;
	uint32_t frames_count, frames_cap;
};

/* Finds the interpreter: what interp_find() returns, with *err worded. Release either way. */
int reader_init(struct reader *r, const char *proc, uint32_t pid, struct err *err);
/* The same for an interpreter that was found already, with other limits. */
void reader_init_known(struct reader *r, const char *proc, uint32_t pid,
	const struct py_layout *layout, const struct reader_limits *limits);
void reader_release(struct reader *r);

/* Reads threads and frames anew. 0, -ESRCH if it is gone, -ENOMEM, with *err worded. */
int reader_read(struct reader *r, struct err *err);

#endif
