/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unwinds the machine stack of a thread that is gone: from a copy of its registers and stack, and
 * the files that it had mapped. Symbols come from those files and local debug files alone.
 */
#ifndef POOLTOP_UNWIND_H
#define POOLTOP_UNWIND_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/stack.h"

enum { UNWIND_PLACES = 160, UNWIND_NAME = 128, UNWIND_FILE = 256 };

struct unwound {
	char function[UNWIND_NAME]; /* "": not known */
	char module[UNWIND_FILE]; /* "": none */
	uint64_t offset; /* in the module */
};

struct unwinder;

struct unwinder *unwinder_new(void); /* NULL without memory */
void unwinder_free(struct unwinder *u); /* NULL allowed */

/*
 * maps: text as /proc/PID/maps has it, of file mappings. Places go to ret, innermost first, at most
 * UNWIND_PLACES; returns how many. Some tens of milliseconds, less for the maps of the last call.
 */
size_t unwinder_run(
	struct unwinder *u, const char *maps, const struct ring_native *r, struct unwound *ret);

#endif
