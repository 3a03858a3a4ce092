/* SPDX-License-Identifier: GPL-2.0-only */
/* What starts of workers cost by themselves. */
#ifndef POOLTOP_STARTS_H
#define POOLTOP_STARTS_H

#include "model/model.h"

/* Sums over workers. */
struct starts {
	double start_ns; /* from fork or exec to the first wait for a task */
	double cores_ns; /* on cores, but for tasks: starting, mostly */
};

void starts_add(struct starts *s, const struct model *m, const struct worker *w);

/*
 * The share of start_ns that is the starts' own; 1 at most. While cores are idle that is all of
 * it: who is on none waits for something of his own, a disk or a server. Else he waits for a core
 * as all do, and that is no fault of what he does.
 */
double starts_own(const struct starts *s, const struct model *m, const struct pool *p);

#endif
