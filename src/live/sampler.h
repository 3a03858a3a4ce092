/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The third object of kernel programs, which samples what is on each core (bpf/sampler.bpf.c), and
 * the clocks that run it. Apart from the others, so that a kernel or a user that may not have it
 * loses its numbers alone.
 */
#ifndef POOLTOP_SAMPLER_H
#define POOLTOP_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/sample.h"

struct bpf_object;
struct sampler;

/* Descriptors of maps of the other two objects. */
struct sampler_maps {
	int ring, counts, watches, procs, pythons;
};

/* Loads, and starts a clock on every core that is online. NULL with *err worded. */
struct sampler *sampler_open(const struct sampler_maps *maps, struct err *err);
void sampler_free(struct sampler *s); /* NULL allowed */

/* The code object will be told anew when it is seen again. */
void sampler_forget(struct sampler *s, uint32_t pid, uint64_t code);

/*
 * At a tick: sets the rate for the next one by what the last one cost, so that sampling takes less
 * than a hundredth of one core in all. Where little is to be seen the rate is low, and where it is
 * cheap it is up to four times the first one.
 */
void sampler_adapt(struct sampler *s, uint64_t now_ns);

/* What it has taken by now from what it sampled: its programs, and the interrupts that found
 * something. */
uint64_t sampler_spent_ns(struct sampler *s);

/* For what its programs cost. Borrowed. */
struct bpf_object *sampler_object(struct sampler *s);

#endif
