/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/shape.h"
#include "model/pace.h"

#define FEW (1 << 30) /* what is counted up and down stays far from where an int ends */

static const struct field sums_rows[] = {
	NUMBER(pace_sums, tasks),
	NUMBER(pace_sums, items),
	NUMBER(pace_sums, bytes),
	NUMBER(pace_sums, run_ns),
	NUMBER(pace_sums, runq_ns),
	NUMBER(pace_sums, handover_ns),
	NUMBER(pace_sums, parent_ns),
	NUMBER(pace_sums, move_ns),
	NUMBER(pace_sums, active_ns),
};
const struct shape shape_pace_sums = SHAPE(pace_sums, sums_rows);

static const struct field batch_rows[] = {
	TIME(batch, first_ns),
	TIME(batch, last_ns),
	NUMBER(batch, tasks),
	NUMBER(batch, items),
	NUMBER(batch, run_ns),
	NUMBER(batch, run_max_ns),
	NUMBER(batch, idle_ns),
	NUMBER(batch, lanes),
};
const struct shape shape_batch = SHAPE(batch, batch_rows);

static const struct field payload_rows[] = {
	NUMBER(payload, head_mark),
	NUMBER(payload, tail_mark),
	NUMBER(payload, bytes),
	NUMBER(payload, tasks),
	NUMBER(payload, bytes_all),
	TIME(payload, first_ns),
	TIME(payload, newest_ns),
};
const struct shape shape_payload = SHAPE(payload, payload_rows);

static const struct field pace_rows[] = {
	PART(pace, sums, shape_pace_sums),
	PART(pace, open, shape_pace_sums),
	NUMBER(pace, timed_ns),
	TIME(pace, from_ns),
	TIME(pace, event_ns),
	UP_TO(pace, untaken, FEW),
	UP_TO(pace, in_hand, FEW),
	NUMBER(pace, chunked),
	PART(pace, batch, shape_batch),
	TIME(pace, tail_from_ns),
	NUMBER(pace, tail_lanes_ns),
	PART(pace, mapped, shape_batch),
	NUMBER(pace, mapped_idle_ns),
	NUMBER(pace, mapped_span_ns),
	PARTS(pace, payloads, shape_payload),
};
const struct shape shape_pace = SHAPE(pace, pace_rows);

static const struct field load_sums_rows[] = {
	NUMBER(load_sums, ns),
	NUMBER(load_sums, work_ns),
	NUMBER(load_sums, workers_ns),
	NUMBER(load_sums, parent_ns),
	NUMBER(load_sums, parent_pickle_ns),
	NUMBER(load_sums, idle_ns),
	NUMBER(load_sums, hands_ns),
	NUMBER(load_sums, waiting_ns),
	NUMBERS(load_sums, state_ns),
	NUMBER(load_sums, gil_ns),
	NUMBER(load_sums, side_ns),
};
const struct shape shape_load_sums = SHAPE(load_sums, load_sums_rows);

static const struct field call_rows[] = {
	NUMBER(load_call, nr),
	NUMBER(load_call, seen),
};
const struct shape shape_load_call = SHAPE(load_call, call_rows);

static const struct field load_rows[] = {
	PART(load, sums, shape_load_sums),
	PARTS(load, calls, shape_load_call),
	NUMBER(load, lanes),
	NUMBER(load, cpus),
	NUMBER(load, only_core),
	NUMBER(load, quota_milli),
	NUMBER(load, libraries),
	UP_TO(load, hands, FEW),
	UP_TO(load, waiting, FEW),
	TIME(load, at_ns),
	NUMBER(load, hands_ns),
	NUMBER(load, lanes_ns),
	NUMBER(load, waiting_ns),
	NUMBER(load, work_ns),
	NUMBER(load, fresh_ns),
	PART(load, tick, shape_load_sums),
	NUMBER(load, moving_ns),
	NUMBER(load, runq_share),
};
const struct shape shape_load = SHAPE(load, load_rows);
