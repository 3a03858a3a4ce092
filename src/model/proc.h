/* SPDX-License-Identifier: GPL-2.0-only */
/* A watched process, and what was seen of it. A part of model.h. */
#ifndef POOLTOP_MODEL_PROC_H
#define POOLTOP_MODEL_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"
#include "model/bounds.h"
#include "model/start.h"

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
	/* Of a sampled one. t_ns is when it was seen last. */
	uint64_t since_ns; /* it has been the same, line by line, at every look since then */
	uint64_t looked_ns; /* newest look at the thread, torn ones too */
	uint32_t thread_flags; /* enum thread_flags, of that look */
	int32_t syscall; /* that it waited in then, -1: none or not known */
	char comm[WIRE_COMM + 1]; /* cleaned */
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
	uint32_t quota_cgroup; /* text id, 0: none */
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
	uint64_t sampled_ns; /* newest look at its threads, 0: none */
	char *stderr_tail; /* owned, cleaned: the last it wrote there; NULL: not told */
	/* What its threads wait in, sampled at waits_ns, when its state was waits_state:
	 * proc_waits() says whether it still does. */
	struct frame_wait *waits; /* owned */
	uint32_t waits_count;
	uint32_t waits_state;
	uint64_t waits_ns;
	uint64_t spoke_ns; /* its newest message, 0: none was seen */
	struct frame_work work; /* newest; work.h.kind == 0: none */
	struct frame_usage usage; /* newest; usage.h.kind == 0: none */
	struct frame_shared shared; /* newest; shared.h.kind == 0: none */
	struct start *start; /* owned; a worker's is in its struct worker; NULL: nothing was seen */
};

#endif
