/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine frames of the threads of living processes, and where their Python frames stand among
 * them. Nothing is stopped:
 *   - a thread that waits in the kernel has its stack copied while it provably stands still. BPF
 *     tells its registers; without that /proc tells the stack pointer and the program counter,
 *     which is enough but for code that has no other hold on its frame than another register;
 *   - of a thread that runs the kernel's profiler copies both, some microseconds after its Python
 *     frames were read: they go together only if there are as many evaluation loops as they say.
 * x86-64 alone.
 */
#ifndef POOLTOP_NATIVE_NOW_H
#define POOLTOP_NATIVE_NOW_H

#include "live/interleave.h"
#include "python/reader.h"

struct native_stack {
	uint32_t tid;
	uint32_t count, mixed_count;
	bool is_whole; /* down to where the thread began */
	struct unwound *places; /* innermost first; their texts are clean */
	/* The Python frames among them; NULL, 0: it is not known where they stand. */
	struct interleaved *mixed;
};

struct native_now;

/* NULL: not on this machine, or no memory. Bounded in all, whatever the targets are. */
struct native_now *native_now_new(void);
void native_now_free(struct native_now *n); /* NULL allowed */

/* For the reader of this process, for reader_read(). Valid until the next call. */
const struct reader_taker *native_now_of(struct native_now *n, uint32_t pid);

/* Of the process of the last native_now_of(), as the reader read it; NULL: none. Valid as long as
 * n is. */
const struct native_stack *native_now_get(const struct native_now *n, uint32_t tid);

#endif
