/* SPDX-License-Identifier: GPL-2.0-only */
/* Phrases that several rules use. Each writes into buf, terminated, and returns it. */
#ifndef POOLTOP_WORDS_H
#define POOLTOP_WORDS_H

#include "model/model.h"

enum { WORDS_MAX = 160 };

/* "task 17/198 of etl.transform"; "task 17 of ..." where there are no chunks. */
char *words_task(
	char buf[static WORDS_MAX], const struct model *m, struct task_key key, uint32_t func);

/* "was killed (SIGKILL, by bash [900])", "was killed (SIGKILL, by the OOM killer, cgroup limit
 * 2.0 GiB)", "crashed (SIGSEGV)", "exited with status 3". */
char *words_death(char buf[static WORDS_MAX], const struct death *d);

#endif
