/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What watching may cost, and what is left out when it would cost more. A table of levels: all
 * tasks are told, or one in so many, or none and only sums; counts and bytes are exact in each.
 *
 * One level down when it has cost too much for OVER_NS, one up when it would have cost clearly
 * less than it may for UNDER_NS; twice as long, up to PATIENCE_NS, when that proved too early.
 * Pure.
 */
#ifndef POOLTOP_BUDGET_H
#define POOLTOP_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum { BUDGET_WHOLE = 1000000 }; /* millionths: all of the machine's time, which is no limit */

#define BUDGET_OVER_NS UINT64_C(4000000000)
#define BUDGET_UNDER_NS UINT64_C(8000000000)
#define BUDGET_PATIENCE_NS UINT64_C(120000000000)
#define BUDGET_RECORD_NS 500 /* what the kernel takes to send a message off, about */
#define BUDGET_SUMMED_NS 300 /* ... and to add one up */
#define BUDGET_TOLD_NS 2500 /* what each message that is told costs in all, about */

struct budget {
	uint32_t share; /* millionths of the machine */
	uint32_t cpus;
	uint32_t level;
	uint64_t over_ns, under_ns; /* so long it was so */
	uint64_t patience_ns; /* before it goes up; 0: not changed yet */
	uint64_t risen_ns; /* time since it went up last, or since the beginning */
	bool has_risen; /* and has not gone down since */
};

/* What the time since the last call has cost. */
struct budget_seen {
	uint64_t passed_ns;
	uint64_t own_ns; /* on cores */
	uint64_t told, summed; /* messages */
};

/* Of all that a level can be: one task in so many is told; 0: none. */
uint32_t budget_levels(void);
uint32_t budget_every(uint32_t level);
/* What is held against the budget: own time, and what the kernel takes for messages. */
uint64_t budget_cost_ns(const struct budget_seen *s);

/* True: *b has another level now. */
bool budget_next(struct budget *b, const struct budget_seen *s);

#endif
