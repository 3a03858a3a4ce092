/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Python's str objects. Sources: Include/cpython/unicodeobject.h and Objects/unicodeobject.c; the
 * characters are 1, 2 or 4 bytes each (Latin-1, UCS-2, UCS-4).
 */
#ifndef POOLTOP_STR_H
#define POOLTOP_STR_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/layout.h"
#include "python/memory.h"

enum { STR_CHARS = 512 }; /* of one str that are read */

/*
 * Characters of `kind` bytes each into dst[size] as clean text (base/text.h), terminated; what does
 * not fit is cut, never inside a character. Returns the bytes written, 0 for a kind that there is
 * not. size > 0.
 */
size_t str_decode(char *dst, size_t size, const void *chars, size_t count, unsigned int kind);

/*
 * Reads a str of the process: its first STR_CHARS characters, or with `tail` (a path's end says
 * more) its last. 0, -EINVAL if what lies there is none, or as memory_read().
 */
struct str_wish {
	char *dst;
	size_t size;
	int tail;
};
int str_read(struct memory *m, const struct py_layout *l, uint64_t address, struct str_wish w);

#endif
