/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's worker, and the tasks that it works on. A part of model.h. */
#ifndef POOLTOP_MODEL_WORKER_H
#define POOLTOP_MODEL_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hist.h"
#include "bpf/wire.h"
#include "model/bounds.h"
#include "model/start.h"

/* Where messages have no numbers, job is the task's place in its queue, and chunk is below -1. */
struct task_key {
	int64_t job;
	int32_t chunk; /* -1: this kind of pool has none */
};

static inline bool task_key_is(struct task_key a, struct task_key b)
{
	return a.job == b.job && a.chunk == b.chunk;
}

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
	bool summed; /* its sent was only added up */
	uint32_t times; /* MSG_TIMES: spent is known, MSG_EXACT: all of it */
	struct task_times spent; /* of the time from taken to done */
	uint64_t left_ns; /* its worker went on without an answer then, 0: it did not */
	struct task_key left_next; /* of its worker's, left next; left.c. {0}: none */
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

/* What was resident at the newest looks, oldest first. */
enum { MODEL_MEMORY = 32 };
struct memory_past {
	uint64_t t_ns[MODEL_MEMORY];
	uint64_t rss_bytes[MODEL_MEMORY];
	uint32_t count;
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
	uint64_t gil_ns; /* of STATE_LOCK: it waited for its interpreter's lock */
	bool gil_known; /* that is measured */
	uint64_t side_ns; /* its threads but the main one: on a core or waiting for one */
	bool side_known; /* that is measured */
	uint64_t watched_ns; /* its states are measured from here on: born_ns, or when attached */

	uint64_t cpu_ns; /* as far as watched */
	uint64_t rss_bytes, rss_peak_bytes; /* 0: not known */
	struct memory_past memory;
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
	uint32_t left; /* tasks that it has gone on from without an answer; left.c */
	struct task_key left_first, left_last; /* of them; {0}: not known */
	uint64_t done_taken_ns; /* newest `taken` of a task that it has done */
	bool told_to_end; /* read a sentinel */
	bool said_last; /* its last result said that it will exit */
	bool said_bye; /* it has told the parent that it exits */
	bool killed_by_parent; /* SIGTERM from the pool's parent */
	bool struck_by_parent; /* and SIGKILL */
	struct hist run;
	bool small_first; /* the first task that it took was a short message */
	bool is_seasoned; /* that one is done, and what follows is known */
	uint64_t first_run_ns; /* of the first that it has done */
	uint64_t fresh_unpickle_ns; /* unpickling that small first one: what it imports, mostly */

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
	bool is_free; /* when it was last looked at: it had set itself a limit, or another thread
			 of its process can wake it */

	uint8_t strip
		[MODEL_STRIP]; /* ring: 1 + enum worker_state that dominated each tick, 0: none */
	uint32_t strip_head;
	uint64_t strip_last_ns[WORKER_STATES]; /* sums at the last tick */

	struct start *start; /* owned; worker_start() reads it; NULL: no step of it was seen */
};

#endif
