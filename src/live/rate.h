/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the sampler's clocks tick: as often as may cost a hundredth of one core in all, and 49
 * times a second where that is cheap enough; less where there is nothing to sample. A rate is its
 * place in a row of some, RATE_FIRST to begin with.
 */
#ifndef POOLTOP_RATE_H
#define POOLTOP_RATE_H

#include <stdint.h>

enum { RATE_FIRST = 6, RATES = 11 };
/* Of the interrupt itself, about, as `make bench` measures it in a virtual machine. */
enum { RATE_CLOCK_NS = 8000 };

/* What the rate of now has cost since it was last asked for. */
struct rate_cost {
	uint64_t passed_ns; /* 0: not known */
	uint64_t program_ns; /* in the kernel's program */
	uint64_t runs; /* of it, on all cores */
	uint64_t samples; /* of them: that found something */
};

uint64_t rate_period_ns(uint32_t rate);

/* Thousandths of one core, with the interrupt and the reading of samples. passed_ns is known. */
uint64_t rate_milli(const struct rate_cost *cost);

/* The rate from now on. */
uint32_t rate_next(uint32_t rate, const struct rate_cost *cost);

#endif
