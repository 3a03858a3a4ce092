/* SPDX-License-Identifier: GPL-2.0-only */
/* The interpreters and threads that a running Python says it has, and which of the kernel's
 * threads each is. */
#ifndef POOLTOP_STATES_H
#define POOLTOP_STATES_H

#include "bpf/layout.h"
#include "python/memory.h"
#include "python/task.h"

enum {
	STATES_INTERPRETERS = 256, /* of one process that are looked at */
	STATES_MAX = 1 << 16, /* PyThreadStates, in all */
};

/*
 * Sets `thread` and `interp` of the tasks that Python knows. States of threads that are no more (a
 * fork that Python was not told of leaves some behind) fall away. Where a thread has several
 * states (sub-interpreters), the one that has a frame counts, the newest first. 0, or as
 * memory_read(); -EAGAIN if the list cannot be one (torn).
 */
int states_find(struct memory *m, const struct py_layout *l, struct py_tasks *tasks);

/* The GIL that a thread of this interpreter needs. */
struct gil {
	uint64_t address; /* 0: not known */
	uint64_t holder; /* PyThreadState; 0: nobody holds it */
};

void gil_read(struct memory *m, const struct py_layout *l, uint64_t interp, struct gil *ret);

/* Where the GIL of its first interpreter lies, which is the one that main threads need as a rule.
 * 0: not known. */
uint64_t gil_of_main(struct memory *m, const struct py_layout *l);

/* A thread that waits in this call waits for the GIL. */
bool gil_is_waited_for(
	const struct gil *g, const struct py_layout *l, const struct task_call *call);

#endif
