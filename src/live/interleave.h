/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a thread's Python frames stand among its machine frames: one evaluation loop of the
 * interpreter runs Python frames up to the one that is its outermost (to 3.10 each has a loop of
 * its own; bpf/walk.h and python/walk.c say how it is told from then on).
 */
#ifndef POOLTOP_INTERLEAVE_H
#define POOLTOP_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/unwind.h"

struct python_frames {
	const bool *is_entry; /* each: the outermost of its loop */
	uint32_t count;
};

struct interleaved {
	bool is_python;
	uint32_t at; /* which of the frames of the one sort or the other */
};

/* Frame of an evaluation loop. */
bool is_eval_loop(const struct unwound *place);

/* All of both, innermost first: ret has room for that. Returns how many. Python frames that find
 * no loop come last. */
size_t interleave(const struct unwound *native, size_t count, const struct python_frames *python,
	struct interleaved *ret);

/* There is one loop for each: they are of one moment, as far as they can tell. */
bool interleave_fits(
	const struct unwound *native, size_t count, const struct python_frames *python);

#endif
