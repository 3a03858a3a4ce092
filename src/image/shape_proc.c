/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/shape.h"
#include "model/proc.h"

static const struct field signal_rows[] = {
	NUMBER(signal_seen, seen),
	TIME(signal_seen, t_ns),
	NUMBER(signal_seen, sig),
	NUMBER(signal_seen, code),
	NUMBER(signal_seen, sender),
	NUMBER(signal_seen, uid),
	TEXT(signal_seen, comm),
};
const struct shape shape_signal_seen = SHAPE(signal_seen, signal_rows);

static const struct field oom_rows[] = {
	NUMBER(oom_seen, seen),
	TIME(oom_seen, t_ns),
	NUMBER(oom_seen, limit_bytes),
	NUMBER(oom_seen, rss_bytes),
	NUMBER(oom_seen, scope),
	NUMBER(oom_seen, trigger),
};
const struct shape shape_oom_seen = SHAPE(oom_seen, oom_rows);

static const struct field end_rows[] = {
	NUMBER(pipe_end, ino),
	NUMBER(pipe_end, fd),
	NUMBER(pipe_end, mode),
};
const struct shape shape_pipe_end = SHAPE(pipe_end, end_rows);

static const struct field ids_rows[] = {
	NUMBERS(stack_ids, id),
	UP_TO(stack_ids, count, MODEL_THREADS),
};
const struct shape shape_stack_ids = SHAPE(stack_ids, ids_rows);

static const struct field stack_rows[] = {
	NUMBER(stack, id),
	NUMBER(stack, uses),
	UP_TO(stack, next_free, MODEL_STACKS),
	NUMBER(stack, pid),
	NUMBER(stack, tid),
	NUMBER(stack, flags),
	NUMBER(stack, walk_ns),
	TIME(stack, t_ns),
	NUMBER(stack, address),
	{FIXED(stack, places, count, MODEL_STACK_PLACES, shape_stack_place)},
	COUNT(stack, count),
	TIME(stack, since_ns),
	TIME(stack, looked_ns),
	NUMBER(stack, thread_flags),
	NUMBER(stack, syscall),
	TEXT(stack, comm),
};
const struct shape shape_stack = SHAPE(stack, stack_rows);

static const struct field proc_rows[] = {
	NUMBER(proc, pid),
	NUMBER(proc, ppid),
	NUMBER(proc, uid),
	NUMBER(proc, threads),
	TIME(proc, start_ns),
	TIME(proc, seen_ns),
	NUMBER(proc, how),
	NUMBER(proc, flags),
	NUMBER(proc, cmd),
	NUMBER(proc, exe),
	NUMBER(proc, python),
	NUMBER(proc, cgroup),
	NUMBER(proc, user),
	TEXT(proc, comm),
	NUMBER(proc, execed),
	NUMBER(proc, forked_by_tid),
	NUMBER(proc, parent_threads),
	NUMBER(proc, quota_cgroup),
	NUMBER(proc, quota_milli),
	NUMBER(proc, blocked_ino),
	NUMBER(proc, blocked_syscall),
	TIME(proc, ends_ns),
	FIRST_PARTS(proc, ends, ends_count, shape_pipe_end),
	COUNT(proc, ends_count),
	NUMBER(proc, pool),
	NUMBER(proc, worker),
	TIME(proc, forked_ns),
	NUMBER(proc, gone),
	PART(proc, signal, shape_signal_seen),
	PARTS(proc, signals, shape_signal_seen),
	PART(proc, oom, shape_oom_seen),
	PART(proc, stacks, shape_stack_ids),
	TIME(proc, sampled_ns),
	{OWNED(proc, stderr_tail, MODEL_STDERR), .has_lines = true},
	{FIXED(proc, waits, waits_count, MODEL_WAITS, shape_frame_wait), .room = MODEL_WAITS},
	COUNT(proc, waits_count),
	NUMBER(proc, waits_state),
	TIME(proc, waits_ns),
	TIME(proc, spoke_ns),
	PART(proc, work, shape_frame_work),
	PART(proc, usage, shape_frame_usage),
	PART(proc, shared, shape_frame_shared),
	ONE(proc, start, shape_start),
};
const struct shape shape_proc = SHAPE(proc, proc_rows);
