/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks: at a death, as sampled, and by the clock.
 * The rules of wire.h hold here too; only it includes this file.
 */
#ifndef POOLTOP_WIRE_STACK_H
#define POOLTOP_WIRE_STACK_H

enum stack_flags {
	STACK_AT_DEATH = 1, /* read in the dying thread; else sampled while it lived, at h.t_ns */
	STACK_CULPRIT = 2, /* its process's end began in this thread */
	STACK_NATIVE = 4, /* machine frames, and the Python frames where they stand among them */
	STACK_MORE = 8, /* there are more, further out */
	STACK_NO_THREAD = 16, /* the interpreter does not know this thread, or no more */
};

enum place_kind { PLACE_PYTHON = 1, PLACE_NATIVE = 2 };

/* One frame of a stack. */
struct stack_place {
	__u32 function; /* text ids */
	__u32 file; /* of Python; or the module, the file that the machine code is in */
	__u32 line; /* 0: not known */
	__u32 kind; /* enum place_kind */
	__u64 offset; /* of machine code in its module */
};

struct frame_stack {
	struct frame h;
	__u32 tid;
	__u32 flags; /* enum stack_flags */
	__u32 count; /* of places */
	__u32 walk_ns; /* the kernel's walk took so long; 0: not known */
	__u64 address; /* whose access was the fault; 0: none or not known */
	struct stack_place places[]; /* innermost first */
};

enum thread_flags {
	THREAD_ON_CPU = 1, /* it ran, or wanted to */
	THREAD_GIL_KNOWN = 2, /* of the GIL it is known that the thread ... */
	THREAD_GIL_HELD = 4,
	THREAD_GIL_WAITING = 8,
	THREAD_TORN = 16, /* it never stood still: no stack could be read this time */
};

/* At h.t_ns. Its newest sampled FRAME_STACK holds at this time too, but for THREAD_TORN. */
struct frame_thread {
	struct frame h;
	__u32 tid; /* 0: none of the process's threads has run since they were last told */
	__u32 flags; /* enum thread_flags */
	__s32 syscall; /* that it waited in; -1: none or not known */
	__u32 pad;
	char comm[WIRE_COMM];
};

struct trace_place {
	__u32 function; /* text ids */
	__u32 file;
	__u32 line; /* of the innermost one; else 0, or not known */
	__u32 pad;
};

enum trace_flags {
	TRACE_MORE = 1, /* there are frames further out */
};

struct frame_trace {
	struct frame h;
	__u32 id; /* 1.. ; the same id is only ever given the same stack again */
	__u32 count; /* of places */
	__u32 flags; /* enum trace_flags */
	__u32 pad;
	struct trace_place places[]; /* innermost first */
};

/* What code is at, by the functions on its stack. */
enum sample_class {
	CLASS_OTHER = 0, /* none of these: the pool's own code; in a parent, the program's */
	CLASS_TASK = 1, /* a task's own code */
	CLASS_UNPICKLE = 2, /* bytes of a message become objects */
	CLASS_PICKLE = 3, /* objects become bytes of a message */
	CLASS_SEND = 4, /* bytes go into a pipe */
	CLASS_RECEIVE = 5, /* bytes come out of a pipe */
	CLASS_IMPORT = 6, /* modules are imported, and no task is in hand */
	SAMPLE_CLASSES = 7,
};

enum sampled_flags {
	SAMPLED_MAIN = 1, /* its process's main thread */
	SAMPLED_HAND = 2, /* its process had a task in hand */
	SAMPLED_GC_KNOWN = 4, /* of the garbage collector it is known that the thread ... */
	SAMPLED_GC = 8, /* ran it, or what it called */
};

struct frame_sample {
	struct frame h;
	__u64 ns; /* of time on a core that it stands for */
	__u32 tid;
	__u32 trace; /* id of a FRAME_TRACE; 0: it runs no Python, or too many stacks are known */
	__u32 core;
	__u16 flags; /* enum sampled_flags */
	__u8 class; /* enum sample_class */
	__u8 pad;
};

#endif
