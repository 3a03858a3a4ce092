/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool: workers, tasks, functions, queues, deaths, failures, findings. A part of model.h. */
#ifndef POOLTOP_MODEL_POOL_H
#define POOLTOP_MODEL_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hist.h"
#include "base/map.h"
#include "base/series.h"
#include "model/bounds.h"
#include "model/pace.h"
#include "model/proc.h"
#include "model/profile.h"
#include "model/worker.h"

struct func {
	uint32_t name; /* text id; 0: not known */
	uint64_t tasks; /* done */
	uint64_t sent;
	uint64_t failed;
	uint64_t lost;
	uint64_t items;
	uint64_t bytes_out;
	uint64_t bytes_back;
	struct hist run;
	struct pace pace;
	uint64_t class_ns[SAMPLE_CLASSES]; /* sampled with a task of it in hand */
	/* Where the time of its tasks that are done went, from taken to done: */
	uint64_t timed; /* tasks of which that is known ... */
	uint64_t exact; /* ... and of them: with their pickling and unpickling */
	uint64_t core_ns; /* on a core; those whose pickling was not measured */
	uint64_t state_ns[WORKER_STATES]; /* measured */
};

struct job {
	int64_t id;
	uint32_t func; /* text id */
	uint64_t sent, taken, done, returned, failed, lost; /* chunks */
	uint64_t items; /* of chunks whose items are known */
	bool items_about; /* some were estimated or not known */
	uint64_t first_sent_ns;
	uint64_t last_done_ns;
	uint32_t chunk_items_min, chunk_items_max; /* 0: not known */
	int32_t chunk_last; /* highest chunk that was sent */
	int32_t exact_chunk; /* lowest chunk whose items are known, -1: none */
	uint32_t exact_items;
	uint32_t about; /* chunks whose items are an estimate; those that have ended: */
	uint32_t open; /* so many ... */
	uint64_t open_items; /* ... counted as so many items */
	int32_t open_last; /* the highest of them */
	uint32_t open_last_items;
	uint32_t open_last_func; /* text id */
};

struct lost_task {
	struct task_key key;
	uint32_t func; /* text id */
	uint32_t pid;
	uint64_t t_ns;
};

struct slow_task {
	struct task_key key;
	uint32_t func;
	uint32_t pid;
	uint64_t run_ns;
	uint64_t done_ns;
};

struct death {
	uint64_t t_ns;
	uint64_t wall_ns;
	uint32_t pid;
	uint32_t worker; /* id */
	uint32_t generation;
	enum end_kind end; /* signal, oom or exit; END_UNKNOWN for some that are inferred */
	uint32_t status; /* wait status */
	bool status_known;
	struct signal_seen sender; /* sender.seen: who sent the signal is known */
	struct oom_seen oom;
	uint64_t age_ns;
	uint64_t rss_bytes; /* last seen, 0: not known */
	uint64_t rss_peak_bytes;
	struct memory_past memory; /* before it */
	struct hand hand; /* the task it took with it */
	enum worker_state state;
	int32_t syscall; /* blocked in, -1: none */
	uint64_t syscall_ino;
	uint32_t replaced_by; /* pid, 0: nobody yet */
	struct stack_ids stacks;
	char *stderr_tail; /* owned, cleaned, lines kept; NULL: nothing, or not known */
	char consequence[160];
	/* It was before watching began, and this is what tells of it; "": it was seen. Of such a
	 * one worker is 0, and what is not known is 0: pid, t_ns, generation, age_ns. */
	char inferred[240];
};

struct failure {
	uint64_t t_ns; /* newest */
	uint64_t first_ns;
	uint32_t pid;
	struct task_key key;
	uint32_t func; /* text id */
	uint32_t flags; /* enum msg_flags: MSG_ENCODING */
	uint64_t count;
	uint64_t texts; /* hash of exception and message as they came */
	uint64_t hash; /* of what makes it a kind of its own */
	char *exception; /* owned, cleaned, never NULL */
	char *message;
	char *traceback; /* lines kept */
};

enum severity { SEVERITY_INFO = 1, SEVERITY_WARNING = 2, SEVERITY_CRITICAL = 3 };

struct evidence {
	char name[24]; /* "_ns" and "_bytes" say the unit */
	double value;
};

enum { FINDING_EVIDENCE = 12, FINDING_PAST = 32 };

/* A finding's numbers at ticks, oldest first. When there is no more room every second one goes,
 * and from then on only every second tick is kept. */
struct finding_past {
	uint64_t t_ns[FINDING_PAST];
	float value[FINDING_PAST][FINDING_EVIDENCE]; /* by index of the evidence */
	uint32_t count;
	uint32_t every; /* ticks; 0: none is kept yet */
	uint32_t ticks; /* since the last that is kept */
};

struct finding {
	const char *id; /* constant: the trap's */
	enum severity severity;
	uint64_t since_ns;
	uint64_t subject; /* tells findings of one trap apart: a pid, a text id ... */
	char text[240];
	char advice[240];
	struct evidence evidence[FINDING_EVIDENCE];
	uint32_t evidence_count;
	struct finding_past past;
};

/* A result that is written and not yet read, or read before the end of its write was seen; in
 * queues whose messages have no numbers. */
struct answer {
	struct task_key key;
	bool has_key; /* a task is answered by it */
	uint64_t bytes;
	uint64_t read_ns; /* 0: it was written, and not read yet */
};

enum queue_role { QUEUE_TASKS = 1, QUEUE_RESULTS = 2 };

/*
 * A pipe that a pool's tasks or results go through. Messages are tasks or results, all that were
 * seen; sentinels and wake-ups are none.
 */
struct queue {
	uint64_t ino;
	enum queue_role role;
	uint32_t worker; /* id of the only worker that was seen on it, 0: several, or nobody yet */
	bool shared; /* several were */
	uint32_t parent_tid; /* thread of the parent that used it, 0: none was seen */
	bool told; /* its reader was told to end, the newest message is a sentinel */
	uint64_t written, read; /* messages */
	uint64_t bytes_written, bytes_read;
	uint64_t bytes_max; /* of one message */
	uint32_t waiting, waiting_max; /* messages written and not yet read */
	uint64_t bytes_waiting, bytes_waiting_max;
	uint64_t written_ns, read_ns; /* the newest, 0: none */
	uint64_t front_sent_ns; /* newest `sent` of a task that was taken from it */
	uint64_t blocked_ns; /* that writers spent waiting for room, as far as measured */
	struct series bytes_per_tick; /* written */

	/* Where messages have no numbers: */
	uint32_t id; /* in its pool, from 1 */
	int64_t sent_seq, taken_seq; /* place of the newest message written and read, from 1 */
	int64_t unseen_seq; /* read, but written before watching began: from -1 down */
	struct answer *answers; /* ring, oldest first from answers_head */
	uint32_t answers_head, answers_count, answers_cap;
};

enum pool_state { POOL_STARTING = 1, POOL_BUSY, POOL_IDLE, POOL_STALLED, POOL_GONE };

enum start_method { START_UNKNOWN = 0, START_FORK, START_SPAWN, START_FORKSERVER, START_LOKY };

struct stall {
	const char *reason; /* constant: INTERFACE 2; NULL: not stalled */
	uint64_t since_ns;
	uint64_t found_ns; /* it was judged to be so first */
	uint64_t until_ns; /* it was over then; 0: it stands */
	char text[240];
};

/* What part of each tick a core was in some use; model_core_shares() reads it. */
struct core_strip {
	uint8_t share[MODEL_CORE_STRIP]; /* ring: CORE_SHARE_ALL is the whole tick */
	uint8_t head; /* where the next goes */
	uint8_t count;
};

enum { CORE_SHARE_ALL = 250 };

struct pool_core {
	uint64_t workers_ns; /* since watching began */
	uint64_t parent_ns;
	uint64_t workers_tick_ns; /* during the last tick */
	uint64_t parent_tick_ns;
	uint64_t workers_last_ns; /* at the last tick */
	uint64_t parent_last_ns;
	bool seen;
	struct core_strip workers, parent;
};

struct totals {
	uint64_t sent, taken, done, returned, failed, lost, items;
	uint64_t bytes_out, bytes_back, bytes_out_max, bytes_back_max;
	bool items_about; /* some items are estimates or not known */
};

/* What a pool is like by its kind; src/pool says it when it makes the pool. */
struct pool_traits {
	bool unnumbered; /* its messages have no job: a task is told by its place in its queue */
	bool own_queues; /* a worker may have queues of its own: it is told to end there */
	bool breaks; /* it breaks when a worker leaves without a word, and may be without any */
	bool fed_results; /* a thread of the worker's may send what it has done */
	bool ends_results; /* its parent writes a sentinel to the result queue when it closes */
	/* Its parent has one thread that writes all tasks, in their order, and tells itself by a
	 * sentinel on a third pipe when no job is open any more. */
	bool tells_idle;
};

/* What the parent's thread that reads results has done. */
struct reading {
	uint64_t read_ns; /* it has read the newest result, 0: that was not seen */
	uint32_t pid; /* of the worker that had sent that */
	uint64_t woken_ns; /* another thread has sent it the newest wake-up, 0: none was seen */
	uint64_t struck_ns; /* it began to end the workers by signals, 0: it did not */
	uint32_t struck_flight; /* tasks on their way then */
};

/* Tasks that the parent could not pickle, so that they were never sent. */
struct unsent {
	uint64_t chunks; /* that are missing in a job whose next chunk was sent */
	uint64_t chunks_ns; /* the first was seen to be missing; so below */
	struct task_key key; /* the newest of them */
	uint32_t func; /* text id */
	uint64_t calls; /* jobs that were opened and over without a task */
	uint64_t calls_ns;
	bool is_idle; /* no job is open, by the parent's own word */
	/* Before the first task it is not known which thread will send them: */
	uint32_t early_tid; /* the first thread that gave such a word, 0: none did */
	uint32_t early; /* so often */
	uint64_t early_ns;
};

/* How long a quota has kept a cgroup from cores. */
struct throttled {
	uint64_t ns;
	uint64_t periods, times; /* of the quota, in which it ran; of them: kept waiting */
};

struct pool {
	uint32_t id; /* from 1, in the order of appearance */
	const char *kind; /* constant: the pool kind's name */
	struct pool_traits traits;
	uint32_t pid; /* the parent's */
	uint64_t parent_start_ns;
	uint32_t command, python, user, cgroup; /* text ids */
	enum start_method start_method;
	uint64_t started_ns; /* earliest birth of a worker */
	uint64_t seen_ns; /* first evidence */
	uint64_t ended_ns; /* 0: is there */
	bool from_start; /* watched from its first worker's birth on */
	bool guessed; /* of its kind only ends of pipes have told, and no message yet */
	bool parent_gone;
	bool closing; /* the parent has told its workers to end */
	uint64_t closing_ns;
	uint64_t broken_ns; /* an executor's worker left without a word then, 0: none did */
	uint32_t broken_by; /* its id */
	uint32_t suffering; /* tasks on their way then, besides its own: they fail with it */
	enum pool_state state;
	struct stall stall;
	struct stall stalls[MODEL_STALLS]; /* that are over, oldest first */
	uint32_t stalls_count;
	uint32_t stalls_dropped; /* older ones that made room */

	uint64_t task_ino; /* the first of its queues of each role, 0: not known yet */
	uint64_t result_ino;
	struct queue *queues; /* by appearance */
	uint32_t queues_count, queues_cap;
	uint32_t queues_dropped; /* older ones that made room */
	uint32_t next_queue;

	struct worker *workers; /* by id, ascending; index is not the id */
	uint32_t workers_count, workers_cap;
	uint32_t workers_alive;
	uint32_t first_size; /* workers of the first generation */
	uint32_t next_worker;

	struct task *tasks; /* in flight, in no order; the first tasks_count, the others are 0 */
	uint32_t tasks_cap, tasks_count;
	uint32_t tasks_returned; /* of them: with returned_ns, so in flight no more */
	struct map tasks_by_key;
	struct lost_task lost[MODEL_LOST]; /* newest, oldest first */
	uint32_t lost_count;

	struct func *funcs;
	uint32_t funcs_count, funcs_cap;
	struct map funcs_by_name;
	struct job *jobs; /* by appearance, oldest first; at least the newest MODEL_JOBS */
	uint32_t jobs_count, jobs_cap;
	uint32_t jobs_dropped; /* older ones that made room */
	struct map jobs_by_id; /* place of appearance, from 0: index plus jobs_dropped */
	struct slow_task slowest[MODEL_SLOWEST]; /* longest first */
	uint32_t slowest_count;
	struct death *deaths; /* oldest first */
	uint32_t deaths_count, deaths_cap;
	struct failure *failures; /* by first appearance */
	uint32_t failures_count, failures_cap;
	struct finding *findings; /* worst first */
	uint32_t findings_count, findings_cap;

	struct totals totals;
	uint64_t ends[END_UNKNOWN + 1]; /* workers ended, by enum end_kind */
	/* Chunks that have ended, by their size: [k] of 2^k to 2^(k+1) - 1 items. */
	uint64_t chunk_sizes[MODEL_CHUNK_SIZES];
	uint64_t chunks_unsized; /* whose size is not known (yet) */
	struct frame_shared shared; /* of its parent and what that made; h.kind == 0: not known */
	uint64_t shared_most_bytes; /* at one time */
	struct hist wait, run, back;
	struct pool_core *cores; /* model.cpus_count, by cpu */
	uint32_t cores_count;
	struct series done_per_tick, out_per_tick, back_per_tick; /* tasks, bytes, bytes */
	uint64_t gone_state_ns[WORKER_STATES]; /* sums of workers that made room */
	uint64_t gone_gil_ns, gone_side_ns;
	uint64_t last_progress_ns; /* newest message that moved a task */
	uint64_t last_sent_ns;
	uint64_t last_taken_ns;
	uint64_t last_lost_ns;
	uint64_t front_done_ns; /* newest `done` of a task that was returned */
	uint32_t items_about; /* tasks whose items are an estimate */
	uint32_t unreplaced[MODEL_UNREPLACED]; /* ids of ended workers that nobody was forked in
						  place of, oldest first */
	uint32_t unreplaced_count;
	uint32_t hists_released; /* workers before this index keep no buckets */
	uint64_t failure_event_seq; /* tick of the newest failure event */
	uint64_t stillborn; /* workers that ended by themselves before they waited for a task */
	uint32_t stillborn_generation; /* the highest of theirs */
	uint64_t stillborn_first_ns, stillborn_last_ns;
	uint64_t lock_lost_ns; /* a worker died holding the task queue's lock then, 0: none */
	uint32_t lock_lost_pid;
	uint64_t result_lock_lost_ns; /* the same, of the result queue's */
	uint32_t result_lock_lost_pid;
	uint32_t quiet_ticks; /* so long no task is on its way and none in hand */
	uint32_t first_tid; /* thread of the parent that forked its first worker, 0: not known */
	uint64_t forgiven_lost; /* lost tasks after which the pool was given work again */
	struct load load;
	struct throttled throttled; /* its parent's and workers' cgroups since it was seen first */
	bool has_quota; /* that is known: one of them has a quota */
	struct profile profile;
	uint64_t reader_gone_ns; /* the parent's thread that read results ended then, 0: it is
				    there, or had no more to read */
	struct start *server; /* owned: how its fork server started; NULL: it has none, or that was
				 not seen */
	uint32_t server_pid;
	bool summed; /* some of its messages were only added up: sum.c */
	uint64_t tick_taken, tick_returned; /* totals at the last tick */
	struct task_key reader_key; /* the last result that it read, if reading.read_ns is known */
	uint32_t reader_func; /* text id */
	struct reading reading;
	struct unsent unsent;
};

#endif
