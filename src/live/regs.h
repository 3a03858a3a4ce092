/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of threads that wait in the kernel, as it has kept them (bpf/regs.bpf.c). */
#ifndef POOLTOP_LIVE_REGS_H
#define POOLTOP_LIVE_REGS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/stack.h"

struct regs;

/* NULL: this user or this kernel does not allow it. */
struct regs *regs_open(void);
void regs_free(struct regs *r); /* NULL allowed */

/* False: it is gone, or has another number where the kernel programs look. Some ten microseconds.
 * What it was on its way with is only told if the thread has not run meanwhile. */
bool regs_read(struct regs *r, uint32_t tid, uint64_t ret_regs[static NATIVE_REGS]);

#endif
