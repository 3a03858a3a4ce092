/* SPDX-License-Identifier: GPL-2.0-only */
/* sys.hexversion of a running interpreter: found by a layout, it tells whether that is its own. */
#ifndef POOLTOP_HEXVERSION_H
#define POOLTOP_HEXVERSION_H

#include <stdint.h>

#include "bpf/layout.h"
#include "python/memory.h"

/*
 * By way of runtime -> interpreter -> the dict of sys. 0, -EAGAIN if there is no interpreter (not
 * yet, or no more), -EINVAL if there is no such key where this layout looks for it, or what
 * memory_read() returns.
 */
int hexversion_read(struct memory *m, const struct py_layout *l, uint32_t *ret);

#endif
