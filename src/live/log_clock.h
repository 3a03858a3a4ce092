/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of the kernel's log, which is none of those that a program can ask for: it begins when
 * the machine starts, as CLOCK_MONOTONIC does, and drifts from that by as much as nobody corrects
 * (kernel/printk/printk.c: local_clock()). perf's records are dated by the same clock.
 */
#ifndef POOLTOP_LOG_CLOCK_H
#define POOLTOP_LOG_CLOCK_H

#include <stdint.h>

/* Both at one moment. */
struct log_clock {
	uint64_t log_ns, now_ns; /* now: CLOCK_MONOTONIC */
};

/* 0 or -errno: it cannot be had, and *ret is both the same. */
int log_clock_read(struct log_clock *ret);

/* A time of the log as one of CLOCK_MONOTONIC, and by how much it may be wrong. */
uint64_t log_clock_convert(const struct log_clock *c, uint64_t t_ns, uint64_t *ret_error_ns);

#endif
