/* SPDX-License-Identifier: GPL-2.0-only */
/* What the reports say of a model beyond its fields, derived in one place for JSON and text. All
 * is read from the model alone. */
#ifndef POOLTOP_FACTS_H
#define POOLTOP_FACTS_H

#include "model/model.h"

/* Messages are seen, so that counts of tasks, items and bytes mean something. */
bool facts_messages(const struct model *m);

/* From the first frame to the newest; 0 without a session. */
uint64_t facts_duration_ns(const struct model *m);

/* The BPF programs' own time is measured. */
bool facts_probes(const struct model *m);

/* Most that two or more of the pool's processes mapped from shared memory at one time, each piece
 * once; false if that is not known. */
bool facts_shared(const struct model *m, const struct pool *p, uint64_t *ret_bytes);

/* One core's time for a pool; other: all that was neither the pool's nor idle nor stolen. */
struct facts_core {
	bool is_pool_known; /* workers_ns and parent_ns, and with is_cpu_known other_ns */
	bool is_cpu_known; /* idle_ns, steal_ns */
	uint64_t workers_ns, parent_ns, other_ns, idle_ns, steal_ns;
};

/* False if nothing is known of that core. */
bool facts_core(const struct model *m, const struct pool *p, uint32_t cpu, struct facts_core *ret);

/* The time a worker spent starting, if all of it was watched. */
bool facts_start_ns(const struct model *m, const struct worker *w, uint64_t *ret_ns);

/*
 * The end of a worker that has ended (w->end != END_NONE) in the form of a death: the pool's own
 * record where it is one and is still kept, else what the worker tells.
 */
struct death facts_end(const struct model *m, const struct pool *p, const struct worker *w);

/* "at-death" or "sampled"; NULL for NULL. */
const char *facts_stack_source(const struct stack *s);

#endif
