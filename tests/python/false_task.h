/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread of the false process, as the kernel would show it. */
#ifndef POOLTOP_TESTS_FALSE_TASK_H
#define POOLTOP_TESTS_FALSE_TASK_H

#include <stdbool.h>

#include "tests/python/false_proc.h"

struct false_task {
	unsigned int tid;
	unsigned int inner; /* 0: our own PID namespace */
	const char *comm;
	char state;
	int cpu;
	unsigned long runs;
	bool is_realtime;
	const char *call; /* NULL: running */
};

void false_task(const struct false_proc *p, const struct false_task *t);

#endif
