/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a pool does not move: rules A to L of ../shared/ref/wire-format.md 9, judged at ticks by
 * what the frames have told. The rules that end in a stall are rows here, the surest first; those
 * of a single failure, which a pool survives or is told of, are findings (src/trap): A'
 * unpickle-failed, G that and broken-pool, H broken-pool, L task-unpicklable. K alone is no failure
 * at all. That all workers wait for a lock before their first task has no letter there.
 */
#ifndef POOLTOP_STALL_H
#define POOLTOP_STALL_H

#include "pool/inside.h"

struct stall_rule {
	const char *letters; /* of ../shared/ref/wire-format.md 9; "": it has none */
	const char *reason; /* INTERFACE 2; constant */
	/* False: it does not apply. Else words ret->text and sets ret->since_ns. */
	bool (*judge)(const struct model *m, const struct pool *p, struct stall *ret);
};

/* By index; NULL behind the last. */
const struct stall_rule *stall_rule_at(unsigned int index);

/* With a task in hand, as far as is known. */
bool worker_is_busy(const struct model *m, const struct worker *w);
bool pool_is_busy(const struct model *m, const struct pool *p);

/* So long a thread has waited. */
static inline uint64_t waited_ns(const struct model *m, const struct frame_wait *f)
{
	return m->now_ns > f->since_ns ? m->now_ns - f->since_ns : 0;
}

extern const struct stall_rule stall_task_lock;
extern const struct stall_rule stall_result_lock;
extern const struct stall_rule stall_reader;
extern const struct stall_rule stall_fork_lock;
extern const struct stall_rule stall_deserted;
extern const struct stall_rule stall_stillborn;
extern const struct stall_rule stall_start_held;
extern const struct stall_rule stall_pipe_full;
extern const struct stall_rule stall_lost_task;
extern const struct stall_rule stall_lost_before;
extern const struct stall_rule stall_straggler;

/* Somebody waits for what was lost before watching began. */
bool stall_is_lost_before(const struct model *m, const struct pool *p);

#endif
