/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How work goes, in the numbers that the traps are judged by. Part of model.h.
 *
 * What is summed here is the newest work: all of it at first, and once there are PACE_SPAN_NS of
 * it every sum is halved, so that older work counts ever less. Time without work changes nothing:
 * what was wrong stays wrong until newer work shows otherwise.
 */
#ifndef POOLTOP_PACE_H
#define POOLTOP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"

#define PACE_SPAN_NS UINT64_C(20000000000)

enum { PACE_PAYLOADS = 3 };

/* A function's tasks that are done, and what it cost to move them. */
struct pace_sums {
	uint64_t tasks;
	uint64_t items;
	uint64_t bytes; /* out */
	uint64_t run_ns;
	uint64_t runq_ns; /* of run_ns: its share of the workers' waiting for a core */
	uint64_t handover_ns; /* a worker was free and the task there, until it was taken */
	uint64_t parent_ns; /* the parent's time on cores meanwhile: this function's share of it,
			       as far as moving tasks may have cost it */
	uint64_t move_ns; /* the same of the workers' time on cores without a task in hand */
	uint64_t active_ns; /* tasks of it were under way */
};

/* Tasks of a function from the first that is sent to when none is under way any more: what one
 * call of map() sends. */
struct batch {
	uint64_t first_ns; /* sent */
	uint64_t last_ns; /* done */
	uint64_t tasks, items; /* done */
	uint64_t run_ns, run_max_ns;
	uint64_t idle_ns; /* core time, from when nothing was left to take to last_ns */
	uint32_t lanes; /* cores that could work at its end */
};

/* A long argument, known again by its mark. */
struct payload {
	uint64_t head_mark, tail_mark; /* of the newest message; both 0: no payload */
	uint64_t bytes; /* of the newest message */
	uint64_t tasks; /* that carried it */
	uint64_t bytes_all;
	uint64_t first_ns, newest_ns;
};

/* Of one function. */
struct pace {
	struct pace_sums sums; /* newest work */
	struct pace_sums open; /* since the last tick; its times not yet all known */
	uint64_t timed_ns; /* of open.run_ns: of tasks that say how long they waited for a core */
	uint64_t from_ns; /* its part of this tick begins, 0: it has none yet */
	uint64_t event_ns; /* newest message that moved a task of it */
	int32_t untaken, in_hand; /* tasks whose sent was seen */
	uint32_t chunked; /* newest task carries items in a chunk */
	struct batch batch; /* under way, or the last */
	uint64_t tail_from_ns; /* nothing is left to take since then, 0: there is */
	uint64_t tail_lanes_ns; /* the pool's load.lanes_ns at that time */
	struct batch mapped; /* the last that ended, of chunks of several items; tasks 0: none */
	uint64_t mapped_idle_ns, mapped_span_ns; /* such batches: the newest counts whole, each
						    before it half as much as the next */
	struct payload payloads[PACE_PAYLOADS];
};

/* A pool's ticks in which there was work. */
struct load_sums {
	uint64_t ns;
	uint64_t work_ns; /* of them: tasks waited or were in hand */
	uint64_t workers_ns, parent_ns; /* on cores */
	uint64_t parent_pickle_ns; /* of parent_ns: pickling and unpickling, as sampled */
	uint64_t idle_ns; /* of the machine's cores */
	uint64_t hands_ns; /* worker time with a task in hand */
	uint64_t waiting_ns; /* a task waited to be taken */
	uint64_t state_ns[WORKER_STATES]; /* workers'; load.fresh_ns is run, not unpickle */
	uint64_t gil_ns; /* of STATE_LOCK: for their interpreters' locks, as far as is known */
	uint64_t side_ns; /* workers' threads but the main ones: on a core or waiting for one */
};

enum { LOAD_CALLS = 6 };

/* System calls that workers with a task in hand were seen blocked in at ticks. */
struct load_call {
	int32_t nr;
	uint32_t seen; /* 0: free */
};

struct load {
	struct load_sums sums; /* newest work */
	struct load_call calls[LOAD_CALLS]; /* most frequent first */
	uint32_t lanes; /* workers that can be at work at a time: living ones, at most as many as
			   the cores they may use */
	uint32_t cpus; /* cores they may run on, all together; 0: not known */
	int32_t only_core; /* if that is one: which; -1: not known */
	uint32_t quota_milli; /* of their cgroup, 0: none known */
	uint32_t libraries; /* of enum proc_flags, that they or their parent were seen to have
			       loaded */
	int32_t hands, waiting; /* workers with a task in hand; tasks to be taken */
	uint64_t at_ns; /* the integrals below are complete up to here */
	uint64_t hands_ns, lanes_ns; /* of hands, and of no more of them than lanes */
	uint64_t waiting_ns, work_ns; /* something waited; something waited or was in hand */
	uint64_t fresh_ns; /* sum of the workers' fresh_unpickle_ns, living and gone */
	struct load_sums tick; /* the integrals and states at the last tick */
	uint64_t moving_ns; /* workers' cores in the last tick, but for tasks and start */
	double runq_share; /* of the last tick's time with a task in hand */
};

#endif
