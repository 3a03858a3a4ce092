/* SPDX-License-Identifier: GPL-2.0-only */
/* The Python stack of a process's main thread at this moment, read from outside. */
#ifndef POOLTOP_LOOK_H
#define POOLTOP_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/layout.h"

struct look_frame {
	const char *function; /* qualified from Python 3.11 on */
	const char *file;
};

struct look; /* what was read, and the room for it */

struct look *look_new(void); /* NULL without memory */
void look_free(struct look *l); /* NULL allowed */

/*
 * Reads it, twice: some tenths of a millisecond. False: it never held still, or runs no Python
 * function. The frames, innermost first, are borrowed until the next read.
 */
bool look_read(struct look *l, uint32_t pid, const struct py_layout *layout,
	const struct look_frame **ret_frames, uint32_t *ret_count);

#endif
