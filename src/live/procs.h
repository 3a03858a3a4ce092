/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes as /proc shows them, through libproc2. Only this file's .c knows that library. */
#ifndef POOLTOP_PROCS_H
#define POOLTOP_PROCS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct procs;

/* What seldom changes. Texts are borrowed for the call, never NULL. */
struct proc_look {
	uint32_t pid, ppid, uid;
	uint32_t threads;
	uint64_t start_ns; /* CLOCK_MONOTONIC, in steps of a clock tick */
	const char *comm;
	const char *cmd; /* arguments joined by blanks, escaped by the library */
	const char *exe; /* "-" where it may not be read */
	const char *cgroup;
	const char *user;
};

/* What changes all the time. */
struct proc_sample {
	uint32_t pid, ppid;
	uint64_t start_ns;
	uint64_t rss_bytes;
	uint64_t mapped_bytes; /* of all that it maps, touched or not */
	uint64_t cpu_ns; /* its whole life */
	uint32_t threads;
	uint32_t cpu; /* it last ran on */
	char state; /* R S D T Z */
};

/* NULL with *err worded if /proc cannot be read. */
struct procs *procs_new(struct err *err);
void procs_free(struct procs *p); /* NULL allowed */

/* Calls `each` for every process there is; procs_look_all() leaves out those that are ending, and
 * the kernel's own. 0 or -errno. */
int procs_look_all(struct procs *p, void (*each)(void *arg, const struct proc_look *l), void *arg);
int procs_sample_all(
	struct procs *p, void (*each)(void *arg, const struct proc_sample *s), void *arg);

/* For one process; false: it is gone, ending or hidden. */
bool procs_look(struct procs *p, uint32_t pid, void (*each)(void *arg, const struct proc_look *l),
	void *arg);
/* For those of count (any number) processes that are there. */
void procs_sample(struct procs *p, const uint32_t *pids, uint32_t count,
	void (*each)(void *arg, const struct proc_sample *s), void *arg);

#endif
