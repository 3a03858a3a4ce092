/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sampler (sampler.bpf.c) and src/live share. Not a format: both sides are always of one
 * build.
 *
 * A sample is the code objects on a thread's Python stack, by address. What each is called leaves
 * the kernel once for each process, before the first sample with it.
 */
#ifndef POOLTOP_SAMPLE_H
#define POOLTOP_SAMPLE_H

#include "layout.h"
#include "ring_kind.h"
#include "wire.h"

enum sample_bounds {
	SAMPLE_FRAMES = 32, /* innermost ones that are told */
	SAMPLE_STEPS = 72, /* frames looked at: a shim with each of them, at worst */
	SAMPLE_SEARCH = 256, /* threads of the interpreters looked at, for one that is new */
	SAMPLE_NAME = 128, /* most bytes of a function's name: its end, ... */
	SAMPLE_FILE = 256, /* of a file's name: its end, ... */
	SAMPLE_TABLE = 1024, /* of a line table: its beginning */
	SAMPLE_CODES = 32768, /* code objects that are remembered, of all processes */
};

enum sample_flags {
	SAMPLE_MAIN = 1, /* its process's main thread */
	SAMPLE_HAND = 2, /* which has a task in hand */
	SAMPLE_ROOT = 4, /* of no worker: of the process that was asked for */
	SAMPLE_MORE = 8, /* there are frames further out */
	SAMPLE_PYTHON = 16, /* the interpreter knows the thread */
	SAMPLE_MEASURED = 32, /* in pickling or unpickling that is measured (exact.bpf.c) */
	SAMPLE_GC_KNOWN = 64, /* where the garbage collector says that it runs is known, ... */
	SAMPLE_GC = 128, /* ... and it does, in this thread */
};

struct ring_sample {
	struct frame h; /* h.pid: the process */
	__u32 tid;
	__u32 flags; /* enum sample_flags */
	__u64 period_ns; /* it stands for so much time on a core */
	__u64 lasti; /* of the innermost frame, as enum py_lasti has it */
	__u32 core;
	__u32 count;
	__u64 codes[SAMPLE_FRAMES]; /* innermost first; as many as are counted */
};

/* What a code object says of itself; name, file and table follow one another in bytes[]. */
struct ring_code {
	struct frame h;
	__u64 code; /* its address */
	__u64 bytecode; /* offset in it; of the layout, and so are: */
	__u32 lasti; /* enum py_lasti */
	__u32 lines; /* enum py_lines */
	__u32 firstlineno;
	__u16 name_len, file_len, table_len; /* bytes */
	__u8 name_kind, file_kind; /* bytes per character */
	__u32 pad;
	/* With room for the last piece to be copied before it is checked. */
	unsigned char bytes[SAMPLE_NAME + SAMPLE_FILE + SAMPLE_TABLE + SAMPLE_TABLE];
};

/* A code object of a process, as it is remembered. */
struct code_key {
	__u32 pid;
	__u32 pad;
	__u64 code;
};

/* Per CPU. */
struct sample_cost {
	__u64 ns; /* in the program, for those that found something */
	__u64 runs;
	__u64 samples;
};

#endif
