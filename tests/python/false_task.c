/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/false_task.h"

#include <stdarg.h>
#include <stdio.h>

static void put(
	const struct false_proc *p, const struct false_task *t, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "task/%u/%s", t->tid, name);
	false_proc_file(p, path, text, __builtin_strlen(text));
}

void false_task(const struct false_proc *p, const struct false_task *t)
{
	char text[512];

	snprintf(text, sizeof(text),
		"%u (%s) %c 1 %u %u 0 -1 4194368 9 0 0 0 5 1 0 0 %d 0 3 0 777 9999 88 1844674407 1 "
		"2 3 4 5 0 0 16781312 2 0 0 0 17 %d 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		t->tid, t->comm, t->state, FALSE_PID, FALSE_PID, t->is_realtime ? -51 : 20, t->cpu);
	put(p, t, "stat", text);
	snprintf(text, sizeof(text), "123456 789 %lu\n", t->runs);
	put(p, t, "schedstat", text);
	snprintf(text, sizeof(text), "%s\n", t->comm);
	put(p, t, "comm", text);
	if (t->inner)
		snprintf(text, sizeof(text), "Name:\tx\nNSpid:\t%u\t%u\nNSsid:\t9\t1\n", t->tid,
			t->inner);
	else
		snprintf(text, sizeof(text), "Name:\tx\nNSpid:\t%u\nNSsid:\t9\n", t->tid);
	put(p, t, "status", text);
	put(p, t, "syscall", t->call ? t->call : "running\n");
}
