/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers and the stack of a thread that runs, as the kernel's own profiler copies them when
 * a clock interrupts it: perf_event_open(2) with PERF_SAMPLE_REGS_USER and PERF_SAMPLE_STACK_USER.
 * The thread is not stopped.
 */
#ifndef POOLTOP_PERF_STACK_H
#define POOLTOP_PERF_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/stack.h"

/* Takes one sample as soon as the thread has run for some microseconds. False: it did not run for
 * a while, the kernel does not allow it, or this machine is not known. */
bool perf_stack_take(uint32_t tid, struct ring_native *ret);

#endif
