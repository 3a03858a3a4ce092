/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Histories for tests: frames written by hand, one after another, as a watcher would send them.
 * Every test of what stands behind the decoder starts from one of these, so that what a test
 * feeds reads like a story: fork, send, take, done, return, tick.
 *
 * A history has a clock (now_ns) that only history_wait() and history_until() move. Without
 * memory a history aborts: it is for tests alone.
 */
#ifndef POOLTOP_TESTS_HISTORY_H
#define POOLTOP_TESTS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/wire.h"
#include "session/session.h"
#include "session/source.h"

#define HISTORY_US 1000ull
#define HISTORY_MS 1000000ull
#define HISTORY_S 1000000000ull
#define HISTORY_START_NS (1000 * HISTORY_S) /* now_ns of an empty history */
#define HISTORY_WALL_NS (1700000000 * HISTORY_S) /* wall clock at that time */

enum { HISTORY_TEXTS = 256, HISTORY_ACTORS = 1100, HISTORY_CPUS = 4 };

/* A process of the story, with the sums that a watcher would keep of it. */
struct history_actor {
	uint32_t pid; /* 0: gone */
	uint32_t ppid;
	uint64_t start_ns;
	uint64_t since_ns;
	uint64_t state_ns[WORKER_STATES];
	uint64_t cpu_ns;
	uint64_t rss_bytes;
	uint64_t syscall_ino;
	int32_t syscall;
	uint32_t state;
	uint32_t core;
	uint32_t cmd, python; /* text ids */
	bool worker; /* gets a FRAME_WORK with each tick */
	uint32_t threads; /* of FRAME_USAGE; 0: 1 */
	uint64_t cpu_mask; /* of FRAME_USAGE, its first word; 0: not known */
	uint32_t work_flags; /* of FRAME_WORK; with WORK_GIL_KNOWN of FRAME_EXIT too, and then: */
	uint64_t gil_ns;
	uint64_t side_ns; /* with WORK_SIDE_KNOWN */
};

/* Contents; history_init() and history_release(). */
struct history {
	unsigned char *bytes; /* 8-byte aligned */
	size_t len, cap;
	uint64_t now_ns;
	uint64_t interval_ns; /* between history_tick()s, for history_ticks() */
	uint64_t seq;
	uint64_t records;
	uint64_t lost;
	uint32_t known; /* states that FRAME_WORK and FRAME_EXIT measure */
	char *text[HISTORY_TEXTS]; /* text[id - 1] */
	uint32_t texts;
	struct history_actor actor[HISTORY_ACTORS];
	uint32_t actors;
	uint32_t sample_flags; /* more flags of history_sample()'s */
	uint32_t fail_flags; /* more flags that history_raise() says */
	uint32_t fork_threads; /* of the parent, that history_fork() says; 0: 1 */
	uint32_t cpus; /* that FRAME_USAGE says they may run on; 0: not known, or cpu_mask says */
	uint32_t quota_milli; /* that FRAME_PROC says */
	uint32_t fork_tid; /* thread that history_fork() says forked; 0: the parent's first */
	uint32_t write_tid; /* thread that history_send() and history_sentinel() say wrote; 0: the
			       process's first */
	uint32_t signal_tid; /* that history_signal() says sent it; 0: not known */
	uint32_t pool_pid; /* parent that history_tick() sends FRAME_CORE for; 0: none */
	uint64_t core_workers_ns[HISTORY_CPUS];
	uint64_t core_parent_ns[HISTORY_CPUS];
	uint64_t cpu_busy_ns[HISTORY_CPUS];
	uint64_t cpu_idle_ns[HISTORY_CPUS];
};

void history_init(struct history *h);
void history_release(struct history *h);

/* Time goes on; nobody is told until the next frame. */
void history_wait(struct history *h, uint64_t ns);
/* The same, up to that many nanoseconds after the history's start. */
void history_until(struct history *h, uint64_t after_start_ns);

/* Any frame as it is; the caller set kind, size and the rest, but t_ns 0 becomes now_ns. */
void history_add(struct history *h, const void *frame);

/* Walks through: *pos starts at 0; NULL at the end. Borrowed from the history. */
const struct frame *history_next(const struct history *h, size_t *pos);

/* All frames into a session, from byte *pos on, which moves to the end; 0 or what feeding said.
 * `NULL` for pos feeds all. */
int history_feed(const struct history *h, size_t *pos, struct session *s);

/* All that a model says, as text; free() it. */
char *history_digest(const struct model *m);

/* The history as a source, with rewind; free it with source_free() before the history. */
struct source *history_source(const struct history *h);

/* FRAME_SESSION of 4 cores and the history's interval. First of all. */
void history_session(struct history *h, enum wire_mode mode);
/* Id of a text, with its FRAME_TEXT if it is new. NULL gives 0. */
uint32_t history_text(struct history *h, const char *text);
void history_missing(struct history *h, const char *feature, const char *lost, const char *fix);
void history_lost(struct history *h, uint64_t count);
/* FRAME_DONE. */
void history_end(struct history *h, int status);

/* A process that was there when watching began, with command line and "3.11.7" (NULL: not a
 * Python process). Its start is 60 s before the history's. */
void history_found(
	struct history *h, uint32_t pid, uint32_t ppid, const char *cmd, const char *python);
/* FRAME_FORK, and the actor goes on as a worker in STATE_START. */
void history_fork(struct history *h, uint32_t parent, uint32_t child);
/* FRAME_PROC of a living actor as it is now, PROC_BORN. */
void history_born(struct history *h, uint32_t pid);
/* FRAME_EXEC and the FRAME_PROC that follows; it is no worker in the actor's sense any more. */
void history_exec(struct history *h, uint32_t pid, const char *cmd, const char *python);
/* FRAME_EXIT with the actor's sums; status as wait4 gives it (9: SIGKILL, 3 << 8: exit 3). */
void history_exit(struct history *h, uint32_t pid, uint32_t status);
/* FRAME_EXIT as the /proc mode sends it: gone, and nobody knows how. */
void history_vanish(struct history *h, uint32_t pid);
/* FRAME_SIGNAL; sender 0 is the kernel. */
void history_signal(
	struct history *h, uint32_t pid, uint32_t sig, uint32_t sender, const char *comm);
void history_oom(struct history *h, uint32_t pid, uint64_t limit_bytes, uint64_t rss_bytes);
/* FRAME_STACK of one thread, innermost place first, up to one without a function (at most 64). Of
 * machine code `line` is the offset. flags: enum stack_flags. */
struct history_place {
	const char *function, *file;
	uint32_t line;
	enum place_kind kind;
};
void history_stack(struct history *h, uint32_t pid, uint32_t tid, uint32_t flags,
	const struct history_place *places);
/* FRAME_THREAD; tid 0: no thread of it has run. */
void history_thread(struct history *h, uint32_t pid, uint32_t tid, uint32_t flags);
/* FRAME_WAIT of one thread, from now on. tid 0: the main thread, the first of its sample. */
struct history_wait {
	uint32_t tid;
	uint32_t wait_for; /* enum wait_for */
	uint64_t object;
	uint32_t flags; /* enum wait_flags, besides WAIT_FIRST */
	uint32_t value;
	int32_t syscall;
	uint64_t bytes;
};
void history_waits(struct history *h, uint32_t pid, const struct history_wait *w);
/* FRAME_STEP; name NULL: none. */
void history_step(struct history *h, uint32_t pid, enum step_what what, const char *name,
	enum step_origin origin);
/* FRAME_TRACE: the stack that history_sample() means by its id; and FRAME_SAMPLE of a main thread
 * that has a task in hand. */
void history_trace(struct history *h, uint32_t id, const struct history_place *places);
void history_sample(
	struct history *h, uint32_t pid, uint32_t trace, enum sample_class class, uint64_t ns);
/* FRAME_STDERR. */
void history_stderr(struct history *h, uint32_t pid, const char *text);
/* SIGNAL by the sender, then EXIT by that signal. */
void history_kill(struct history *h, uint32_t pid, uint32_t sig, uint32_t sender, const char *comm);

/* FRAME_PIPE: one end; history_ends() says that all ends of the process were announced. */
void history_pipe(struct history *h, uint32_t pid, uint64_t ino, int fd, uint32_t mode);
void history_ends(struct history *h, uint32_t pid);

/* A worker's state changes now; its sums follow with the next tick or its exit. */
void history_state(struct history *h, uint32_t pid, enum worker_state state);
/* It is blocked in a read of that pipe (0: in nothing), as its next FRAME_WORK says. */
void history_blocked(struct history *h, uint32_t pid, uint64_t ino);
struct history_actor *history_actor(struct history *h, uint32_t pid); /* NULL: none */

/* One FRAME_WORK of a worker, now. */
void history_work(struct history *h, uint32_t pid);
/* FRAME_WORK and FRAME_USAGE of every living worker, FRAME_CORE, FRAME_CPU, then FRAME_TICK. */
void history_tick(struct history *h);
/* n times: wait one interval, tick. */
void history_ticks(struct history *h, unsigned int n);

/* The two pipes of a Pool, or of another kind with messages of other shapes. */
struct history_pool {
	uint32_t pid; /* the parent's */
	uint64_t task_ino;
	uint64_t result_ino;
	uint8_t task_shape; /* 0: SHAPE_POOL_TASK */
	uint8_t result_shape; /* 0: SHAPE_POOL_RESULT */
};

struct history_task {
	int64_t job;
	int32_t chunk; /* below 0: it has none */
	const char *func; /* NULL: not known */
	uint32_t items; /* 0: not known; else with MSG_ITEMS unless flags say MSG_ITEMS_ABOUT */
	uint32_t flags; /* more enum msg_flags of the task's message */
	uint64_t bytes_out;
	uint64_t bytes_back;
	uint32_t result_items; /* 0: the result does not tell; else MSG_CHUNKED | MSG_ITEMS */
	uint64_t head_mark, tail_mark; /* of the task's message */
	uint32_t result_flags; /* more enum msg_flags of the result's message */
	struct task_times spent; /* that the result's message tells, with MSG_TIMES */
	uint32_t result_tid; /* thread that sends the result, 0: the main one */
};

/* The four messages of a task's life. take and done move the worker's state too. */
void history_send(struct history *h, const struct history_pool *p, const struct history_task *t);
void history_take(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t);
void history_done(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t);
/* Done with an exception: MSG_FAILED, then FRAME_FAILURE. */
void history_raise(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t, const char *const what[3]); /* type, message, traceback */
void history_return(struct history *h, const struct history_pool *p, const struct history_task *t);
/* take, wait run_ns, done, return. */
void history_run(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t, uint64_t run_ns);

/* A message of a user's own. */
struct history_said {
	uint32_t pid, tid; /* tid 0: by the main thread */
	uint64_t ino;
	enum msg_dir dir;
	uint64_t bytes;
	uint8_t shape; /* 0: SHAPE_OBJECT */
};
void history_say(struct history *h, struct history_said s);
/* A wake-up, which has no bytes. */
void history_wake(struct history *h, uint32_t pid, uint64_t ino);

/* A thread of a process that read messages of that pipe ends. */
void history_thread_exit(struct history *h, uint32_t pid, uint32_t tid, uint64_t ino);

/* The parent writes a sentinel (ino: task or result pipe, or one of its own), a worker reads one.
 */
void history_sentinel(struct history *h, uint32_t pid, uint64_t ino, enum msg_dir dir);

/* Forks `workers` workers (pids first, first + 1, ...) of p->pid, 2 ms apart, lets each reach its
 * first wait and announces the ends of all pipes, as a Pool under fork has them. */
void history_start_pool(
	struct history *h, const struct history_pool *p, uint32_t first, unsigned int workers);
/* The ends of a Pool's worker, and history_ends(). */
void history_worker_ends(struct history *h, const struct history_pool *p, uint32_t pid);

/*
 * A whole story: `etl.py`, pid 4242, a Pool(4) under fork, workers 4301 to 4304; etl.extract,
 * etl.transform and etl.load in uneven times; two ValueErrors of etl.load; 4303 killed by bash
 * (pid 900) with task 2/5 of etl.transform, replaced by 4310; 4302 recycled, replaced by 4311.
 * 40 ticks of a second; the pool is still at work at its end, with tasks waiting.
 */
void history_lively(struct history *h);
extern const struct history_pool history_lively_pool;

/* The same, and more: a pool of a user's own processes and queues, with messages in them; a worker
 * in the middle of its start; children of which nobody knows yet whose they are, dead ones too;
 * waits, throttling, last words. Something is in every part of the model at its end. */
void history_rich(struct history *h);

#endif
