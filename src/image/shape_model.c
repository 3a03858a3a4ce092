/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/shape.h"
#include "model/model.h"

static const struct field ended_rows[] = {
	NUMBER(ended_proc, pid),
	TIME(ended_proc, start_ns),
};
const struct shape shape_ended_proc = SHAPE(ended_proc, ended_rows);

static const struct field departed_rows[] = {
	NUMBER(departed, pid),
	NUMBER(departed, parent),
	NUMBER(departed, status),
	NUMBER(departed, flags),
	TIME(departed, ended_ns),
	NUMBER(departed, error_ns),
	TIME(departed, start_ns),
	PART(departed, oom, shape_oom_seen),
	TEXT(departed, comm),
	NUMBER(departed, is_settled),
};
const struct shape shape_departed = SHAPE(departed, departed_rows);

static const struct field gone_rows[] = {
	NUMBER(gone, pid),
	PART(gone, exit, shape_frame_exit),
};
const struct shape shape_gone = SHAPE(gone, gone_rows);

static const struct field cpu_rows[] = {
	NUMBER(cpu, seen),
	NUMBER(cpu, busy_ns),
	NUMBER(cpu, idle_ns),
	NUMBER(cpu, steal_ns),
	NUMBER(cpu, busy_tick_ns),
	NUMBER(cpu, idle_tick_ns),
	NUMBER(cpu, steal_tick_ns),
	NUMBER(cpu, busy_last_ns),
	NUMBER(cpu, idle_last_ns),
	NUMBER(cpu, steal_last_ns),
	PART(cpu, busy, shape_core_strip),
	PART(cpu, steal, shape_core_strip),
};
const struct shape shape_cpu = SHAPE(cpu, cpu_rows);

static const struct field event_rows[] = {
	TIME(event, t_ns),
	BETWEEN(event, kind, EVENT_POOL, EVENT_STALL),
	NUMBER(event, pool),
	NUMBER(event, pid),
};
const struct shape shape_event = SHAPE(event, event_rows);

static const struct field missing_rows[] = {
	NUMBER(missing, feature),
	NUMBER(missing, lost),
	NUMBER(missing, fix),
};
const struct shape shape_missing = SHAPE(missing, missing_rows);

static const struct field dropped_rows[] = {
	NUMBER(dropped, texts),
	NUMBER(dropped, procs),
	NUMBER(dropped, pools),
	NUMBER(dropped, workers),
	NUMBER(dropped, tasks),
	NUMBER(dropped, pipes),
	NUMBER(dropped, events),
	NUMBER(dropped, bad_frames),
	NUMBER(dropped, unknown_frames),
	NUMBER(dropped, orphan_frames),
	NUMBER(dropped, messages),
	NUMBER(dropped, failures),
	NUMBER(dropped, findings),
	NUMBER(dropped, queues),
	NUMBER(dropped, stacks),
};
const struct shape shape_dropped = SHAPE(dropped, dropped_rows);

static const struct field throttle_rows[] = {
	NUMBER(throttle, cgroup),
	TIME(throttle, t_ns),
	PART(throttle, sums, shape_throttled),
};
const struct shape shape_throttle = SHAPE(throttle, throttle_rows);

static const struct field trace_rows[] = {
	NUMBER(trace, flags),
	COUNT(trace, count),
	{FIXED(trace, places, count, MODEL_TRACE_PLACES, shape_trace_place)},
};
const struct shape shape_trace = SHAPE(trace, trace_rows);

static const struct field model_rows[] = {
	PART(model, session, shape_frame_session),
	TEXT(model, host),
	TEXT(model, kernel),
	TEXT(model, version),
	PART(model, tick, shape_frame_tick),
	TIME(model, now_ns),
	TIME(model, newest_ns),
	NUMBER(model, tick_ns),
	NUMBER(model, lost_records),
	PART(model, level, shape_frame_level),
	NUMBER(model, level_most),
	NUMBER(model, reduced_ns),
	NUMBER(model, summed),
	NUMBER(model, done),
	TIME(model, done_ns),
	{AT(model, texts), .size = sizeof(char **), .count = 1, .kind = FIELD_TEXTS},
	DERIVED(model, texts_cap),
	DERIVED(model, texts_bytes),
	GROWN(model, procs, procs_count, procs_cap, MODEL_PROCS, shape_proc),
	DERIVED(model, procs_cap),
	COUNT(model, procs_count),
	DERIVED(model, procs_by_pid),
	GROWN(model, stacks, stacks_count, stacks_cap, MODEL_STACKS, shape_stack),
	COUNT(model, stacks_count),
	DERIVED(model, stacks_cap),
	UP_TO(model, stacks_free, MODEL_STACKS),
	NUMBER(model, stacks_next),
	PARTS(model, throttles, shape_throttle),
	GROWN(model, traces, traces_count, traces_cap, MODEL_TRACES, shape_trace),
	COUNT(model, traces_count),
	DERIVED(model, traces_cap),
	GROWN(model, pools, pools_count, pools_cap, MODEL_POOLS, shape_pool),
	COUNT(model, pools_count),
	DERIVED(model, pools_cap),
	UP_TO(model, next_pool, INT32_MAX),
	{AT(model, pool_by_ino), .size = sizeof(struct map), .count = 1, .kind = FIELD_MAP,
		.most = MODEL_POOLS * MODEL_QUEUES},
	{FIXED(model, cpus, cpus_count, MODEL_CPUS, shape_cpu)},
	COUNT(model, cpus_count),
	{RING(model, events, events_count, events_head, MODEL_EVENTS, shape_event), .cap = NOWHERE,
		.room = MODEL_EVENTS, .is_kept = true},
	DERIVED(model, events_head),
	COUNT(model, events_count),
	FIRST_PARTS(model, missing, missing_count, shape_missing),
	COUNT(model, missing_count),
	PART(model, dropped, shape_dropped),
	{RING(model, pending, pending_count, pending_head, MODEL_PENDING, shape_frame_msg),
		.cap = offsetof(struct model, pending_cap)},
	DERIVED(model, pending_head),
	COUNT(model, pending_count),
	DERIVED(model, pending_cap),
	NUMBER(model, pending_news),
	NUMBER(model, pending_fresh),
	GROWN(model, early, early_count, early_cap, MODEL_EARLY, shape_failure),
	COUNT(model, early_count),
	DERIVED(model, early_cap),
	{FIXED(model, gone, gone_count, MODEL_GONE, shape_gone), .room = MODEL_GONE},
	COUNT(model, gone_count),
	FIRST_PARTS(model, departed, departed_count, shape_departed),
	COUNT(model, departed_count),
	TIME(model, departed_ns),
	PARTS(model, ended, shape_ended_proc),
	NUMBER(model, ended_head),
	NUMBERS(model, dissolved),
	NUMBER(model, dissolved_count),
	LEFT_OUT(model, keeps_past),
	LEFT_OUT(model, past),
	LEFT_OUT(model, past_count),
	LEFT_OUT(model, past_cap),
};
const struct shape shape_model = SHAPE(model, model_rows);
