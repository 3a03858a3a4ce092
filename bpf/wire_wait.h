/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process in trouble: what it waits in, what it wrote last.
 * The rules of wire.h hold here too; only it includes this file.
 */
#ifndef POOLTOP_WIRE_WAIT_H
#define POOLTOP_WIRE_WAIT_H

/* What a thread waits for. */
enum wait_for {
	WAIT_NONE = 0, /* nothing: it runs, or wants to */
	WAIT_READ = 1, /* bytes from object, the inode of a pipe or socket; 0: of something else */
	WAIT_WRITE = 2, /* room in object, likewise */
	WAIT_POLL = 3, /* something to happen to object, likewise; 0: to one of several */
	WAIT_LOCK = 4, /* a futex of its own process, at address object */
	WAIT_SEMAPHORE = 5, /* a futex that processes share; object: inode of the memory, 0: none */
	WAIT_CHILD = 6, /* the end of process object; 0: of any child */
	WAIT_TIME = 7, /* time to pass */
	WAIT_OTHER = 8, /* another system call */
};

enum wait_flags {
	WAIT_FIRST = 1, /* the first of this sample: all that was sampled before is over */
	WAIT_TIMED = 2, /* it ends by itself, in time */
	WAIT_ALONE = 4, /* it is the only thread of its process */
	WAIT_MOVED = 8, /* no thread: the process moves again */
};

/* One thread. All of a process are sent one after another, up to some bound, when one changed. */
struct frame_wait {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 since_ns; /* it has been in this, and on no core, since then at least */
	__u64 object; /* by wait_for */
	__u32 tid;
	__s32 syscall; /* number; -1: none */
	__u32 wait_for; /* enum wait_for */
	__u32 flags; /* enum wait_flags */
	__u32 value; /* of a semaphore */
	__u32 threads; /* of the process */
	char comm[WIRE_COMM]; /* the thread's */
	__u64 bytes; /* that the call it waits in was given to write; 0: none, or not known */
};

/* Of one long write the middle may be missing; this line is in its place. */
#define STDERR_CUT "[...]\n"

struct frame_stderr {
	struct frame h;
	__u32 len; /* bytes of text, not terminated; then zeros up to h.size */
	__u32 pad;
	char text[];
};

#endif
