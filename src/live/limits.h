/* SPDX-License-Identifier: GPL-2.0-only */
/* How many cores a process may use: by its affinity, and by the quota of its cgroup. */
#ifndef POOLTOP_LIMITS_H
#define POOLTOP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cores that the process's main thread may run on; 0: not to be told (it is gone). ret_mask: which
 * of the first 64 x words they are, all 0 if that is not to be told. */
uint32_t limits_cpus(uint32_t pid, uint64_t *ret_mask, size_t words);

enum { LIMITS_FOLDER = 4096 };

/*
 * Thousandths of a core: the smallest quota of its cgroup and those above it, as cgroup version 2
 * (cpu.max) or 1 (cpu.cfs_quota_us) has it; 0: none, or not to be told. *ret_folder: of the cgroup
 * whose it is, "" without one. `root` is where to find /proc and /sys, "" but in tests.
 */
uint32_t limits_quota_milli(const char *root, uint32_t pid, char ret_folder[static LIMITS_FOLDER]);

/* What a cgroup's quota has kept it from, since it was made. */
struct quota_times {
	uint64_t ns;
	uint64_t periods, throttled; /* in which it ran, and in which it was kept waiting */
};

/* False: that may not be read, or the cgroup is gone. Source: Documentation/admin-guide/
 * cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst of Linux 6.1. */
bool limits_throttled(const char *folder, struct quota_times *ret_times);

#endif
