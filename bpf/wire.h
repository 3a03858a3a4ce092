/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames: everything that enters pooltop, dated. The same bytes travel from the watcher to
 * the viewer, into recordings and out of `record -o -`.
 *
 * This is the format of recordings, so it is append-only: kind numbers are explicit and never
 * used again, fields are only added at the end of a struct, and a reader takes a shorter frame
 * of an older writer (what is absent reads as 0) and cuts a longer one of a newer writer.
 * tests/wire holds every size and every offset fast.
 *
 * Byte order is the machine's (little-endian on everything pooltop runs on). Times (`t_ns` and
 * every `_ns` that is a point) are CLOCK_MONOTONIC nanoseconds, but for `wall_ns`. Text ids name
 * a FRAME_TEXT seen earlier; id 0 is "not known".
 */
#ifndef POOLTOP_WIRE_H
#define POOLTOP_WIRE_H

#include <linux/types.h>

#define WIRE_FORMAT 1
#define FRAME_MAX 65528 /* bytes, header included; a multiple of 8 */
#define WIRE_TEXT_MAX 4096 /* bytes of one FRAME_TEXT */
#define WIRE_COMM 16 /* TASK_COMM_LEN */

enum frame_kind {
	FRAME_SESSION = 1, /* first frame of every stream */
	FRAME_TICK = 2, /* time passes: rates and findings are judged on these alone */
	FRAME_LOST = 3, /* records that did not fit */
	FRAME_MISSING = 4, /* a feature this session does without */
	FRAME_TEXT = 5, /* a text and its id */
	FRAME_DONE = 6, /* the watcher ends; absent if it was killed */

	FRAME_PROC = 10, /* a watched process, as /proc shows it; sent again when that changed */
	FRAME_FORK = 11,
	FRAME_EXEC = 12,
	FRAME_EXIT = 13,
	FRAME_SIGNAL = 14,
	FRAME_OOM = 15,
	FRAME_PIPE = 16, /* a process holds an end of a pipe or socketpair */
	FRAME_THREAD_EXIT = 17, /* a thread that read messages is gone, its process lives on */

	FRAME_MSG = 20, /* one whole message written or read */
	FRAME_FAILURE = 21, /* the exception in a result; follows its FRAME_MSG */

	FRAME_WORK = 30, /* one worker's state and the sums of its states */
	FRAME_CORE = 31, /* one core's time for one pool */
	FRAME_CPU = 32, /* one core's time in all */
	FRAME_USAGE = 33, /* memory, threads: sampled */
	FRAME_SHARED = 34, /* memory that a program's processes share: sampled */
	FRAME_SUM = 36, /* messages of one process and pipe that were only added up */
	FRAME_LEVEL = 37, /* how closely tasks are told from now on */

	FRAME_STACK = 40, /* one thread's stack; at its death before the FRAME_EXIT */
	FRAME_STDERR = 41, /* the last that a process wrote there; before its FRAME_EXIT */
	FRAME_WAIT = 44, /* what a thread waits in, of a process that does not move: sampled */

	FRAME_THREAD = 48, /* a thread as it was sampled; follows its FRAME_STACK if that is new */
	FRAME_TRACE = 52, /* a stack that was sampled, and its id */
	FRAME_SAMPLE = 53, /* what a thread was at on its core, by a clock */
	FRAME_STEP = 56, /* a process that starts has come so far */
	FRAME_THROTTLE = 58, /* how long a cgroup was kept from cores by its quota: sampled */
	FRAME_DEPARTED = 72, /* a process that was gone before watching began */
};

/* Starts every frame. size: bytes in all, header included, a multiple of 8. pid: the process
 * (thread group) it is about, 0 if none. */
struct frame {
	__u16 kind;
	__u16 size;
	__u32 pid;
	__u64 t_ns;
};

enum wire_mode { MODE_BPF = 1, MODE_PROC = 2 };

struct frame_session {
	struct frame h;
	__u32 format; /* WIRE_FORMAT of the writer */
	__u32 mode; /* enum wire_mode */
	__u32 cpus; /* cores of the machine that are online */
	__u32 interval_ms; /* between ticks */
	__u64 wall_ns; /* wall clock at h.t_ns */
	char version[16]; /* pooltop's, NUL-padded; not terminated if full (so all arrays here) */
	char host[64];
	char kernel[64];
	__u32 flags; /* enum session_flags */
	__u32 pad;
};

enum session_flags {
	SESSION_STEPS = 1, /* FRAME_STEP is told: who has none opened no module's file */
};

struct frame_tick {
	struct frame h;
	__u64 seq;
	__u64 wall_ns;
	__u64 self_cpu_ns; /* the watcher's own, since its start */
	__u64 self_rss_bytes;
	__u64 probe_ns; /* kernel time in BPF programs since the start, extrapolated */
	__u64 probe_runs;
	__u64 records; /* kept, since the start */
	__u64 lost; /* lost, since the start: seen = records + lost */
};

enum lost_where { LOST_RING = 1, LOST_STREAM = 2, LOST_TEXT = 3 };

struct frame_lost {
	struct frame h;
	__u64 count;
	__u64 from_ns; /* between these two times */
	__u64 to_ns;
	__u32 where; /* enum lost_where */
	__u32 pad;
};

struct frame_missing {
	struct frame h;
	__u32 feature; /* text ids */
	__u32 lost;
	__u32 fix;
	__u32 pad;
};

struct frame_text {
	struct frame h;
	__u32 id; /* 1.. ; the same id is only ever given the same text again */
	__u32 len; /* bytes of text, not terminated; then zeros up to h.size */
	char text[];
};

struct frame_done {
	struct frame h;
	__s32 status; /* 0, or -errno of what ended the watcher */
	__u32 pad;
};

#include "wire_work.h" /* the states, which others use */

#include "wire_msg.h"
#include "wire_proc.h"
#include "wire_stack.h"
#include "wire_wait.h"

#endif
