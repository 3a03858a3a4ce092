/* SPDX-License-Identifier: GPL-2.0-only */
/* The threads of a process as the kernel shows them in /proc. `proc`: "/proc". */
#ifndef POOLTOP_PYTHON_TASK_H
#define POOLTOP_PYTHON_TASK_H

#include <stdbool.h>
#include <stdint.h>

enum { TASK_COMM = 16, TASKS_MAX = 4096 /* of one process that are looked at */ };

struct py_task {
	uint32_t tid;
	uint32_t inner; /* the same in the process's own PID namespace */
	uint64_t thread; /* its PyThreadState; 0: none */
	uint64_t interp; /* and that one's PyInterpreterState */
	bool has_frame; /* it was in some Python function */
};

struct py_tasks {
	struct py_task *tasks; /* by tid */
	uint32_t count;
	uint32_t left_out; /* there were more */
};

/* The first `most` of them, the main thread among them. 0, -ESRCH or -ENOENT if it is gone,
 * -ENOMEM. Filled but for the thread states. */
int tasks_read(const char *proc, uint32_t pid, uint32_t most, struct py_tasks *ret);
void tasks_release(struct py_tasks *t);

/* NULL if there is none. */
struct py_task *tasks_by_inner(const struct py_tasks *t, uint32_t inner);

/* What it is doing at this moment. */
struct task_now {
	char state; /* R S D T ... */
	int cpu; /* it runs on, or ran on last */
	bool is_realtime; /* it goes before all that is not, us included */
	uint64_t runs; /* how often it was given a core; 0: not counted by this kernel */
};

/* 0 or -errno: it is gone. */
int task_look(const char *proc, uint32_t pid, uint32_t tid, struct task_now *ret);

/* The system call that it waits in. */
struct task_call {
	int nr; /* -1: none: it runs, or wants to, or waits for a page */
	bool is_running; /* it did not wait; else the kernel has seen that it is off its core */
	uint64_t arg; /* the first argument */
	uint64_t stack, code; /* user's stack pointer and program counter; 0 with nr -1 */
};

/* False: it may not be read, or is gone. */
bool task_call(const char *proc, uint32_t pid, uint32_t tid, struct task_call *ret);

/* Its name, not cleaned; empty if it is gone. */
void task_comm(const char *proc, uint32_t pid, uint32_t tid, char ret[static TASK_COMM]);

#endif
