/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people get wrong with pools, as rules with evidence (INTERFACE 3). A rule is one file and
 * one row: it reads the model and says what it finds, each time anew; a finding that is found
 * again keeps the time when it was first found.
 */
#ifndef POOLTOP_TRAP_H
#define POOLTOP_TRAP_H

#include "model/change.h"

/* Where a rule puts its findings. */
struct trap_sink {
	const struct model *model;
	const struct pool *pool;
	const char *id; /* of the rule that is asked */
	struct finding *findings;
	uint32_t count;
	uint32_t dropped; /* beyond MODEL_FINDINGS */
};

struct trap_rule {
	const char *id; /* INTERFACE 3 */
	void (*judge)(const struct model *m, const struct pool *p, struct trap_sink *sink);
};

/* All rules, by index; NULL behind the last. */
const struct trap_rule *trap_rule_at(unsigned int index);

/* Asks every rule about every pool; called at ticks. 0 or -ENOMEM. */
int trap_judge(struct model *m);

/* For rules: a new finding, to be worded by the caller; its since_ns is the model's now, its
 * severity a warning. NULL if there are too many. `subject` tells findings of one rule apart. */
struct finding *trap_find(struct trap_sink *sink, uint64_t subject);
/* The rule's finding about this subject stood at the last tick: what has begun may go on with a
 * little less, so that nothing flickers. */
bool trap_stands(const struct trap_sink *sink, uint64_t subject);
/* name is shorter than evidence.name; beyond FINDING_EVIDENCE it is left out. */
void trap_evidence(struct finding *f, const char *name, double value);

extern const struct trap_rule trap_worker_died;
extern const struct trap_rule trap_lost_task;
extern const struct trap_rule trap_queue_lock_lost;
extern const struct trap_rule trap_respawn_loop;
extern const struct trap_rule trap_task_failed;
extern const struct trap_rule trap_result_handler_died;
extern const struct trap_rule trap_broken_pool;
extern const struct trap_rule trap_main_rerun;
extern const struct trap_rule trap_unpickle_failed;
extern const struct trap_rule trap_fork_with_threads;
extern const struct trap_rule trap_task_unpicklable;
extern const struct trap_rule trap_result_unpicklable;
extern const struct trap_rule trap_repeated_payload;
extern const struct trap_rule trap_chunk_too_small;
extern const struct trap_rule trap_chunk_too_large;
extern const struct trap_rule trap_one_core;
extern const struct trap_rule trap_oversubscribed;
extern const struct trap_rule trap_slow_start;
extern const struct trap_rule trap_start_stuck;
extern const struct trap_rule trap_hidden_io;
extern const struct trap_rule trap_pickle_heavy;

#endif
