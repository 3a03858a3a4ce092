/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stacks of a pool's processes, as text and as JSON (INTERFACE 4). Whoever read them fills
 * these structs; all is borrowed for the call, and all texts are clean.
 */
#ifndef POOLTOP_EXPORT_STACK_H
#define POOLTOP_EXPORT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_frame {
	const char *function;
	const char *file; /* of machine code: the file that it is in, NULL: none */
	int32_t line; /* 0: none */
	bool is_native; /* machine code: function may be NULL */
	uint64_t offset; /* of it, in its file */
};

enum stack_gil { STACK_GIL_UNKNOWN, STACK_GIL_FREE, STACK_GIL_HELD, STACK_GIL_WAITING };

struct stack_thread {
	uint32_t tid;
	const char *name;
	const struct stack_frame *frames; /* innermost first */
	uint32_t count;
	/* Machine frames, and the Python frames where they stand among them; else those are at the
	 * end, and is_mixed is false. */
	const struct stack_frame *native;
	uint32_t native_count;
	bool is_mixed;
	bool is_native_cut; /* they do not go down to where the thread began */
	bool is_cut; /* there are more frames */
	bool is_torn; /* it never held still: no frames were had */
	bool is_python; /* false: a thread that Python does not know */
	bool on_cpu;
	enum stack_gil gil;
	const char *call; /* system call it waits in; NULL: none, or not known */
};

struct stack_process {
	uint32_t pid;
	bool is_parent;
	const char *command;
	const char *python; /* "3.11.7" */
	const char *error; /* NULL, or why there are no threads */
	const struct stack_thread *threads; /* the main thread first */
	uint32_t count;
	uint32_t left_out; /* threads beyond those */
};

/* 0 or -ENOMEM; *ret_text is the caller's, to free(). */
int stack_json(
	const struct stack_process *processes, uint32_t count, char **ret_text, size_t *ret_len);

/* The same for people: workers whose Python stacks are the same are shown once, with their number.
 * is_verbose: with all machine frames, also those of the interpreter between Python frames. */
int stack_text(const struct stack_process *processes, uint32_t count, bool is_verbose,
	char **ret_text, size_t *ret_len);

#endif
