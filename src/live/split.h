/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker's time on a core with a task in hand, of which the kernel knows only the whole, split by
 * what was sampled meanwhile into unpickling, the task's own code, pickling and sending. The parts
 * always add up to the whole.
 */
#ifndef POOLTOP_SPLIT_H
#define POOLTOP_SPLIT_H

#include <stdint.h>

#include "bpf/wire.h"

/* All zeros is a worker of which nothing was seen. */
struct split {
	uint64_t sampled_ns[SAMPLE_CLASSES]; /* since the last split_settle() that used them */
	uint64_t run_ns; /* of the whole, that has been split */
	uint64_t moved_ns[WORKER_STATES]; /* out of STATE_RUN, into these */
	uint64_t newest_ns; /* of the samples; 0: none */
	uint32_t newest; /* its state: enum worker_state */
};

/* One sample of its main thread, with a task in hand. */
void split_add(struct split *s, enum sample_class class, uint64_t ns, uint64_t t_ns);

/*
 * The whole is run_ns now: what it has grown by is split as was sampled meanwhile. If nothing was,
 * it waits for the next sample; or, with `others` (sums by class of all workers of its pool, for
 * one that has ended), it is split like theirs.
 */
void split_settle(struct split *s, uint64_t run_ns, const uint64_t others[SAMPLE_CLASSES]);

/* Moves the parts in sums of states, of which STATE_RUN is the whole. */
void split_move(const struct split *s, __u64 state_ns[WORKER_STATES]);

#endif
