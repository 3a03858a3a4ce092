/* SPDX-License-Identifier: GPL-2.0-only */
/* The local variables of a frame. Arguments are the first, in the order of the function's head. */
#ifndef POOLTOP_LOCALS_H
#define POOLTOP_LOCALS_H

#include <stdint.h>

#include "bpf/layout.h"
#include "python/memory.h"

enum { LOCAL_TYPE = 24 };

/*
 * What the n-th one's type calls itself: "int", "NoneType"; cut, and whatever bytes the target has
 * there. frame: its address, as struct py_frame has it. 0, -ENOENT: it has no value; -EOPNOTSUPP:
 * nobody knows where this version keeps them; or what memory_read() says.
 *
 * Sources: CPython 3.6 to 3.15, Include/frameobject.h and Include/internal/pycore_frame.h
 * (f_localsplus, localsplus), Include/cpython/object.h (tp_name is the first of PyTypeObject behind
 * its PyVarObject); ../shared/ref/py-offsets.tsv has the numbers.
 */
int local_type(struct memory *m, const struct py_layout *l, uint64_t frame, unsigned int n,
	char ret[static LOCAL_TYPE]);

#endif
