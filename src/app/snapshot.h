/* SPDX-License-Identifier: GPL-2.0-only */
/* The stacks of a program's pools, read now, as src/export shows them. */
#ifndef POOLTOP_SNAPSHOT_H
#define POOLTOP_SNAPSHOT_H

#include "app/calls.h"
#include "base/err.h"
#include "export/stack.h"
#include "live/native_now.h"
#include "model/model.h"
#include "python/reader.h"

/* What one process's struct stack_process borrows from. */
struct stacked {
	struct reader reader;
	struct err err;
	char (*calls)[CALL_NAME]; /* one for each thread */
	struct stack_thread *threads;
	struct stack_frame *frames;
	struct stack_frame **native; /* one row for each thread; NULL: none */
};

struct snapshot {
	struct stack_process *processes; /* parents, then workers by pid */
	struct stacked *stacked; /* one for each */
	uint32_t count;
	struct native_now *native; /* NULL: not on this machine */
};

/*
 * All pools of the model that are there: every parent, and every worker of them that lives. A
 * process that cannot be read has its error instead of threads; if none can be read, that of `pid`
 * is the error of all. 0 or -errno.
 */
int snapshot_read(const struct model *m, uint32_t pid, struct snapshot *ret, struct err *err);
void snapshot_release(struct snapshot *s);

#endif
