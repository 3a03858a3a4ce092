/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/shape.h"
#include "model/worker.h"

static const struct field key_rows[] = {
	NUMBER(task_key, job),
	NUMBER(task_key, chunk),
};
const struct shape shape_task_key = SHAPE(task_key, key_rows);

static const struct field task_rows[] = {
	PART(task, key, shape_task_key),
	UP_TO(task, stage, TASK_DONE),
	NUMBER(task, func),
	NUMBER(task, items),
	NUMBER(task, flags),
	NUMBER(task, bytes_out),
	NUMBER(task, bytes_back),
	NUMBER(task, task_ino),
	NUMBER(task, result_ino),
	TIME(task, sent_ns),
	TIME(task, taken_ns),
	TIME(task, done_ns),
	NUMBER(task, pid),
	NUMBER(task, worker),
	NUMBER(task, failed),
	NUMBER(task, items_about),
	NUMBER(task, named),
	NUMBER(task, summed),
	NUMBER(task, times),
	PART(task, spent, shape_task_times),
	TIME(task, left_ns),
	DERIVED(task, left_next),
	TIME(task, returned_ns),
};
const struct shape shape_task = SHAPE(task, task_rows);

static const struct field hand_rows[] = {
	NUMBER(hand, has),
	PART(hand, key, shape_task_key),
	NUMBER(hand, func),
	NUMBER(hand, items),
	NUMBER(hand, flags),
	TIME(hand, since_ns),
	NUMBER(hand, bytes),
};
const struct shape shape_hand = SHAPE(hand, hand_rows);

static const struct field module_rows[] = {
	NUMBER(start_module, name),
	NUMBER(start_module, origin),
	NUMBER(start_module, self_ns),
};
const struct shape shape_start_module = SHAPE(start_module, module_rows);

static const struct field piece_rows[] = {
	NUMBER(start_piece, until_ns),
	UP_TO(start_piece, phase, START_PHASES - 1),
};
const struct shape shape_start_piece = SHAPE(start_piece, piece_rows);

static const struct field start_rows[] = {
	TIME(start, from_ns),
	TIME(start, at_ns),
	TIME(start, seen_ns),
	UP_TO(start, phase, START_PHASES - 1),
	PART(start, module, shape_start_module),
	TIME(start, doubt_ns),
	UP_TO(start, doubt_phase, START_PHASES - 1),
	PART(start, doubt_module, shape_start_module),
	NUMBER(start, execed),
	NUMBER(start, has_pool),
	NUMBER(start, has_site),
	NUMBER(start, has_data),
	NUMBER(start, has_main),
	NUMBER(start, is_over),
	NUMBERS(start, phase_ns),
	FIRST_PARTS(start, modules, modules_count, shape_start_module),
	COUNT(start, modules_count),
	NUMBER(start, initializer),
	FIRST_PARTS(start, pieces, pieces_count, shape_start_piece),
	COUNT(start, pieces_count),
};
const struct shape shape_start = SHAPE(start, start_rows);

static const struct field memory_rows[] = {
	TIMES(memory_past, t_ns),
	NUMBERS(memory_past, rss_bytes),
	UP_TO(memory_past, count, MODEL_MEMORY),
};
const struct shape shape_memory_past = SHAPE(memory_past, memory_rows);

static const struct field worker_rows[] = {
	BETWEEN(worker, id, 1, INT32_MAX),
	NUMBER(worker, pid),
	NUMBER(worker, generation),
	TIME(worker, start_ns),
	TIME(worker, born_ns),
	TIME(worker, ended_ns),
	UP_TO(worker, end, END_UNKNOWN),
	NUMBER(worker, status),
	UP_TO(worker, death, MODEL_DEATHS),
	UP_TO(worker, state, WORKER_STATES - 1),
	TIME(worker, state_since_ns),
	NUMBERS(worker, state_ns),
	UP_TO(worker, known, STATES_ALL),
	NUMBER(worker, gil_ns),
	NUMBER(worker, gil_known),
	NUMBER(worker, side_ns),
	NUMBER(worker, side_known),
	TIME(worker, watched_ns),
	NUMBER(worker, cpu_ns),
	NUMBER(worker, rss_bytes),
	NUMBER(worker, rss_peak_bytes),
	PART(worker, memory, shape_memory_past),
	NUMBER(worker, threads),
	NUMBER(worker, core),
	NUMBER(worker, cpu_share),
	PART(worker, hand, shape_hand),
	NUMBER(worker, tasks),
	NUMBER(worker, failed),
	NUMBER(worker, items),
	NUMBER(worker, bytes_in),
	NUMBER(worker, bytes_out),
	TIME(worker, last_done_ns),
	NUMBER(worker, left),
	DERIVED(worker, left_first),
	DERIVED(worker, left_last),
	TIME(worker, done_taken_ns),
	NUMBER(worker, told_to_end),
	NUMBER(worker, said_last),
	NUMBER(worker, said_bye),
	NUMBER(worker, killed_by_parent),
	NUMBER(worker, struck_by_parent),
	HIST(worker, run),
	NUMBER(worker, small_first),
	NUMBER(worker, is_seasoned),
	NUMBER(worker, first_run_ns),
	NUMBER(worker, fresh_unpickle_ns),
	NUMBER(worker, provisional),
	NUMBER(worker, born_seen),
	NUMBER(worker, forked_by_tid),
	NUMBER(worker, replaced_by),
	PART(worker, last_key, shape_task_key),
	NUMBER(worker, last_func),
	NUMBER(worker, tick_cpu_ns),
	NUMBER(worker, run_share),
	NUMBER(worker, parent_threads),
	NUMBER(worker, stuck),
	NUMBER(worker, is_free),
	ALL_UP_TO(worker, strip, WORKER_STATES),
	UP_TO(worker, strip_head, MODEL_STRIP - 1),
	NUMBERS(worker, strip_last_ns),
	ONE(worker, start, shape_start),
};
const struct shape shape_worker = SHAPE(worker, worker_rows);
