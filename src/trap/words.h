/* SPDX-License-Identifier: GPL-2.0-only */
/* Phrases that several rules use. Each writes into buf, terminated, and returns it. */
#ifndef POOLTOP_WORDS_H
#define POOLTOP_WORDS_H

#include "base/fmt.h"
#include "model/model.h"

enum { WORDS_MAX = 160 };

/* The number of one or two leading digits (1, 12, 250, 3000) that is not above n; at least 1. */
double round_down(double n);

/* An estimate in ns as fmt_duration writes it; what cannot be is 0 or the longest there is. */
char *words_duration(char buf[static FMT_MAX], double ns);

/* What to write into the program so that a task of this function carries so many items:
 * "pass chunksize=250 to map or imap". */
char *words_chunk(
	char buf[static WORDS_MAX], const struct pool *p, const struct func *func, double chunk);

/* The main script of the pool's program, as its user calls it: "etl.py"; the whole command, cut, if
 * none is in it. */
char *words_script(char buf[static WORDS_MAX], const struct model *m, const struct pool *p);

/* The result could not be pickled: Pool wraps the error, executors show it in the traceback. */
bool words_is_unpicklable(const struct failure *f);

/* "; Python itself 12 %, imports 70 % (pandas 410 ms each), the main module again 9 %"; "" if
 * nothing is known. */
char *words_start_parts(
	char buf[static WORDS_MAX], const struct model *m, const struct start_sum *sum);
/* What would save most of it: "import pandas inside the function ...". */
char *words_start_advice(
	char buf[static WORDS_MAX], const struct model *m, const struct start_sum *sum);

/* The same for failures of one function whose exceptions, and messages but for their numbers, are
 * the same. */
uint64_t words_shape(const struct failure *f);

/* "task 17/198 of etl.transform"; "task 17 of ..." where there are no chunks. */
char *words_task(
	char buf[static WORDS_MAX], const struct model *m, struct task_key key, uint32_t func);

/* "was killed (SIGKILL, by bash [900])", "was killed (SIGKILL, by the OOM killer, cgroup limit
 * 2.0 GiB)", "crashed (SIGSEGV)", "exited with status 3". */
char *words_death(char buf[static WORDS_MAX], const struct death *d);

#endif
