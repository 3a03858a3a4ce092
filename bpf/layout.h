/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things lie in one Python process: all that a walk over its threads and frames needs to
 * know, so that the kernel's walker and the live reader go the same way. One fits a map value.
 *
 * Filled by src/python (interp.h), for x86-64 and aarch64 alike. Everything below is an offset in
 * bytes into the struct that is named, of CPython's own headers, unless it says otherwise;
 * PY_ABSENT where this version has no such field. A fork has the same layout as its parent, an
 * exec another one.
 *
 * The walk: runtime -> interpreters -> (interp.next)* -> interp.threads -> (thread.next)* with the
 * right thread.id -> thread.frame (-> thread.cframe) -> (frame.previous)*. Several threads of the
 * list may carry one id (sub-interpreters): the right one has a frame.
 */
#ifndef POOLTOP_LAYOUT_H
#define POOLTOP_LAYOUT_H

#include <linux/types.h>

#define PY_ABSENT 0xffffffffu

/* What frame.lasti holds, and so how to come to an offset in bytes into the bytecode. */
enum py_lasti {
	PY_LASTI_BYTES = 0, /* an int, in bytes; -1 before the first instruction (to 3.9) */
	PY_LASTI_UNITS = 1, /* an int, in units of 2 bytes (3.10) */
	PY_LASTI_POINTER = 2, /* a pointer into code.bytecode (3.11 on) */
};

/* How code.linetable is to be read: src/python/lines.h. */
enum py_lines {
	PY_LINES_LNOTAB = 0, /* to 3.9 */
	PY_LINES_RANGES = 1, /* 3.10: PEP 626 */
	PY_LINES_POSITIONS = 2, /* 3.11 on: PEP 657 */
};

/* The bits of a str's state (all builds with a GIL, 3.6 to 3.15). */
enum py_str_state {
	PY_STR_KIND_SHIFT = 2, /* bytes per character: 1, 2 or 4 */
	PY_STR_KIND_MASK = 7,
	PY_STR_COMPACT = 1 << 5,
	PY_STR_ASCII = 1 << 6,
};

struct py_layout {
	__u64 runtime; /* address of _PyRuntime; 3.6: of interp_head */
	__u64 code_type; /* address of PyCode_Type, the type of code objects; 0: unknown */
	__u32 version; /* PY_VERSION_HEX >> 16: 0x030b is 3.11 */
	__u32 lasti; /* enum py_lasti */
	__u32 lines; /* enum py_lines */
	__u32 interpreters; /* _PyRuntimeState: pointer to the newest interpreter */
	struct { /* PyInterpreterState */
		__u32 next; /* pointer */
		__u32 threads; /* pointer to the newest thread */
		__u32 sysdict; /* pointer to the dict of the module sys */
	} interp;
	struct { /* PyThreadState */
		__u32 next; /* pointer */
		__u32 interp; /* pointer back */
		__u32 id; /* unsigned long: pthread_self(), on x86-64 the thread's fsbase */
		__u32 native_id; /* unsigned long: TID in its PID namespace (3.11 on) */
		__u32 frame; /* pointer to the innermost frame, or to the _PyCFrame */
		__u32 cframe; /* _PyCFrame (3.11, 3.12): pointer to the innermost frame */
		__u32 chunk; /* pointer to the newest _PyStackChunk, with frames (3.11 on) */
	} thread;
	struct { /* PyFrameObject to 3.10, then _PyInterpreterFrame */
		__u32 code; /* pointer, but for code_mask; 0 in a frame being torn down */
		__u32 code_mask; /* bits to clear in it: 0, or 3 for a tagged reference (3.14 on) */
		__u32 previous; /* pointer */
		__u32 lasti; /* as enum py_lasti says */
		__u32 owner; /* byte (3.11 on) */
		__u32 shim; /* owners from this one on are shims: no code, only a previous */
		__u32 entry; /* byte: 1 in the outermost frame of an eval loop (3.11 alone) */
		__u32 trace; /* pointer: if it is not NULL, lineno is the line (to 3.10) */
		__u32 lineno; /* int */
		__u32 size; /* bytes, from the beginning, that hold all of these: at most 128 */
	} frame;
	struct { /* PyCodeObject */
		__u32 filename; /* pointers to str */
		__u32 name;
		__u32 qualname; /* 3.11 on */
		__u32 firstlineno; /* int */
		__u32 linetable; /* pointer to bytes */
		__u32 bytecode; /* where it begins, in the object itself (3.11 on) */
		__u32 firsttraceable; /* int: first unit after a frame has been set up (3.11 on) */
	} code;
	struct { /* PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject */
		__u32 length; /* Py_ssize_t, in characters */
		__u32 state; /* enum py_str_state */
		__u32 ascii; /* characters, if it is compact and ASCII */
		__u32 compact; /* characters, if compact; else a pointer to them */
	} str;
	struct { /* PyObject, PyVarObject, PyBytesObject */
		__u32 type; /* pointer */
		__u32 size; /* Py_ssize_t */
		__u32 bytes; /* where a bytes object's own begin */
	} object;
	struct { /* struct _gil_runtime_state */
		__u32 runtime; /* _PyRuntimeState: where it is (3.7 to 3.11) */
		__u32 interp; /* PyInterpreterState: pointer to it (3.12 on) */
		__u32 holder; /* in it: pointer to the last PyThreadState that held it */
		__u32 locked; /* in it: int, 1 while it is held, -1 before it exists */
		__u32 size; /* bytes: who waits in a futex inside of these waits for the GIL */
	} gil;
	struct { /* struct _gc_runtime_state: its int `collecting`, 1 in a run of the collector */
		__u32 runtime; /* _PyRuntimeState: where that is (3.7, 3.8) */
		__u32 interp; /* PyInterpreterState: where that is (3.9 on) */
	} gc;
	__u32 pad;
};

_Static_assert(sizeof(struct py_layout) == 200, "fits a map value");

#endif
