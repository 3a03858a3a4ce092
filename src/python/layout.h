/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things lie in a CPython, by its version: fixed rows for 3.6 to 3.12, whose offsets only
 * their headers tell, and the interpreter's own table of offsets from 3.13 on.
 *
 * Sources: offsetof() over the headers of each minor version for x86-64 and aarch64 (3.6.15,
 * 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1; no field here moved between the patch levels
 * compared); Include/internal/pycore_debug_offsets.h (3.14, 3.15) and pycore_runtime.h (3.13).
 */
#ifndef POOLTOP_PYTHON_LAYOUT_H
#define POOLTOP_PYTHON_LAYOUT_H

#include <stddef.h>

#include "base/err.h"
#include "bpf/layout.h"

/* Minor versions of Python 3 that there is a layout for. */
enum {
	LAYOUT_FIRST = 6,
	LAYOUT_TABLE = 13, /* from here on _PyRuntime begins with a struct _Py_DebugOffsets */
	LAYOUT_LAST = 15,
	LAYOUT_TABLE_BYTES = 888, /* of the longest table */
};

/* struct _PyStackChunk (3.11 on): its fields have not moved yet. */
enum chunk_layout { CHUNK_PREVIOUS = 0, CHUNK_SIZE = 8, CHUNK_TOP = 16, CHUNK_DATA = 24 };

/* The row of 3.<minor>, without the two addresses. NULL if it has none: not 6 to 12. */
const struct py_layout *layout_row(unsigned int minor);

/* True if these first bytes of a _PyRuntime are those of a table. */
int layout_has_table(const void *bytes, size_t len);

/*
 * The layout by a table, without the two addresses. 0, or -EOPNOTSUPP with *err worded for a free-
 * threaded build and for a version that is not known, -EINVAL if it contradicts itself (an offset
 * that lies outside of its struct) or is cut. The words that follow the version's own are ignored.
 */
int layout_by_table(const void *bytes, size_t len, struct py_layout *ret, struct err *err);

#endif
