/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each kind of pool looks like, and what the end of one of its workers means. One file and
 * one row for each kind (see mp_pool.c).
 */
#ifndef POOLTOP_KIND_H
#define POOLTOP_KIND_H

#include "model/change.h"

struct pool_kind {
	const char *name; /* INTERFACE 2; the pool's `kind` */
	/* Messages that only this kind writes: enum msg_shape. */
	uint8_t task_shape;
	uint8_t result_shape;
	/* What a worker keeps of the task and of the result pipe, of both ends that its parent
	 * holds: bits of enum pipe_mode. Both bits: it closes nothing, so ends tell nothing. */
	uint8_t task_mode;
	uint8_t result_mode;
	/* What this worker's end is called. Called before it is entered in the model. */
	struct ending (*judge_end)(const struct pool *p, const struct worker *w,
		const struct proc *proc, const struct frame_exit *exit);
	/* Fills d->consequence: what this death means for whoever waits. */
	void (*word_death)(const struct model *m, const struct pool *p, struct death *d);
};

/* By index, NULL behind the last. */
const struct pool_kind *pool_kind_at(unsigned int index);
/* NULL: none has it. */
const struct pool_kind *pool_kind_named(const char *name);
const struct pool_kind *pool_kind_of_task(unsigned int shape);
const struct pool_kind *pool_kind_of_result(unsigned int shape);

extern const struct pool_kind pool_kind_pool;

#endif
