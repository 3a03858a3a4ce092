/* SPDX-License-Identifier: GPL-2.0-only */
/* What went wrong in a pool, and what is found of it. */
#include "image/shape.h"
#include "model/pool.h"

static const struct field lost_rows[] = {
	PART(lost_task, key, shape_task_key),
	NUMBER(lost_task, func),
	NUMBER(lost_task, pid),
	TIME(lost_task, t_ns),
};
const struct shape shape_lost_task = SHAPE(lost_task, lost_rows);

static const struct field death_rows[] = {
	TIME(death, t_ns),
	NUMBER(death, wall_ns),
	NUMBER(death, pid),
	NUMBER(death, worker),
	NUMBER(death, generation),
	BETWEEN(death, end, END_SIGNAL, END_UNKNOWN),
	NUMBER(death, status),
	NUMBER(death, status_known),
	PART(death, sender, shape_signal_seen),
	PART(death, oom, shape_oom_seen),
	NUMBER(death, age_ns),
	NUMBER(death, rss_bytes),
	NUMBER(death, rss_peak_bytes),
	PART(death, memory, shape_memory_past),
	PART(death, hand, shape_hand),
	UP_TO(death, state, WORKER_STATES - 1),
	NUMBER(death, syscall),
	NUMBER(death, syscall_ino),
	NUMBER(death, replaced_by),
	PART(death, stacks, shape_stack_ids),
	{OWNED(death, stderr_tail, MODEL_STDERR), .has_lines = true},
	TEXT(death, consequence),
	TEXT(death, inferred),
};
const struct shape shape_death = SHAPE(death, death_rows);

static const struct field failure_rows[] = {
	TIME(failure, t_ns),
	TIME(failure, first_ns),
	NUMBER(failure, pid),
	PART(failure, key, shape_task_key),
	NUMBER(failure, func),
	NUMBER(failure, flags),
	NUMBER(failure, count),
	NUMBER(failure, texts),
	NUMBER(failure, hash),
	{OWNED(failure, exception, FRAME_MAX), .is_needed = true},
	{OWNED(failure, message, FRAME_MAX), .is_needed = true, .has_lines = true},
	{OWNED(failure, traceback, FRAME_MAX), .is_needed = true, .has_lines = true},
};
const struct shape shape_failure = SHAPE(failure, failure_rows);

static const struct field evidence_rows[] = {
	TEXT(evidence, name),
	NUMBER(evidence, value),
};
const struct shape shape_evidence = SHAPE(evidence, evidence_rows);

static const struct field past_rows[] = {
	TIMES(finding_past, t_ns),
	{AT(finding_past, value), .size = sizeof(float), .count = FINDING_PAST * FINDING_EVIDENCE,
		.kind = FIELD_REAL},
	UP_TO(finding_past, count, FINDING_PAST),
	NUMBER(finding_past, every),
	NUMBER(finding_past, ticks),
};
const struct shape shape_finding_past = SHAPE(finding_past, past_rows);

static const struct field finding_rows[] = {
	{NAME(finding, id, word_finding), .is_needed = true},
	BETWEEN(finding, severity, SEVERITY_INFO, SEVERITY_CRITICAL),
	TIME(finding, since_ns),
	NUMBER(finding, subject),
	TEXT(finding, text),
	{SINGLE(finding, advice), .kind = FIELD_TEXT, .has_lines = true},
	FIRST_PARTS(finding, evidence, evidence_count, shape_evidence),
	COUNT(finding, evidence_count),
	PART(finding, past, shape_finding_past),
};
const struct shape shape_finding = SHAPE(finding, finding_rows);

static const struct field stall_rows[] = {
	{NAME(stall, reason, word_reason)},
	TIME(stall, since_ns),
	TIME(stall, found_ns),
	TIME(stall, until_ns),
	TEXT(stall, text),
};
const struct shape shape_stall = SHAPE(stall, stall_rows);
