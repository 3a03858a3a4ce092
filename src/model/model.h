/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: what is known after the frames read so far, and nothing else. A pure fold: no clock,
 * no file, no environment. src/session feeds it; src/pool, src/trap read it and set what is theirs;
 * ui/ and src/export get it const.
 *
 * The model owns everything below. Cross-references are ids (pool id, worker id, pid, text id),
 * never pointers. Vectors are bounded (enum model_bounds); what does not fit is counted in
 * `dropped` and shown. Pointers to elements are valid until the next frame is applied.
 */
#ifndef POOLTOP_MODEL_H
#define POOLTOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "bpf/wire.h"
#include "model/pool.h"
#include "model/proc.h"
#include "model/start.h"
#include "model/profile.h"
#include "model/worker.h"

/* A process that has ended: what was read of it from /proc may come after. */
struct ended_proc {
	uint32_t pid;
	uint64_t start_ns;
};

/* A process that was gone before watching began, as it was told. */
struct departed {
	uint32_t pid;
	uint32_t parent;
	uint32_t status;
	uint32_t flags; /* enum departed_flags */
	uint64_t ended_ns, error_ns, start_ns; /* 0: not known */
	struct oom_seen oom;
	char comm[WIRE_COMM + 1]; /* cleaned */
	bool is_settled; /* it is on a pool's list of deaths */
};

/* A child that ended before its pool was known; its proc is kept until then. */
struct gone {
	uint32_t pid;
	struct frame_exit exit;
};

struct cpu {
	bool seen;
	uint64_t busy_ns, idle_ns, steal_ns; /* since watching began */
	uint64_t busy_tick_ns, idle_tick_ns, steal_tick_ns; /* during the last tick */
	uint64_t busy_last_ns, idle_last_ns, steal_last_ns; /* at the last tick */
	struct core_strip busy, steal;
};

/* So many ticks, up to the one `back` ago (0: the newest). */
struct core_span {
	uint32_t back;
	uint32_t ticks;
};

/* Shares of a core's time; their sum is 1. */
struct core_shares {
	double workers, parent, other, idle, steal;
};

enum event_kind { EVENT_POOL = 1, EVENT_POOL_GONE, EVENT_DEATH, EVENT_FAILURE, EVENT_STALL };

struct event {
	uint64_t t_ns;
	enum event_kind kind;
	uint32_t pool;
	uint32_t pid;
};

/* How a task left its pool's list. */
enum task_outcome {
	OUTCOME_RETURNED = 1,
	OUTCOME_LOST, /* its worker went without an answer */
	OUTCOME_UNKNOWN, /* records of it were lost, or its pool is gone */
};

/* A task that has left. It names its pool, which may have made room since. */
struct past_task {
	uint32_t pool; /* id */
	uint32_t pool_pid;
	const char *kind; /* constant */
	enum task_outcome outcome;
	uint64_t ended_ns;
	struct task task;
};

struct missing {
	uint32_t feature, lost, fix; /* text ids */
};

struct dropped {
	uint64_t texts, procs, pools, workers, tasks, pipes, events; /* bounds that were hit */
	uint64_t bad_frames; /* too short, or nonsense */
	uint64_t unknown_frames;
	uint64_t orphan_frames; /* about a process that was never announced */
	uint64_t messages, failures, findings, queues; /* bounds that were hit */
	uint64_t stacks; /* made room, or had none */
};

/* A cgroup with a quota, as far as told. */
struct throttle {
	uint32_t cgroup; /* text id, 0: free */
	uint64_t t_ns;
	struct throttled sums;
};

struct model {
	struct frame_session session; /* session.h.kind == 0: none yet */
	char host[65], kernel[65], version[17]; /* cleaned */
	struct frame_tick tick; /* newest; tick.h.kind == 0: none yet */
	uint64_t now_ns; /* the newest tick's, or the session's: what views and traps call now */
	uint64_t newest_ns; /* of any frame */
	uint64_t tick_ns; /* length of the last tick, 0 before the second */
	uint64_t lost_records; /* sum of FRAME_LOST */
	struct frame_level level; /* newest; level.h.kind == 0: none was told */
	uint32_t level_most; /* the lowest that tasks were ever told at */
	uint64_t reduced_ns; /* before that, not all tasks were told; model_reduced_ns() */
	uint64_t summed; /* messages that were only added up */
	bool done; /* FRAME_DONE was read */
	uint64_t done_ns; /* its time: of the last tick, in newer recordings */

	char **texts; /* by id; owned, cleaned; NULL: not known */
	uint32_t texts_cap;
	uint64_t texts_bytes;

	struct proc *procs; /* free slots have pid 0 */
	uint32_t procs_cap, procs_count;
	struct map procs_by_pid;

	struct stack *stacks; /* by slot */
	uint32_t stacks_count, stacks_cap; /* slots in use or free */
	uint32_t stacks_free; /* slot + 1 of the first free one, 0: none */
	uint32_t stacks_next; /* slot that makes room next */

	struct throttle throttles[MODEL_THROTTLES];

	struct trace *traces; /* by id - 1 */
	uint32_t traces_count, traces_cap;

	struct pool *pools; /* by id, ascending */
	uint32_t pools_count, pools_cap;
	uint32_t next_pool;
	struct map pool_by_ino; /* pool ids, by the pipes that src/pool registered */

	struct cpu *cpus;
	uint32_t cpus_count;

	struct event *events; /* ring, oldest first from events_head */
	uint32_t events_head, events_count;

	struct missing missing[MODEL_MISSING];
	uint32_t missing_count;
	struct dropped dropped;

	struct frame_msg *pending; /* messages whose pool or worker is not known yet; ring,
				      NULL before the first; so is gone */
	uint32_t pending_head, pending_count; /* oldest at head: 0 until MODEL_PENDING were there */
	uint32_t pending_cap; /* room, which grows up to that */
	bool pending_news; /* the newest frame was added there */
	uint32_t pending_fresh; /* so many were since all were looked through */
	struct failure *early; /* owned; of results in pending, oldest first: the function is not
				  known, and the hash is that of the texts */
	uint32_t early_count, early_cap;
	struct gone *gone; /* oldest first */
	uint32_t gone_count;
	struct departed departed[MODEL_DEPARTED]; /* as they were told */
	uint32_t departed_count;
	uint64_t departed_ns; /* the newest was told then */
	struct ended_proc ended[MODEL_ENDED]; /* ring */
	uint32_t ended_head;
	uint32_t dissolved[MODEL_DISSOLVED]; /* ring: ids of pools that were none */
	uint32_t dissolved_count; /* in all */

	bool keeps_past; /* somebody reads the next two, and empties them after each frame */
	struct past_task *past; /* tasks that have left, oldest first; never copied */
	uint32_t past_count, past_cap;
};

/* The name of the function that stands for all beyond MODEL_FUNCS: "(others)". */
#define MODEL_TEXT_OTHERS UINT32_MAX

/* Contents. 0 or -ENOMEM. model_release() leaves all zeros, and takes all zeros. */
int model_init(struct model *m);
void model_release(struct model *m);
/* A deep copy into *to, whose contents are overwritten unread; a copy that is fed on is equal to
 * the original fed on. 0, or -ENOMEM with *to released. */
int model_copy(struct model *to, const struct model *from);

/* From now on tasks that leave are kept in m->past; call model_forget_past() after each frame. */
void model_keep_past(struct model *m);
void model_forget_past(struct model *m);

/* The text of an id, or `absent` if it is not known. Borrowed from the model. */
const char *model_text(const struct model *m, uint32_t id, const char *absent);

/* NULL if there is none. Borrowed; valid until the next frame. */
const struct proc *model_proc(const struct model *m, uint32_t pid);
const struct pool *model_pool(const struct model *m, uint32_t id);
/* The pool that `pid` is the parent of (the newest such), else the one it works for, else NULL. */
const struct pool *model_pool_of(const struct model *m, uint32_t pid);
const struct worker *pool_worker(const struct pool *p, uint32_t worker_id);
/* NULL: it is none of this pool's. */
const struct queue *pool_queue(const struct pool *p, uint64_t ino);
const struct task *pool_task(const struct pool *p, struct task_key key);
const struct event *model_event(const struct model *m, uint32_t index); /* 0: oldest */

/* What the threads of a process that does not move wait in, its main thread first; borrowed.
 * NULL, and no threads: it moves, or nobody looked. */
const struct frame_wait *proc_waits(const struct proc *p, uint32_t *ret_count);

/* A thread of the parent or of a worker that waits for room in a queue, at the newest look. */
struct queue_writer {
	uint32_t pid, tid;
	uint64_t since_ns; /* it has not run since that look */
	uint64_t bytes; /* that it has to write, with the length in front; 0: not known */
};

/* At most so many of them, the parent's first. */
enum { QUEUE_WRITERS = 16 };
uint32_t queue_writers(const struct model *m, const struct pool *p, const struct queue *q,
	struct queue_writer ret[static QUEUE_WRITERS]);

/* The main thread's; NULL as above. */
const struct frame_wait *model_main_wait(const struct model *m, uint32_t pid);
/* So long a worker has waited for a lock of its own process that nobody in it can release: it is
 * that process's only thread, and set itself no time limit. 0: it does not, or nobody knows. */
uint64_t worker_hangs_ns(const struct model *m, const struct worker *w);
/* What a thread waits for, with its object by the name that the pool has for it; "runs". p, w: the
 * pool, and the worker whose thread it is (NULL: another process's). */
enum { WAIT_WORDS = 96 };
char *wait_words(char buf[static WAIT_WORDS], const struct pool *p, const struct worker *w,
	const struct frame_wait *f);

/* NULL: it made room. */
const struct stack *model_stack(const struct model *m, uint32_t id);
/* The stack that tells most about a death: of the thread it began in, else of the main thread,
 * else another one; at death if there is such, else the last sample. native: with its machine
 * frames. NULL: none, which does not mean that Python ran none. */
const struct stack *death_stack(const struct model *m, const struct death *d, bool native);
/*
 * What a thread of a living process does: its newest sample, if it was there at the newest look.
 * tid: a process's own id is that of its main thread. NULL: none.
 */
const struct stack *proc_stack(const struct model *m, const struct proc *p, uint32_t tid);
/* The n-th of them, in no order but the main thread first; NULL behind the last. */
const struct stack *proc_stack_nth(const struct model *m, const struct proc *p, uint32_t n);
/* The exception that ended a worker, by what it wrote to standard error. False: none did. */
struct exception_said {
	char type[128];
	char message[512]; /* lines kept; "" if it has none */
	char function[128]; /* that raised it; "": not known */
	char file[256];
	uint32_t line;
	uint32_t text_at, text_len; /* its traceback, in the death's stderr_tail */
};
bool death_exception(const struct death *d, struct exception_said *ret);

/* "12.0 MiB 4.1 s before, 58.0 MiB 1.0 s before": three points of its memory at most; "": none. */
enum { MEMORY_WORDS = 160 };
char *memory_words(char buf[static MEMORY_WORDS], const struct death *d);

/* Tells deaths of one pool apart. */
uint64_t death_key(const struct death *d);

/* What must be said of a stack at death so that nobody is misled; NULL: nothing. Constant. */
const char *stack_note(const struct model *m, const struct stack *s);

/* Time in a state up to `now_ns`, the running state included. */
uint64_t worker_state_ns(const struct worker *w, enum worker_state state, uint64_t now_ns);
/*
 * Where the time of a function's tasks went, of those that are done and measured: the parts add up
 * to their time from taken to done. What is a bit of the return value (1 << enum worker_state) is
 * known; without pickling and unpickling `run` has these too.
 */
uint32_t func_state_ns(const struct func *f, uint64_t ret_ns[static WORKER_STATES]);
/* Time it has been watched: what its states add up to. */
uint64_t worker_life_ns(const struct worker *w, uint64_t now_ns);
/*
 * How a worker started, up to now or to its first wait for a task: its phases add up to its
 * time in STATE_START. False: it was there before watching began, or it is not measured.
 */
bool worker_start(
	const struct model *m, const struct pool *p, const struct worker *w, struct start *ret);
/* Pools that the program of this one has made, up to this one: 1 for its first. */
uint32_t program_pools(const struct model *m, const struct pool *p);
/* Of all workers whose start was seen, modules dearest first. */
void pool_starts(const struct model *m, const struct pool *p, struct start_sum *ret);
/* How the pool's fork server started, up to its first fork of a worker. */
bool pool_server_start(const struct pool *p, struct start *ret);
/* 1: state of that many ticks ago (0: the newest) as 1 + enum worker_state; 0: none. */
unsigned int worker_strip(const struct worker *w, uint32_t ticks_back);
/* Tasks sent and not yet taken, and the age of the oldest. */
uint32_t pool_waiting(const struct pool *p, uint64_t now_ns, uint64_t *ret_oldest_ns);
/* Sum over workers alive and gone. */
void pool_state_ns(const struct pool *p, uint64_t now_ns, uint64_t ret_ns[WORKER_STATES]);
/* The same of the waits for their interpreters' locks (the GIL), which are part of STATE_LOCK; of
 * those of whom it is known. False: it is known of none. */
bool pool_gil_ns(const struct pool *p, uint64_t *ret_ns);
/* The same of their threads but the main ones: on a core or waiting for one, as far as known. */
uint64_t pool_side_ns(const struct pool *p);
/* Core time that lay idle since nothing of this function was left to take; 0: there is some. */
uint64_t pace_idle_ns(const struct pool *p, const struct func *func, uint64_t now_ns);
/* Since when nobody reads results in the parent any more; 0: that is not so, or not yet sure: a
 * terminated pool's reader may end a moment before it is seen that the pool is. */
uint64_t pool_reader_gone_ns(const struct pool *p, uint64_t now_ns);
/* An executor's parent broke the pool itself: the last result that it read could not be unpickled,
 * and no worker had left before (../shared/ref/wire-format.md 9, rule G). */
bool pool_broke_unread(const struct pool *p);
/* So long not all tasks were told one by one, because of what that would have cost. */
uint64_t model_reduced_ns(const struct model *m);
/* Tasks sent, neither returned nor lost. */
uint64_t pool_in_flight(const struct pool *p);
/* Bare processes that send messages and are sent none, as far as is known: they have no tasks. */
bool pool_only_sends(const struct pool *p);
/* A core's shares over some ticks; false if there were none. A pool's parts are 0 where they are
 * not known. */
bool model_core_shares(const struct model *m, const struct pool *p, uint32_t cpu,
	struct core_span span, struct core_shares *ret_shares);
/* Wall clock at a monotonic time, by the newest tick. */
uint64_t model_wall_ns(const struct model *m, uint64_t t_ns);

/* The words of INTERFACE 2; constant. */
const char *worker_state_name(enum worker_state state);
const char *wait_for_name(uint32_t wait_for); /* "read", "semaphore" ... */
const char *pool_state_name(enum pool_state state);
const char *queue_role_name(enum queue_role role);
const char *start_method_name(enum start_method method); /* NULL: not known */
const char *end_kind_name(enum end_kind end);
const char *severity_name(enum severity severity);
/* How closely tasks are told: "all tasks", "1 task in 8", "counts only"; into a constant or the
 * buffer. */
const char *told_words(uint32_t every, char buf[static 32]);
/* "SIGKILL"; "SIG42" for those without a name; into a constant or the buffer. */
const char *signal_name(unsigned int sig, char buf[static 16]);

#endif
