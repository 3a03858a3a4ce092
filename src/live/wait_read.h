/* SPDX-License-Identifier: GPL-2.0-only */
/* What the threads of a process wait in at this moment, from /proc and a look into its memory. */
#ifndef POOLTOP_WAIT_READ_H
#define POOLTOP_WAIT_READ_H

#include <stdint.h>

#include "bpf/wire.h"

enum { WAIT_THREADS = 16 /* of one process that are looked at: the main thread first */ };

struct thread_wait {
	uint32_t tid;
	int32_t syscall; /* -1: none */
	uint64_t arg[5];
	uint64_t runs; /* how often it was given a core; 0: not counted by this kernel */
	uint64_t object; /* as in frame_wait, and so the rest */
	uint32_t wait_for;
	uint32_t flags;
	uint32_t value;
	char comm[WIRE_COMM];
};

struct process_waits {
	uint32_t threads; /* in all */
	uint32_t count;
	struct thread_wait list[WAIT_THREADS];
};

/* 0, or -errno: it is gone, or may not be read. Objects are not looked up yet. */
int waits_read(uint32_t pid, struct process_waits *ret);
/* Finds what it waits for: a few more files are read. */
void waits_object(uint32_t pid, struct thread_wait *w);
/* The value of its semaphore. */
void waits_value(uint32_t pid, struct thread_wait *w);

/* By the numbers alone; for waits_read(), and its test. */
void waits_judge(struct thread_wait *w);

#endif
