/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proof that a thread stood still while its memory was read, without ever stopping it.
 *
 * A thread that was not given a core between two looks has changed nothing (schedstat counts how
 * often it was). One that wants a core is hard to catch like that; so we move to the core that it
 * is on: while we run there it does not, for the microseconds of a read, as if any other program
 * had been due. If it is moved to another core meanwhile, the count tells, and we try again.
 */
#ifndef POOLTOP_STILL_H
#define POOLTOP_STILL_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "python/task.h"

/* All zeros: nothing looked at, and we run where we like. */
struct still {
	struct task_now now;
	cpu_set_t ours; /* where we may run, if is_pinned */
	bool is_pinned;
	int cpu; /* where we are, if is_pinned */
};

/* Begins a read of a thread. 0 or -errno: it is gone. */
int still_begin(struct still *s, const char *proc, uint32_t pid, uint32_t tid);

/* Ends it: true if the thread has provably not run since still_begin(). */
bool still_end(struct still *s, const char *proc, uint32_t pid, uint32_t tid);

/* We run where we like again. */
void still_release(struct still *s);

#endif
