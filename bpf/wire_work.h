/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time of workers and cores goes.
 * The rules of wire.h hold here too; only it includes this file.
 */
#ifndef POOLTOP_WIRE_WORK_H
#define POOLTOP_WIRE_WORK_H

/* A worker is in one of these; INTERFACE: the words of the report. */
enum worker_state {
	STATE_START = 0,
	STATE_WAIT = 1,
	STATE_UNPICKLE = 2,
	STATE_RUN = 3,
	STATE_PICKLE = 4,
	STATE_SEND = 5,
	STATE_IO = 6,
	STATE_LOCK = 7,
	STATE_RUNQ = 8,
	STATE_EXIT = 9,
	WORKER_STATES = 10,
	STATES_ALL = (1 << WORKER_STATES) - 1, /* a bit of each */
};

enum work_flags {
	WORK_PRIVATE_FUTEX = 1, /* what it is blocked in can be ended by its own threads alone */
	WORK_GIL_KNOWN = 2, /* gil_ns is measured */
	WORK_SIDE_KNOWN = 4, /* side_ns is measured; without: it had no other threads that ran, or
				it is not known */
};

struct frame_work {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 since_ns; /* it has been in `state` since then */
	__u64 state_ns[WORKER_STATES]; /* sums up to since_ns */
	__u32 known; /* bit per worker_state: that sum is measured */
	__u32 state;
	__u64 cpu_ns; /* on a core, all threads, as far as watched */
	__u64 syscall_ino; /* inode of the pipe it is blocked on, or 0 */
	__s32 syscall; /* number of the system call it is blocked in; -1: none */
	__u32 core; /* the core it last ran on */
	__u32 flags; /* enum work_flags */
	__u32 pad;
	__u64 gil_ns; /* of STATE_LOCK: it waited for the interpreter's lock */
	__u64 side_ns; /* all threads but its main one: on a core or waiting for one */
};

struct frame_core { /* h.pid: the pool's parent. Sums since watching began. */
	struct frame h;
	__u32 cpu;
	__u32 pad;
	__u64 workers_ns;
	__u64 parent_ns;
};

struct frame_cpu { /* Sums since watching began. */
	struct frame h;
	__u32 cpu;
	__u32 pad;
	__u64 busy_ns; /* all that is neither idle nor stolen */
	__u64 idle_ns;
	__u64 steal_ns;
};

enum { USAGE_MASK = 4 }; /* words */

struct frame_usage {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 rss_bytes;
	__u64 rss_peak_bytes; /* 0: not known */
	__u64 shared_bytes; /* mapped, shared; no semaphores; 0: none or not known */
	__u64 cpu_ns; /* its whole life, as /proc counts it */
	__u32 threads;
	__u32 cpus; /* cores that it may run on; 0: not known */
	/* Which they are: bit n % 64 of word n / 64 for core n. If it has fewer bits than there are
	 * cpus, the others are beyond it; all 0: not known. */
	__u64 cpu_mask[USAGE_MASK];
};

/* Steps that are seen as they happen, and, from STEP_IN_MODULE on, what a process was seen in
 * when it was looked at because it had done nothing that shows for a while. */
enum step_what {
	STEP_MODULE = 1, /* it opened a module's file */
	STEP_MAIN = 2, /* ... its parent's main module, to run it again */
	STEP_DATA = 3, /* it has read the first of what its parent prepared for it */
	STEP_LOCK = 4, /* it opened a semaphore of multiprocessing: a part of its Process object */
	STEP_IN_MODULE = 5, /* it runs a module's top level */
	STEP_IN_MAIN = 6,
	STEP_IN_INITIALIZER = 7, /* the pool's, which name is the name of */
	STEP_IN_OTHER = 8, /* none of these */
};

enum step_origin {
	ORIGIN_UNKNOWN = 0,
	ORIGIN_PYTHON = 1, /* the standard library */
	ORIGIN_INSTALLED = 2, /* site-packages */
	ORIGIN_OWN = 3, /* anywhere else: the user's own, most often */
};

struct frame_step {
	struct frame h;
	__u32 what; /* enum step_what */
	__u32 name; /* text id: of the module, dotted; 0: none, or not known */
	__u32 origin; /* enum step_origin */
	__u32 pad;
};

/* Sums since the cgroup was made (cpu.stat); only what has changed is sent. h.pid: of one of those
 * in it. */
struct frame_throttle {
	struct frame h;
	__u64 throttled_ns; /* of all its cores' run queues together */
	__u64 periods; /* of the quota, in which it had something to do */
	__u64 throttled; /* of them: in which it was kept waiting */
	__u32 cgroup; /* text id, as in frame_proc */
	__u32 pad;
};

#endif
