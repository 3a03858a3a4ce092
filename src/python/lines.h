/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a place in the bytecode to a line. Pure; the table's bytes are hostile.
 *
 * Formats: Objects/lnotab_notes.txt of CPython 3.9 and 3.10, Objects/locations.md of 3.11 and
 * later. Places are in bytes, like a frame's f_lasti: below 0 before the first instruction.
 */
#ifndef POOLTOP_LINES_H
#define POOLTOP_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/layout.h"

struct line_table {
	const unsigned char *bytes; /* borrowed */
	size_t len;
	uint32_t lines; /* enum py_lines */
	int32_t first; /* the code object's first line */
	bool is_cut; /* the table goes on behind these bytes */
};

/* 0, -ENODATA if the instruction belongs to no line, -ERANGE if the table ends before it, -EINVAL
 * if it says a line that cannot be. */
int lines_at(const struct line_table *t, int64_t lasti, int32_t *ret_line);

#endif
