/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes between the kernel programs and src/live and never leaves the watcher: the raw bytes
 * of messages, the watched processes, the sums per core. Not a format: both sides are always of
 * one build.
 *
 * Frames of wire.h (FORK, EXIT, SIGNAL) travel on the same ring as they are.
 */
#ifndef POOLTOP_RING_H
#define POOLTOP_RING_H

#include "form.h"
#include "ring_kind.h"
#include "wire.h"

/* The system call that poll() becomes: the one of that name, or ppoll where there is no other. */
#if defined(__x86_64__) || defined(__TARGET_ARCH_x86)
#define SYS_POLL 7
/* Older calls that not every machine has. */
#define SYS_SELECT 23
#define SYS_EPOLL_WAIT 232
#else
#define SYS_POLL 73
#define SYS_SELECT (-2)
#define SYS_EPOLL_WAIT (-2)
#endif

enum ring_bounds {
	RING_BYTES = 8 << 20,
	RING_WAKE = RING_BYTES / 8, /* so much waits: the watcher is woken before its time */
	RING_LATE = RING_BYTES / 2, /* ... and has not come: messages are cut short */
	RING_DATA = 28 * 1024, /* most bytes of one message that leave the kernel */
	RING_TAIL = 512, /* of them, its end, when it is longer */
	RING_PREFIX_PIECES = 128, /* kept of a message that comes in several reads */
	RING_PROCS = 8192, /* watched processes; a power of 2 */
	RING_TRIES = 32, /* places that one of them may have, if others have its own */
	RING_GROUPS = 128, /* two a pool: its parent's, its workers' */
};

/* One whole message; behind it, after `skip` bytes: its first `prefix`, then its last `tail`. */
struct ring_msg {
	struct frame h;
	__u64 ino;
	__u64 bytes;
	__u64 head_mark;
	__u64 tail_mark;
	__u32 tid;
	__u16 prefix;
	__u16 tail;
	__u8 dir; /* enum msg_dir */
	__u8 skip; /* bytes before the prefix: the length in front of the message */
	__u16 flags; /* MSG_TIMES, MSG_EXACT */
	__u32 blocked_us; /* the writer waited for room */
	struct task_times spent; /* the bytes follow */
};

enum watch_flags {
	WATCH_ROOT = 1, /* not a worker: the process that was asked for */
	WATCH_HAND = 2, /* has a task in hand */
	WATCH_TOLD = 4, /* has read a sentinel */
	WATCH_FRESH = 8, /* has sent a result and not waited since */
	WATCH_SEM = 16, /* what it last waited for was a semaphore */
	WATCH_PRIVATE = 32, /* ... was a futex of its own process */
	WATCH_ANSWERED = 64, /* another thread of it has sent something since it has a task */
	/* With the probes of exact.bpf.c, of the task in hand: */
	WATCH_EXACT = 128, /* they were there when it was taken */
	WATCH_UNPICKLED = 256, /* unpickle_ns is measured */
	WATCH_PICKLED = 512, /* pickle_ns is, of what may be its result */
	WATCH_GIL =
		1024, /* what it last waited for with a task in hand was the interpreter's lock */
	WATCH_GUESSED = 2048, /* that it has started: by a semaphore that it waited for */
	WATCH_DATA = 4096, /* it has read what its parent prepared for its start */
	WATCH_HELD = 8192, /* the task in hand was only added up: on_sum.h */
	WATCH_SENDS = 16384, /* a user's own that has taken no task, and sends: it is at its work */
};

enum { EXEC_ARGS = 1024 }; /* bytes of a new program's arguments that are kept */

/* A FRAME_EXEC, and what /proc will say of the program no more if it is gone by then. */
struct ring_exec {
	struct frame_exec exec;
	__u32 len; /* of the arguments, which have a NUL behind each */
	__u32 pad;
	char args[EXEC_ARGS];
};

enum { OOM_LEVELS = 6, OOM_NAME = 48 };

/* A FRAME_OOM whose cgroup has yet to become a text. */
struct ring_oom {
	struct frame_oom oom;
	char names[OOM_LEVELS]
		  [OOM_NAME]; /* of the full cgroup and those above it, innermost first */
};

/* What the kernel measures; unpickling and pickling are part of `run` here. */
#define WATCH_KNOWN (STATES_ALL - (1u << STATE_UNPICKLE) - (1u << STATE_PICKLE))

/* Where a watched process that runs Python has the interpreter's lock: whoever waits in a futex in
 * there waits for that. Value of the map `gils`, by process id. */
struct gil_place {
	__u64 from;
	__u64 bytes;
};

/*
 * A watched process: value of the map `watches`. The states are its main thread's. What is asked at
 * each end of a system call comes first, and is not in a cache line with what a parent's threads
 * write on several cores.
 */
struct watch {
	/* The place itself (bpf/slots.h): */
	__u32 tgid; /* whose it is, 0: nobody's; all else is set before */
	__u32 slot;
	__u32 has_others; /* some process that it should have been is elsewhere; never unset */
	/* The process: */
	__u32 flags; /* enum watch_flags */
	__u32 fds_changed; /* how often: what is known of its descriptors is void then */
	__u32 state;
	__u32 group; /* its time on a core goes to this sum */
	__u32 kids_group; /* its children's */
	__u32 opens_told; /* so many files more that it opens are told whatever they are called */
	__u32 task_row; /* with WATCH_HELD: form of the task in hand */
	__u64 start_ns;
	__u64 since_ns;
	__u64 task_ino; /* pipe it took its newest task from */

	__u64 cpu_ns; /* all threads */
	__u64 side_ns; /* all but the main one: on a core or waiting for one; 0: not known, too */
	__u64 exec_ns; /* when it last left its core, by its own clock; 0: it has not */
	__s32 syscall; /* it is blocked in; -1: none */
	__u32 core;
	__u64 state_ns[WORKER_STATES];
	__u64 gil_ns; /* of LOCK: the waits for the interpreter's lock */
	__u64 sem_ns; /* of LOCK: the last wait for a semaphore */
	__u64 sem_run_ns; /* of RUN, when that wait was over */
	__u64 ino; /* pipe it is blocked on */
	__u64 taken_ns[WORKER_STATES]; /* state_ns when it took its newest task */
	__u64 call_run_ns; /* of RUN, when the pickling or unpickling that is under way began */
	__u64 unpickle_ns, pickle_ns; /* of the task in hand */
	__u32 loads, dumps; /* calls that are under way, one in another */
};

/* All but what is the place's own. */
static inline __attribute__((always_inline)) void watch_fill(
	struct watch *w, const struct watch *from)
{
	__builtin_memcpy(
		&w->flags, &from->flags, sizeof(*w) - __builtin_offsetof(struct watch, flags));
}

/* A pipe's forms, by row of the map `forms`; behind the last is 0. */
struct form_list {
	__u32 rows[FORM_LIST];
};

/*
 * What one thread has read or written of one form, since the beginning. A cache line, and nobody
 * else's: no two cores write it at a time.
 */
struct sum {
	__u64 key; /* sum_key(), 0: it is free */
	__u64 messages;
	__u64 bytes;
	__u64 bytes_max;
	__u64 blocked_ns; /* their writers waited for room */
	__u64 newest_ns;
	__u32 tgid;
	__u16 row; /* the messages' form */
	__u16 task_row; /* of results: their tasks', 0: not known */
	__u32 dir; /* enum msg_dir */
	__u32 pad;
};

static inline __attribute__((always_inline)) __u64 sum_key(
	__u32 tid, __u32 row, __u32 task_row, __u32 dir)
{
	return (__u64)tid << 32 | row << 20 | task_row << 4 | dir;
}

/* A task's message that a worker has read, and that was only added up. */
struct held {
	struct ring_msg m;
	unsigned char data[FORM_BYTES];
};

/* Per CPU. */
struct core_sums {
	__u64 since_ns;
	__u64 busy_ns;
	__u64 idle_ns;
	__u64 group_ns[RING_GROUPS];
	__s64 ahead_ns; /* of its run queue's clock before ours, 0: not known */
	__u64 tick; /* of the machine, in which it was ... */
	__u64 tick_ns; /* ... so late */
	__u32 tgid; /* watched process that is on this core now, 0: another or none */
	__s32 pid; /* thread that is on it, 0: idle */
	__u32 idle;
};

/* Per CPU. */
struct ring_counts {
	__u64 kept;
	__u64 lost;
};

enum stderr_bounds {
	STDERR_PROCS = 256, /* processes that write there, kept at a time */
	STDERR_HALF = 2048,
	STDERR_HEAD = 512, /* of a write that fills a half: its beginning ... */
	STDERR_TAIL = 1528, /* ... and its end, with STDERR_CUT between them */
};

enum step_bounds { STEP_PATH = 512 }; /* bytes of a path, a power of 2 */

/* A FRAME_STEP whose file has yet to become a module's name. */
struct ring_step {
	struct frame h;
	__u32 what; /* STEP_MODULE, STEP_LOCK or STEP_DATA */
	__u32 len; /* of the path, with its NUL; 0: none */
	char path[STEP_PATH];
};

/* RING_MAPS is a header alone: the process has mapped machine code. */

/* The last that a process wrote to standard error: the other half, then this one. h.t_ns: when. */
struct ring_stderr {
	struct frame h;
	__u32 half; /* that is being filled */
	__u16 used[2]; /* bytes of each */
	unsigned char bytes[2 * STDERR_HALF + STDERR_HALF]; /* with room for the verifier */
};

#endif
