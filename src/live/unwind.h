/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unwinds the machine stack of a thread from a copy of its registers and stack, and the files that
 * its process has mapped: it may be gone. Symbols come from those files and local debug files
 * alone.
 */
#ifndef POOLTOP_UNWIND_H
#define POOLTOP_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/stack.h"

enum { UNWIND_PLACES = 512, UNWIND_NAME = 128, UNWIND_FILE = 256 };

/* In NATIVE_REGS, which are in DWARF's order. */
enum { UNWIND_SP = 7, UNWIND_PC = 16 };

struct unwound {
	char function[UNWIND_NAME]; /* "": not known */
	char module[UNWIND_FILE]; /* "": none */
	uint64_t offset; /* in the module */
};

/* A thread at one moment; all is borrowed for the call. */
struct unwind_from {
	const char *maps; /* text as /proc/PID/maps has it, of file mappings and the vDSO */
	uint32_t pid; /* its files are had through /proc of this process; 0: by their names */
	uint32_t tid;
	bool is_in_call; /* of the registers only SP and PC are known: of /proc/PID/syscall */
	uint64_t regs[NATIVE_REGS];
	uint64_t sp; /* where bytes[0] lay */
	const unsigned char *bytes;
	size_t used;
};

struct unwinder;

struct unwinder *unwinder_new(void); /* NULL without memory */
void unwinder_free(struct unwinder *u); /* NULL allowed */

/*
 * Places go to ret, innermost first, at most UNWIND_PLACES; returns how many. is_whole: the last of
 * them is where the thread began. Some tens of milliseconds, less for the maps of the last call.
 */
size_t unwinder_run(struct unwinder *u, const struct unwind_from *from, struct unwound *ret,
	bool *ret_is_whole);

#endif
