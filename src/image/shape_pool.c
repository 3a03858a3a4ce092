/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/shape.h"
#include "model/pool.h"

#define PLACES (INT64_C(1) << 60) /* of messages in a queue, one after another */

static const struct field series_rows[] = {
	NUMBER(series, open),
	NUMBERS(series, value),
	UP_TO(series, head, SERIES_LEN - 1),
	UP_TO(series, count, SERIES_LEN),
};
const struct shape shape_series = SHAPE(series, series_rows);

static const struct field func_rows[] = {
	NUMBER(func, name),
	NUMBER(func, tasks),
	NUMBER(func, sent),
	NUMBER(func, failed),
	NUMBER(func, lost),
	NUMBER(func, items),
	NUMBER(func, bytes_out),
	NUMBER(func, bytes_back),
	HIST(func, run),
	PART(func, pace, shape_pace),
	NUMBERS(func, class_ns),
	NUMBER(func, timed),
	NUMBER(func, exact),
	NUMBER(func, core_ns),
	NUMBERS(func, state_ns),
};
const struct shape shape_func = SHAPE(func, func_rows);

static const struct field job_rows[] = {
	NUMBER(job, id),
	NUMBER(job, func),
	NUMBER(job, sent),
	NUMBER(job, taken),
	NUMBER(job, done),
	NUMBER(job, returned),
	NUMBER(job, failed),
	NUMBER(job, lost),
	NUMBER(job, items),
	NUMBER(job, items_about),
	TIME(job, first_sent_ns),
	TIME(job, last_done_ns),
	NUMBER(job, chunk_items_min),
	NUMBER(job, chunk_items_max),
	NUMBER(job, chunk_last),
	NUMBER(job, exact_chunk),
	NUMBER(job, exact_items),
	NUMBER(job, about),
	NUMBER(job, open),
	NUMBER(job, open_items),
	NUMBER(job, open_last),
	NUMBER(job, open_last_items),
	NUMBER(job, open_last_func),
};
const struct shape shape_job = SHAPE(job, job_rows);

static const struct field slow_rows[] = {
	PART(slow_task, key, shape_task_key),
	NUMBER(slow_task, func),
	NUMBER(slow_task, pid),
	NUMBER(slow_task, run_ns),
	TIME(slow_task, done_ns),
};
const struct shape shape_slow_task = SHAPE(slow_task, slow_rows);

static const struct field answer_rows[] = {
	PART(answer, key, shape_task_key),
	NUMBER(answer, has_key),
	NUMBER(answer, bytes),
	TIME(answer, read_ns),
};
const struct shape shape_answer = SHAPE(answer, answer_rows);

static const struct field queue_rows[] = {
	NUMBER(queue, ino),
	BETWEEN(queue, role, QUEUE_TASKS, QUEUE_RESULTS),
	NUMBER(queue, worker),
	NUMBER(queue, shared),
	NUMBER(queue, parent_tid),
	NUMBER(queue, told),
	NUMBER(queue, written),
	NUMBER(queue, read),
	NUMBER(queue, bytes_written),
	NUMBER(queue, bytes_read),
	NUMBER(queue, bytes_max),
	NUMBER(queue, waiting),
	NUMBER(queue, waiting_max),
	NUMBER(queue, bytes_waiting),
	NUMBER(queue, bytes_waiting_max),
	TIME(queue, written_ns),
	TIME(queue, read_ns),
	TIME(queue, front_sent_ns),
	NUMBER(queue, blocked_ns),
	PART(queue, bytes_per_tick, shape_series),
	BETWEEN(queue, id, 1, 1 << 30),
	UP_TO(queue, sent_seq, PLACES),
	UP_TO(queue, taken_seq, PLACES),
	UP_TO(queue, unseen_seq, PLACES),
	{RING(queue, answers, answers_count, answers_head, MODEL_ANSWERS, shape_answer),
		.cap = offsetof(struct queue, answers_cap)},
	DERIVED(queue, answers_head),
	COUNT(queue, answers_count),
	DERIVED(queue, answers_cap),
};
const struct shape shape_queue = SHAPE(queue, queue_rows);

static const struct field strip_rows[] = {
	ALL_UP_TO(core_strip, share, CORE_SHARE_ALL),
	UP_TO(core_strip, head, MODEL_CORE_STRIP - 1),
	UP_TO(core_strip, count, MODEL_CORE_STRIP),
};
const struct shape shape_core_strip = SHAPE(core_strip, strip_rows);

static const struct field core_rows[] = {
	NUMBER(pool_core, workers_ns),
	NUMBER(pool_core, parent_ns),
	NUMBER(pool_core, workers_tick_ns),
	NUMBER(pool_core, parent_tick_ns),
	NUMBER(pool_core, workers_last_ns),
	NUMBER(pool_core, parent_last_ns),
	NUMBER(pool_core, seen),
	PART(pool_core, workers, shape_core_strip),
	PART(pool_core, parent, shape_core_strip),
};
const struct shape shape_pool_core = SHAPE(pool_core, core_rows);

static const struct field totals_rows[] = {
	NUMBER(totals, sent),
	NUMBER(totals, taken),
	NUMBER(totals, done),
	NUMBER(totals, returned),
	NUMBER(totals, failed),
	NUMBER(totals, lost),
	NUMBER(totals, items),
	NUMBER(totals, bytes_out),
	NUMBER(totals, bytes_back),
	NUMBER(totals, bytes_out_max),
	NUMBER(totals, bytes_back_max),
	NUMBER(totals, items_about),
};
const struct shape shape_totals = SHAPE(totals, totals_rows);

static const struct field traits_rows[] = {
	NUMBER(pool_traits, unnumbered),
	NUMBER(pool_traits, own_queues),
	NUMBER(pool_traits, breaks),
	NUMBER(pool_traits, fed_results),
	NUMBER(pool_traits, ends_results),
	NUMBER(pool_traits, tells_idle),
};
const struct shape shape_pool_traits = SHAPE(pool_traits, traits_rows);

static const struct field throttled_rows[] = {
	NUMBER(throttled, ns),
	NUMBER(throttled, periods),
	NUMBER(throttled, times),
};
const struct shape shape_throttled = SHAPE(throttled, throttled_rows);

static const struct field sampled_rows[] = {
	NUMBER(sampled, trace),
	UP_TO(sampled, class, SAMPLE_CLASSES - 1),
	NUMBER(sampled, by_parent),
	NUMBER(sampled, samples),
	NUMBER(sampled, ns),
};
const struct shape shape_sampled = SHAPE(sampled, sampled_rows);

static const struct field profile_rows[] = {
	GROWN(profile, list, count, cap, MODEL_SAMPLED, shape_sampled),
	COUNT(profile, count),
	DERIVED(profile, cap),
	DERIVED(profile, by_key),
	NUMBERS(profile, worker_ns),
	NUMBERS(profile, parent_ns),
	NUMBER(profile, gc_known_ns),
	NUMBER(profile, gc_ns),
	NUMBER(profile, side_python_ns),
	NUMBER(profile, side_native_ns),
};
const struct shape shape_profile = SHAPE(profile, profile_rows);

static const struct field reading_rows[] = {
	TIME(reading, read_ns),
	NUMBER(reading, pid),
	TIME(reading, woken_ns),
	TIME(reading, struck_ns),
	NUMBER(reading, struck_flight),
};
const struct shape shape_reading = SHAPE(reading, reading_rows);

static const struct field unsent_rows[] = {
	NUMBER(unsent, chunks),
	TIME(unsent, chunks_ns),
	PART(unsent, key, shape_task_key),
	NUMBER(unsent, func),
	NUMBER(unsent, calls),
	TIME(unsent, calls_ns),
	NUMBER(unsent, is_idle),
	NUMBER(unsent, early_tid),
	NUMBER(unsent, early),
	TIME(unsent, early_ns),
};
const struct shape shape_unsent = SHAPE(unsent, unsent_rows);

static const struct field pool_rows[] = {
	BETWEEN(pool, id, 1, INT32_MAX),
	{NAME(pool, kind, word_kind), .is_needed = true},
	PART(pool, traits, shape_pool_traits),
	NUMBER(pool, pid),
	TIME(pool, parent_start_ns),
	NUMBER(pool, command),
	NUMBER(pool, python),
	NUMBER(pool, user),
	NUMBER(pool, cgroup),
	UP_TO(pool, start_method, START_LOKY),
	TIME(pool, started_ns),
	TIME(pool, seen_ns),
	TIME(pool, ended_ns),
	NUMBER(pool, from_start),
	NUMBER(pool, guessed),
	NUMBER(pool, parent_gone),
	NUMBER(pool, closing),
	TIME(pool, closing_ns),
	TIME(pool, broken_ns),
	NUMBER(pool, broken_by),
	NUMBER(pool, suffering),
	BETWEEN(pool, state, POOL_STARTING, POOL_GONE),
	PART(pool, stall, shape_stall),
	FIRST_PARTS(pool, stalls, stalls_count, shape_stall),
	COUNT(pool, stalls_count),
	NUMBER(pool, stalls_dropped),
	NUMBER(pool, task_ino),
	NUMBER(pool, result_ino),
	GROWN(pool, queues, queues_count, queues_cap, MODEL_QUEUES, shape_queue),
	COUNT(pool, queues_count),
	DERIVED(pool, queues_cap),
	NUMBER(pool, queues_dropped),
	UP_TO(pool, next_queue, 1 << 30),
	GROWN(pool, workers, workers_count, workers_cap, MODEL_WORKERS, shape_worker),
	COUNT(pool, workers_count),
	DERIVED(pool, workers_cap),
	UP_TO(pool, workers_alive, MODEL_WORKERS),
	NUMBER(pool, first_size),
	UP_TO(pool, next_worker, INT32_MAX),
	GROWN(pool, tasks, tasks_count, tasks_cap, MODEL_TASKS, shape_task),
	DERIVED(pool, tasks_cap),
	COUNT(pool, tasks_count),
	UP_TO(pool, tasks_returned, MODEL_TASKS),
	DERIVED(pool, tasks_by_key),
	FIRST_PARTS(pool, lost, lost_count, shape_lost_task),
	COUNT(pool, lost_count),
	GROWN(pool, funcs, funcs_count, funcs_cap, MODEL_FUNCS, shape_func),
	COUNT(pool, funcs_count),
	DERIVED(pool, funcs_cap),
	DERIVED(pool, funcs_by_name),
	GROWN(pool, jobs, jobs_count, jobs_cap, 2 * MODEL_JOBS, shape_job),
	COUNT(pool, jobs_count),
	DERIVED(pool, jobs_cap),
	NUMBER(pool, jobs_dropped),
	DERIVED(pool, jobs_by_id),
	FIRST_PARTS(pool, slowest, slowest_count, shape_slow_task),
	COUNT(pool, slowest_count),
	GROWN(pool, deaths, deaths_count, deaths_cap, MODEL_DEATHS, shape_death),
	COUNT(pool, deaths_count),
	DERIVED(pool, deaths_cap),
	GROWN(pool, failures, failures_count, failures_cap, MODEL_FAILURES, shape_failure),
	COUNT(pool, failures_count),
	DERIVED(pool, failures_cap),
	GROWN(pool, findings, findings_count, findings_cap, MODEL_FINDINGS, shape_finding),
	COUNT(pool, findings_count),
	DERIVED(pool, findings_cap),
	PART(pool, totals, shape_totals),
	NUMBERS(pool, ends),
	NUMBERS(pool, chunk_sizes),
	NUMBER(pool, chunks_unsized),
	PART(pool, shared, shape_frame_shared),
	NUMBER(pool, shared_most_bytes),
	HIST(pool, wait),
	HIST(pool, run),
	HIST(pool, back),
	{FIXED(pool, cores, cores_count, MODEL_CPUS, shape_pool_core)},
	COUNT(pool, cores_count),
	PART(pool, done_per_tick, shape_series),
	PART(pool, out_per_tick, shape_series),
	PART(pool, back_per_tick, shape_series),
	NUMBERS(pool, gone_state_ns),
	NUMBER(pool, gone_gil_ns),
	NUMBER(pool, gone_side_ns),
	TIME(pool, last_progress_ns),
	TIME(pool, last_sent_ns),
	TIME(pool, last_taken_ns),
	TIME(pool, last_lost_ns),
	TIME(pool, front_done_ns),
	NUMBER(pool, items_about),
	NUMBERS(pool, unreplaced),
	UP_TO(pool, unreplaced_count, MODEL_UNREPLACED),
	UP_TO(pool, hists_released, MODEL_WORKERS),
	NUMBER(pool, failure_event_seq),
	NUMBER(pool, stillborn),
	NUMBER(pool, stillborn_generation),
	TIME(pool, stillborn_first_ns),
	TIME(pool, stillborn_last_ns),
	TIME(pool, lock_lost_ns),
	NUMBER(pool, lock_lost_pid),
	TIME(pool, result_lock_lost_ns),
	NUMBER(pool, result_lock_lost_pid),
	NUMBER(pool, quiet_ticks),
	NUMBER(pool, first_tid),
	NUMBER(pool, forgiven_lost),
	PART(pool, load, shape_load),
	PART(pool, throttled, shape_throttled),
	NUMBER(pool, has_quota),
	PART(pool, profile, shape_profile),
	TIME(pool, reader_gone_ns),
	ONE(pool, server, shape_start),
	NUMBER(pool, server_pid),
	NUMBER(pool, summed),
	NUMBER(pool, tick_taken),
	NUMBER(pool, tick_returned),
	PART(pool, reader_key, shape_task_key),
	NUMBER(pool, reader_func),
	PART(pool, reading, shape_reading),
	PART(pool, unsent, shape_unsent),
};
const struct shape shape_pool = SHAPE(pool, pool_rows);
