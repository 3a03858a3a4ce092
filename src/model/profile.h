/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a pool's processes were sampled at: stacks, and how much time on a core each stands for. A
 * part of model.h.
 */
#ifndef POOLTOP_MODEL_PROFILE_H
#define POOLTOP_MODEL_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "bpf/wire.h"

struct model;
struct pool;

/* A stack that samples were taken of. */
struct trace {
	uint32_t flags; /* enum trace_flags */
	uint32_t count;
	struct trace_place *places; /* owned; innermost first */
};

/* Time on a core at one stack. */
struct sampled {
	uint32_t trace; /* id; 0: no Python, or not known */
	uint8_t class; /* enum sample_class */
	bool by_parent; /* else by a worker */
	uint32_t samples;
	uint64_t ns;
};

/* Since watching began. All zeros is empty. */
struct profile {
	struct sampled *list; /* by first appearance; at most MODEL_SAMPLED */
	uint32_t count, cap;
	struct map by_key;
	uint64_t worker_ns[SAMPLE_CLASSES]; /* all threads of all workers */
	uint64_t parent_ns[SAMPLE_CLASSES];
	/* Of worker_ns: so much is known to be in the garbage collector or not, and is in it. */
	uint64_t gc_known_ns, gc_ns;
	/* Workers' threads other than main ones: that run Python, and that do not. */
	uint64_t side_python_ns, side_native_ns;
};

/* A function of the tasks' own code, or a line of it. */
struct hot {
	uint32_t function, file; /* text ids */
	uint32_t line; /* the function's hottest; 0: not known */
	uint64_t ns;
	double share; /* of all time that was sampled in the tasks' own code */
};

enum hot_by { HOT_FUNCTIONS, HOT_LINES };

/* NULL: not known. */
const struct trace *model_trace(const struct model *m, uint32_t id);

/* The hottest first, at most `most`; by what is innermost on the stack. Returns how many. */
uint32_t pool_hot(const struct model *m, const struct pool *p, enum hot_by by, struct hot *ret_list,
	uint32_t most);

/* "task", "pickle" ...; constant. */
const char *sample_class_name(enum sample_class class);

#endif
