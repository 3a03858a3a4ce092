/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the walker of stacks (walker.bpf.c) and src/live share. Not a format: both sides are
 * always of one build.
 *
 * Names, file names and line tables of code leave the kernel, and of a thread that crashed its
 * registers and its machine stack, which src/live unwinds and throws away. No payload.
 */
#ifndef POOLTOP_STACK_H
#define POOLTOP_STACK_H

#include "layout.h"
#include "ring_kind.h"
#include "wire.h"

enum stack_bounds {
	WALK_FRAMES = 64, /* innermost ones that are told */
	WALK_STEPS = 136, /* frames looked at: a shim with each of them, at worst */
	WALK_THREADS = 512, /* threads of the interpreters looked at */
	WALK_INTERPRETERS = 8,
	WALK_TOLD = 64, /* threads told of one process that dies */
	WALK_NAME = 128, /* most bytes of a function's name, ... */
	WALK_FILE = 256, /* of a file's name: its end, ... */
	WALK_TABLE = 1024, /* of a line table: its beginning, ... */
	WALK_PIECE = 1024, /* and so of any of them */
	WALK_BYTES = 40 * 1024, /* of all of them together */
	NATIVE_REGS = 17, /* x86-64, in DWARF's order */
	NATIVE_PAGES = 14,
	NATIVE_BYTES = NATIVE_PAGES * 4096,
	NATIVE_RED_ZONE = 128, /* below the stack pointer, in use all the same (x86-64 ABI) */
};

/* A watched process that runs Python: value of the map `pythons`, by process id. */
struct python {
	struct py_layout layout;
	__u32 told; /* threads, of its death */
	__u32 pad;
};

/* A piece of ring_walk.bytes. */
struct walk_bytes {
	__u16 at;
	__u16 len; /* bytes */
};

struct walk_frame {
	__u64 code; /* address of the code object */
	__u64 lasti; /* as enum py_lasti has it */
	__u32 firstlineno;
	__s32 lineno; /* > 0: the line, by a tracer (to 3.10) */
	struct walk_bytes name, file, table;
	__u8 name_kind, file_kind; /* bytes per character, 1 (Latin-1 or ASCII), 2 or 4 */
	__u8 entry; /* the outermost frame of one evaluation loop in C */
	__u8 pad;
};

enum walk_why {
	WALK_SIGNAL = 1, /* a signal that ends it is being delivered to this very thread */
	WALK_FAULT = 2, /* a fault of its own for which it has a handler: it may live on */
	WALK_EXIT = 3, /* it exits, by itself or with its process */
};

enum walk_flags {
	WALK_CULPRIT = 1, /* the death began in this thread */
	WALK_FOUND = 2, /* the interpreter knows this thread */
	WALK_MORE = 4, /* there are frames beyond the last one told */
	WALK_LAYOUT = 8, /* its layout was known */
};

struct ring_walk {
	struct frame h; /* h.pid: the process */
	__u32 tid;
	__u32 why; /* enum walk_why */
	__u32 flags; /* enum walk_flags */
	__s32 sig; /* the signal, 0: none */
	__s32 code; /* its si_code */
	__u32 count; /* frames */
	__u64 address; /* of the fault; 0: none */
	__u64 walk_ns; /* it took so long */
	__u32 lasti; /* enum py_lasti, of the layout */
	__u32 lines; /* enum py_lines */
	__u64 bytecode; /* offset in the code object */
	__u32 used; /* of bytes */
	__u32 pad;
	struct walk_frame frames[WALK_FRAMES]; /* innermost first */
	/* As many as are used; then room for the last piece to be copied before it is checked. */
	unsigned char bytes[WALK_BYTES + WALK_PIECE];
};

struct ring_native {
	struct frame h;
	__u32 tid;
	__u32 used; /* bytes of the stack */
	__u64 sp; /* where bytes[0] lay: below the stack pointer by the red zone */
	__u64 regs[NATIVE_REGS];
	unsigned char bytes[NATIVE_BYTES];
};

_Static_assert(sizeof(struct ring_native) < 65528, "fits frame.size");
_Static_assert(sizeof(struct ring_walk) < 65528, "fits frame.size");

#endif
