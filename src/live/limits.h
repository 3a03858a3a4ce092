/* SPDX-License-Identifier: GPL-2.0-only */
/* How many cores a process may use: by its affinity, and by the quota of its cgroup. */
#ifndef POOLTOP_LIMITS_H
#define POOLTOP_LIMITS_H

#include <stdint.h>

/* Cores that the process's main thread may run on; 0: not to be told (it is gone). */
uint32_t limits_cpus(uint32_t pid);

/*
 * Thousandths of a core: the smallest quota of its cgroup and those above it, as cgroup version 2
 * (cpu.max) or 1 (cpu.cfs_quota_us) has it; 0: none, or not to be told. `root` is where to find
 * /proc and /sys, "" but in tests.
 */
uint32_t limits_quota_milli(const char *root, uint32_t pid);

#endif
