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

#include "base/hist.h"
#include "base/map.h"
#include "base/series.h"
#include "bpf/wire.h"
#include "model/pace.h"

enum model_bounds {
	MODEL_TEXTS = 65536,
	MODEL_PROCS = 16384,
	MODEL_POOLS = 256, /* the oldest that are gone make room */
	MODEL_WORKERS = 16384, /* a pool's, gone ones included; the oldest gone make room */
	MODEL_FUNCS = 512, /* a pool's; the rest share one called "(others)" */
	MODEL_JOBS = 512, /* a pool's newest */
	MODEL_TASKS = 65536, /* a pool's tasks that are sent and not yet returned or lost */
	MODEL_DEATHS = 4096, /* a pool's newest */
	MODEL_FAILURES = 256, /* a pool's kinds of failure */
	MODEL_SLOWEST = 16,
	MODEL_FINDINGS = 64, /* a pool's */
	MODEL_EVENTS = 4096, /* newest */
	MODEL_CPUS = 1024,
	MODEL_PIPES = 64, /* ends of pipes of one process */
	MODEL_ANSWERS = 65536, /* of a queue, written and not read */
	MODEL_QUEUES = 128, /* a pool's; the oldest whose worker is gone make room */
	MODEL_MISSING = 32,
	MODEL_STRIP = 120, /* ticks of a worker's state strip */
	MODEL_CHUNK_SIZES = 32, /* powers of 2 */
	MODEL_CORE_STRIP = 60, /* ticks of a core's */
	MODEL_TEXT_MAX = 256, /* shown part of a function or command name */
	MODEL_TEXT_BYTES = 8 << 20, /* all texts together */
	MODEL_PENDING = 16384, /* messages whose pool is not known yet */
	MODEL_GONE = 512, /* children that ended before their pool was known */
	MODEL_ENDED = 256, /* newest processes that ended */
	MODEL_LOST = 16, /* a pool's newest lost tasks */
	MODEL_SIGNALS = 4, /* kinds of signal kept of one process */
	MODEL_UNREPLACED = 128, /* ended workers that wait for a successor */
	MODEL_GONE_HISTS = 64, /* ended workers that keep a whole histogram */
	MODEL_STACKS = 8192, /* stacks of threads; the oldest make room */
	MODEL_STACK_PLACES = 256, /* innermost frames of one */
	MODEL_THREADS = 8, /* stacks of one process */
	MODEL_STDERR = 4096, /* bytes of a process's last words */
};

/* What a signal sent to a process looked like; the newest fatal one is kept. */
struct signal_seen {
	bool seen;
	uint64_t t_ns;
	uint32_t sig;
	int32_t code;
	uint32_t sender; /* 0: the kernel */
	uint32_t uid;
	char comm[WIRE_COMM + 1]; /* cleaned */
};

struct oom_seen {
	bool seen;
	uint64_t t_ns;
	uint64_t limit_bytes;
	uint64_t rss_bytes;
	uint32_t scope; /* text id */
	uint32_t trigger;
};

struct pipe_end {
	uint64_t ino;
	int32_t fd;
	uint32_t mode; /* bits of enum pipe_mode */
};

/* What a thread was doing: at its death, or when it was last sampled. */
struct stack {
	uint32_t id; /* what proc and death name it by; 0: a free slot */
	uint32_t uses; /* of this slot */
	uint32_t next_free; /* slot + 1, of a free one */
	uint32_t pid, tid;
	uint32_t flags; /* enum stack_flags */
	uint32_t walk_ns; /* 0: not known */
	uint64_t t_ns;
	uint64_t address; /* of the fault, 0: none or not known */
	struct stack_place *places; /* owned; innermost first */
	uint32_t count;
};

/* Stacks of one process, by id: one of each thread and sort. */
struct stack_ids {
	uint32_t id[MODEL_THREADS];
	uint32_t count;
};

/* A process that is watched and lives; gone ones are removed (a worker stays in its pool), but for
 * children that may turn out to be a pool's, which are marked and which model_proc() hides. */
struct proc {
	uint32_t pid;
	uint32_t ppid;
	uint32_t uid;
	uint32_t threads; /* 0: not known */
	uint64_t start_ns;
	uint64_t seen_ns; /* first frame about it */
	uint32_t how; /* enum proc_how */
	uint32_t flags; /* enum proc_flags */
	uint32_t cmd, exe, python, cgroup, user; /* text ids, 0: not known */
	char comm[WIRE_COMM + 1]; /* cleaned */
	bool execed; /* since its fork was seen, or its command line differs from its parent's */
	uint32_t forked_by_tid; /* thread of the parent that forked it, 0: not known */
	uint32_t parent_threads; /* threads of its parent when it forked, 0: not known */
	uint32_t quota_milli; /* thousandths of a core that its cgroup may use, 0: not known */
	uint64_t blocked_ino; /* pipe it was last seen blocked on, 0: none */
	int32_t blocked_syscall;
	uint64_t ends_ns; /* when its pipe ends were read, 0: never */
	struct pipe_end ends[MODEL_PIPES];
	uint32_t ends_count;
	uint32_t pool; /* pool whose worker it is, 0: none (yet) */
	uint32_t worker; /* id of its struct worker in that pool, 0: none */
	uint64_t forked_ns; /* its fork was seen then, 0: it was not */
	bool gone; /* ended before its pool was known; its frame_exit is in model.gone */
	struct signal_seen signal; /* newest */
	struct signal_seen signals[MODEL_SIGNALS]; /* newest of each number */
	struct oom_seen oom;
	struct stack_ids stacks;
	char *stderr_tail; /* owned, cleaned: the last it wrote there; NULL: not told */
	struct frame_work work; /* newest; work.h.kind == 0: none */
	struct frame_usage usage; /* newest; usage.h.kind == 0: none */
	struct frame_shared shared; /* newest; shared.h.kind == 0: none */
};

/* Where messages have no numbers, job is the task's place in its queue, and chunk is below -1. */
struct task_key {
	int64_t job;
	int32_t chunk; /* -1: this kind of pool has none */
};

static inline bool task_key_is_numbered(struct task_key key)
{
	return key.chunk >= -1;
}

enum task_stage { TASK_SENT = 1, TASK_TAKEN = 2, TASK_DONE = 3 };

/* A task that is sent and neither returned nor lost. */
struct task {
	struct task_key key;
	uint32_t stage; /* enum task_stage; the furthest that was seen */
	uint32_t func; /* text id */
	uint32_t items;
	uint32_t flags; /* enum msg_flags of the task's own message */
	uint64_t bytes_out;
	uint64_t bytes_back; /* once done */
	uint64_t task_ino, result_ino; /* queue that it waits in, 0: it does not */
	uint64_t sent_ns; /* 0: not seen (attached later) */
	uint64_t taken_ns;
	uint64_t done_ns;
	uint32_t pid; /* worker that took it, 0: none yet */
	uint32_t worker; /* its id */
	bool failed;
	bool items_about; /* items is an estimate, or 0 for not known */
	bool named; /* done, and counted among its function's */
	uint64_t left_ns; /* its worker went on without an answer then, 0: it did not */
	uint64_t returned_ns; /* the parent read its result before the worker's write was seen to
				 end: counted as returned, waiting here for its done; else 0 */
};

/* The task that a worker has in hand. */
struct hand {
	bool has;
	struct task_key key;
	uint32_t func; /* text id, 0: not known */
	uint32_t items;
	uint32_t flags; /* enum msg_flags */
	uint64_t since_ns; /* taken */
	uint64_t bytes;
};

enum end_kind {
	END_NONE = 0, /* lives */
	END_SIGNAL = 1, /* deaths: these three */
	END_OOM = 2,
	END_EXIT = 3,
	END_RECYCLED = 4, /* no deaths: these */
	END_TERMINATED = 5,
	END_SHUTDOWN = 6,
	END_UNKNOWN = 7, /* /proc mode: gone, nobody saw how */
};

struct worker {
	uint32_t id; /* unique in its pool, from 1 */
	uint32_t pid;
	uint32_t generation; /* 1: of the pool's first set; +1 for each it is a replacement of */
	uint64_t start_ns; /* identity of the process, with pid */
	uint64_t born_ns; /* when its fork or exec was seen, or start_ns if it was found */
	uint64_t ended_ns; /* 0: lives */
	enum end_kind end;
	uint32_t status; /* wait status, if ended */
	int32_t death; /* index in pool.deaths, -1: none */

	enum worker_state state;
	uint64_t state_since_ns;
	uint64_t state_ns
		[WORKER_STATES]; /* sums up to state_since_ns; worker_state_ns() adds the rest */
	uint32_t known; /* bit per worker_state that is measured */
	uint64_t watched_ns; /* its states are measured from here on: born_ns, or when attached */

	uint64_t cpu_ns; /* as far as watched */
	uint64_t rss_bytes, rss_peak_bytes; /* 0: not known */
	uint32_t threads;
	int32_t core; /* last ran on; -1: not known */
	double cpu_share; /* of one core, over the last tick */

	struct hand hand;
	uint64_t tasks; /* done */
	uint64_t failed;
	uint64_t items;
	uint64_t bytes_in; /* of tasks taken */
	uint64_t bytes_out; /* of results */
	uint64_t last_done_ns; /* 0: none */
	uint32_t left; /* tasks that it has gone on from without an answer */
	bool told_to_end; /* read a sentinel */
	bool said_last; /* its last result said that it will exit */
	bool said_bye; /* it has told the parent that it exits */
	bool killed_by_parent; /* SIGTERM from the pool's parent */
	struct hist run;

	bool provisional; /* here only for being a forked child of the pool's parent */
	bool born_seen; /* its fork was seen: watched_ns is born_ns */
	uint32_t forked_by_tid; /* 0: not known */
	uint32_t replaced_by; /* pid of the worker that was forked in its place, 0: none */
	struct task_key last_key; /* newest done */
	uint32_t last_func; /* text id */
	uint64_t tick_cpu_ns; /* cpu_ns at the last tick */
	double run_share; /* of the last tick, its main thread's in `run` */
	uint32_t parent_threads; /* threads of its parent when it forked, 0: not known */
	bool stuck; /* blocked in a futex of its own process */

	uint8_t strip
		[MODEL_STRIP]; /* ring: 1 + enum worker_state that dominated each tick, 0: none */
	uint32_t strip_head;
	uint64_t strip_last_ns[WORKER_STATES]; /* sums at the last tick */
};

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
	enum end_kind end; /* signal, oom or exit */
	uint32_t status; /* wait status */
	bool status_known;
	struct signal_seen sender; /* sender.seen: who sent the signal is known */
	struct oom_seen oom;
	uint64_t age_ns;
	uint64_t rss_bytes; /* last seen, 0: not known */
	uint64_t rss_peak_bytes;
	struct hand hand; /* the task it took with it */
	enum worker_state state;
	int32_t syscall; /* blocked in, -1: none */
	uint64_t syscall_ino;
	uint32_t replaced_by; /* pid, 0: nobody yet */
	struct stack_ids stacks;
	char *stderr_tail; /* owned, cleaned, lines kept; NULL: nothing, or not known */
	char consequence[160];
};

struct failure {
	uint64_t t_ns; /* newest */
	uint64_t first_ns;
	uint32_t pid;
	struct task_key key;
	uint32_t func; /* text id */
	uint32_t flags; /* enum msg_flags: MSG_ENCODING */
	uint64_t count;
	uint64_t hash; /* of what makes it a kind of its own */
	char *exception; /* owned, cleaned, never NULL */
	char *message;
	char *traceback; /* lines kept */
};

enum severity { SEVERITY_INFO = 1, SEVERITY_WARNING = 2, SEVERITY_CRITICAL = 3 };

struct evidence {
	const char *name; /* constant, "_ns" and "_bytes" say the unit */
	double value;
};

struct finding {
	const char *id; /* constant: the trap's */
	enum severity severity;
	uint64_t since_ns;
	uint64_t subject; /* tells findings of one trap apart: a pid, a text id ... */
	char text[240];
	char advice[240];
	struct evidence evidence[8];
	uint32_t evidence_count;
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
	bool told; /* its reader was told to end, the newest message is a sentinel */
	uint64_t written, read; /* messages */
	uint64_t bytes_written, bytes_read;
	uint64_t bytes_max; /* of one message */
	uint32_t waiting, waiting_max; /* messages written and not yet read */
	uint64_t bytes_waiting;
	uint64_t written_ns, read_ns; /* the newest, 0: none */
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
	bool ends_results; /* its parent writes a sentinel to the result queue when it closes */
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
	bool parent_gone;
	bool closing; /* the parent has told its workers to end */
	uint64_t closing_ns;
	uint64_t broken_ns; /* an executor's worker left without a word then, 0: none did */
	uint32_t broken_by; /* its id */
	uint32_t suffering; /* tasks on their way then, besides its own: they fail with it */
	enum pool_state state;
	struct stall stall;

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
	uint64_t last_progress_ns; /* newest message that moved a task */
	uint64_t last_sent_ns;
	uint64_t last_taken_ns;
	uint64_t last_lost_ns;
	uint64_t front_sent_ns; /* newest `sent` of a task that was taken */
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
	uint32_t quiet_ticks; /* so long no task is on its way and none in hand */
	uint32_t first_tid; /* thread of the parent that forked its first worker, 0: not known */
	uint64_t forgiven_lost; /* lost tasks after which the pool was given work again */
	struct load load;
	uint64_t reader_gone_ns; /* the parent's thread that read results ended then, 0: it is
				    there, or had no more to read */
	struct task_key reader_key; /* the last result that it read */
	uint32_t reader_func; /* text id */
};

/* A process that has ended: what was read of it from /proc may come after. */
struct ended_proc {
	uint32_t pid;
	uint64_t start_ns;
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

struct model {
	struct frame_session session; /* session.h.kind == 0: none yet */
	char host[65], kernel[65], version[17]; /* cleaned */
	struct frame_tick tick; /* newest; tick.h.kind == 0: none yet */
	uint64_t now_ns; /* the newest tick's, or the session's: what views and traps call now */
	uint64_t newest_ns; /* of any frame */
	uint64_t tick_ns; /* length of the last tick, 0 before the second */
	uint64_t lost_records; /* sum of FRAME_LOST */
	bool done; /* FRAME_DONE was read */

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
	uint32_t pending_head, pending_count; /* oldest at head */
	bool pending_news; /* the newest frame was added there */
	struct gone *gone; /* oldest first */
	uint32_t gone_count;
	struct ended_proc ended[MODEL_ENDED]; /* ring */
	uint32_t ended_head;
};

/* The name of the function that stands for all beyond MODEL_FUNCS: "(others)". */
#define MODEL_TEXT_OTHERS UINT32_MAX

/* Contents. 0 or -ENOMEM. model_release() leaves all zeros, and takes all zeros. */
int model_init(struct model *m);
void model_release(struct model *m);
/* A deep copy into *to, whose contents are overwritten unread; a copy that is fed on is equal to
 * the original fed on. 0, or -ENOMEM with *to released. */
int model_copy(struct model *to, const struct model *from);

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

/* NULL: it made room. */
const struct stack *model_stack(const struct model *m, uint32_t id);
/* The stack that tells most about a death: of the thread it began in, else of the main thread,
 * else another one; at death if there is such, else the last sample. native: with its machine
 * frames. NULL: none, which does not mean that Python ran none. */
const struct stack *death_stack(const struct model *m, const struct death *d, bool native);
/* The exception that ended a worker, by what it wrote to standard error. False: none did. */
struct exception_said {
	char type[128];
	char message[512]; /* lines kept; "" if it has none */
};
bool death_exception(const struct death *d, struct exception_said *ret);

/* What must be said of a stack at death so that nobody is misled; NULL: nothing. Constant. */
const char *stack_note(const struct model *m, const struct stack *s);

/* Time in a state up to `now_ns`, the running state included. */
uint64_t worker_state_ns(const struct worker *w, enum worker_state state, uint64_t now_ns);
/* Time it has been watched: what its states add up to. */
uint64_t worker_life_ns(const struct worker *w, uint64_t now_ns);
/* 1: state of that many ticks ago (0: the newest) as 1 + enum worker_state; 0: none. */
unsigned int worker_strip(const struct worker *w, uint32_t ticks_back);
/* Tasks sent and not yet taken, and the age of the oldest. */
uint32_t pool_waiting(const struct pool *p, uint64_t now_ns, uint64_t *ret_oldest_ns);
/* Sum over workers alive and gone. */
void pool_state_ns(const struct pool *p, uint64_t now_ns, uint64_t ret_ns[WORKER_STATES]);
/* Core time that lay idle since nothing of this function was left to take; 0: there is some. */
uint64_t pace_idle_ns(const struct pool *p, const struct func *func, uint64_t now_ns);
/* Tasks sent, neither returned nor lost. */
uint64_t pool_in_flight(const struct pool *p);
/* A core's shares over some ticks; false if there were none. A pool's parts are 0 where they are
 * not known. */
bool model_core_shares(const struct model *m, const struct pool *p, uint32_t cpu,
	struct core_span span, struct core_shares *ret_shares);
/* Wall clock at a monotonic time, by the newest tick. */
uint64_t model_wall_ns(const struct model *m, uint64_t t_ns);

/* The words of INTERFACE 2; constant. */
const char *worker_state_name(enum worker_state state);
const char *pool_state_name(enum pool_state state);
const char *start_method_name(enum start_method method); /* NULL: not known */
const char *end_kind_name(enum end_kind end);
const char *severity_name(enum severity severity);
/* "SIGKILL"; "SIG42" for those without a name; into a constant or the buffer. */
const char *signal_name(unsigned int sig, char buf[static 16]);

#endif
