/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames that the model keeps as they came: of these nothing is trusted that was not in a frame. */
#include "bpf/wire.h"
#include "image/shape.h"
#include "model/bounds.h"

static const struct field frame_rows[] = {
	NUMBER(frame, kind),
	NUMBER(frame, size),
	NUMBER(frame, pid),
	TIME(frame, t_ns),
};
const struct shape shape_frame = SHAPE(frame, frame_rows);

static const struct field session_rows[] = {
	PART(frame_session, h, shape_frame),
	NUMBER(frame_session, format),
	NUMBER(frame_session, mode),
	NUMBER(frame_session, cpus),
	NUMBER(frame_session, interval_ms),
	NUMBER(frame_session, wall_ns),
	LEFT_OUT(frame_session, version), /* the model has them cleaned */
	LEFT_OUT(frame_session, host),
	LEFT_OUT(frame_session, kernel),
	NUMBER(frame_session, flags),
	LEFT_OUT(frame_session, pad),
};
const struct shape shape_frame_session = SHAPE(frame_session, session_rows);

static const struct field tick_rows[] = {
	PART(frame_tick, h, shape_frame),
	NUMBER(frame_tick, seq),
	NUMBER(frame_tick, wall_ns),
	NUMBER(frame_tick, self_cpu_ns),
	NUMBER(frame_tick, self_rss_bytes),
	NUMBER(frame_tick, probe_ns),
	NUMBER(frame_tick, probe_runs),
	NUMBER(frame_tick, records),
	NUMBER(frame_tick, lost),
};
const struct shape shape_frame_tick = SHAPE(frame_tick, tick_rows);

static const struct field level_rows[] = {
	PART(frame_level, h, shape_frame),
	NUMBER(frame_level, every),
	NUMBER(frame_level, level),
	NUMBER(frame_level, levels),
	NUMBER(frame_level, budget),
	NUMBER(frame_level, cost_ns),
	NUMBER(frame_level, passed_ns),
};
const struct shape shape_frame_level = SHAPE(frame_level, level_rows);

static const struct field times_rows[] = {
	NUMBER(task_times, send_ns),
	NUMBER(task_times, io_ns),
	NUMBER(task_times, lock_ns),
	NUMBER(task_times, runq_ns),
	NUMBER(task_times, unpickle_ns),
	NUMBER(task_times, pickle_ns),
};
const struct shape shape_task_times = SHAPE(task_times, times_rows);

static const struct field msg_rows[] = {
	PART(frame_msg, h, shape_frame),
	NUMBER(frame_msg, ino),
	NUMBER(frame_msg, bytes),
	NUMBER(frame_msg, job),
	NUMBER(frame_msg, chunk),
	NUMBER(frame_msg, tid),
	NUMBER(frame_msg, func),
	NUMBER(frame_msg, items),
	NUMBER(frame_msg, dir),
	NUMBER(frame_msg, shape),
	NUMBER(frame_msg, flags),
	NUMBER(frame_msg, blocked_us),
	NUMBER(frame_msg, head_mark),
	NUMBER(frame_msg, tail_mark),
	PART(frame_msg, spent, shape_task_times),
};
const struct shape shape_frame_msg = SHAPE(frame_msg, msg_rows);

static const struct field exit_rows[] = {
	PART(frame_exit, h, shape_frame),
	TIME(frame_exit, start_ns),
	NUMBER(frame_exit, status),
	NUMBER(frame_exit, state),
	NUMBERS(frame_exit, state_ns),
	NUMBER(frame_exit, known),
	NUMBER(frame_exit, syscall),
	NUMBER(frame_exit, syscall_ino),
	NUMBER(frame_exit, cpu_ns),
	NUMBER(frame_exit, rss_peak_bytes),
	NUMBER(frame_exit, flags),
	LEFT_OUT(frame_exit, pad),
	NUMBER(frame_exit, gil_ns),
};
const struct shape shape_frame_exit = SHAPE(frame_exit, exit_rows);

static const struct field wait_rows[] = {
	PART(frame_wait, h, shape_frame),
	TIME(frame_wait, start_ns),
	TIME(frame_wait, since_ns),
	NUMBER(frame_wait, object),
	NUMBER(frame_wait, tid),
	NUMBER(frame_wait, syscall),
	NUMBER(frame_wait, wait_for),
	NUMBER(frame_wait, flags),
	NUMBER(frame_wait, value),
	NUMBER(frame_wait, threads),
	TEXT(frame_wait, comm),
	NUMBER(frame_wait, bytes),
};
const struct shape shape_frame_wait = SHAPE(frame_wait, wait_rows);

/* That its state is one was looked at when it came. */
static const struct field work_rows[] = {
	PART(frame_work, h, shape_frame),
	TIME(frame_work, start_ns),
	TIME(frame_work, since_ns),
	NUMBERS(frame_work, state_ns),
	NUMBER(frame_work, known),
	UP_TO(frame_work, state, WORKER_STATES - 1),
	NUMBER(frame_work, cpu_ns),
	NUMBER(frame_work, syscall_ino),
	NUMBER(frame_work, syscall),
	NUMBER(frame_work, core),
	NUMBER(frame_work, flags),
	LEFT_OUT(frame_work, pad),
	NUMBER(frame_work, gil_ns),
	NUMBER(frame_work, side_ns),
};
const struct shape shape_frame_work = SHAPE(frame_work, work_rows);

static const struct field usage_rows[] = {
	PART(frame_usage, h, shape_frame),
	TIME(frame_usage, start_ns),
	NUMBER(frame_usage, rss_bytes),
	NUMBER(frame_usage, rss_peak_bytes),
	NUMBER(frame_usage, shared_bytes),
	NUMBER(frame_usage, cpu_ns),
	NUMBER(frame_usage, threads),
	NUMBER(frame_usage, cpus),
	NUMBERS(frame_usage, cpu_mask),
};
const struct shape shape_frame_usage = SHAPE(frame_usage, usage_rows);

static const struct field shared_rows[] = {
	PART(frame_shared, h, shape_frame),
	NUMBER(frame_shared, bytes),
	NUMBER(frame_shared, regions),
	NUMBER(frame_shared, flags),
	NUMBERS(frame_shared, kind_bytes),
};
const struct shape shape_frame_shared = SHAPE(frame_shared, shared_rows);

static const struct field place_rows[] = {
	NUMBER(stack_place, function),
	NUMBER(stack_place, file),
	NUMBER(stack_place, line),
	NUMBER(stack_place, kind),
	NUMBER(stack_place, offset),
};
const struct shape shape_stack_place = SHAPE(stack_place, place_rows);

static const struct field trace_place_rows[] = {
	NUMBER(trace_place, function),
	NUMBER(trace_place, file),
	NUMBER(trace_place, line),
	LEFT_OUT(trace_place, pad),
};
const struct shape shape_trace_place = SHAPE(trace_place, trace_place_rows);
