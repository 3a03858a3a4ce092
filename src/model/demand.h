/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads of a pool that want a core, against the cores that they may use; of the newest work.
 * Main threads are measured; those that a library started (BLAS, OpenMP) show in time on cores that
 * is not the main thread's.
 */
#ifndef POOLTOP_DEMAND_H
#define POOLTOP_DEMAND_H

#include <stdbool.h>
#include <stddef.h>

struct model;
struct pool;

/* On average, in threads and cores. */
struct demand {
	double mains; /* main threads that want a core */
	double more; /* other threads of workers at work */
	double cores; /* that they may use: by affinity, and by the quota of their cgroup */
	double used;
	double workers;
	double waiting; /* of the main threads' time of wanting one: the share without any */
};

/* false: there was no work yet, or it is not known. */
bool model_demand(const struct model *m, const struct pool *p, struct demand *ret_demand);

/* Most threads that are no worker's main one are Python's own, not a library's. */
bool model_demand_is_python(const struct pool *p);

/* Who started those: "OpenMP or MKL", "Python code", "a library in the workers". */
const char *model_demand_starters(const struct pool *p, char *buf, size_t size);

#endif
