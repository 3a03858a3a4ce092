/* SPDX-License-Identifier: GPL-2.0-only */
/* What wire.h says of samples, held fast like the rest of it in wire_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bpf/wire.h"
#include "tests/wire/hold.h"

static const struct row rows[] = {
	{"trace_place", sizeof(struct trace_place), 16},
	{"trace_place.function", offsetof(struct trace_place, function), 0},
	{"trace_place.file", offsetof(struct trace_place, file), 4},
	{"trace_place.line", offsetof(struct trace_place, line), 8},
	{"trace_place.pad", offsetof(struct trace_place, pad), 12},
	{"frame_trace", sizeof(struct frame_trace), 32},
	{"frame_trace.h", offsetof(struct frame_trace, h), 0},
	{"frame_trace.id", offsetof(struct frame_trace, id), 16},
	{"frame_trace.count", offsetof(struct frame_trace, count), 20},
	{"frame_trace.flags", offsetof(struct frame_trace, flags), 24},
	{"frame_trace.pad", offsetof(struct frame_trace, pad), 28},
	{"frame_trace.places", offsetof(struct frame_trace, places), 32},
	{"frame_throttle", sizeof(struct frame_throttle), 48},
	{"frame_throttle.throttled_ns", offsetof(struct frame_throttle, throttled_ns), 16},
	{"frame_throttle.periods", offsetof(struct frame_throttle, periods), 24},
	{"frame_throttle.throttled", offsetof(struct frame_throttle, throttled), 32},
	{"frame_throttle.cgroup", offsetof(struct frame_throttle, cgroup), 40},
	{"frame_throttle.pad", offsetof(struct frame_throttle, pad), 44},
	{"frame_sample", sizeof(struct frame_sample), 40},
	{"frame_sample.h", offsetof(struct frame_sample, h), 0},
	{"frame_sample.ns", offsetof(struct frame_sample, ns), 16},
	{"frame_sample.tid", offsetof(struct frame_sample, tid), 24},
	{"frame_sample.trace", offsetof(struct frame_sample, trace), 28},
	{"frame_sample.core", offsetof(struct frame_sample, core), 32},
	{"frame_sample.flags", offsetof(struct frame_sample, flags), 36},
	{"frame_sample.class", offsetof(struct frame_sample, class), 38},
	{"frame_sample.pad", offsetof(struct frame_sample, pad), 39},
	{"FRAME_TRACE", FRAME_TRACE, 52},
	{"FRAME_SAMPLE", FRAME_SAMPLE, 53},
	{"TRACE_MORE", TRACE_MORE, 1},
	{"CLASS_OTHER", CLASS_OTHER, 0},
	{"CLASS_TASK", CLASS_TASK, 1},
	{"CLASS_UNPICKLE", CLASS_UNPICKLE, 2},
	{"CLASS_PICKLE", CLASS_PICKLE, 3},
	{"CLASS_SEND", CLASS_SEND, 4},
	{"CLASS_RECEIVE", CLASS_RECEIVE, 5},
	{"CLASS_IMPORT", CLASS_IMPORT, 6},
	{"SAMPLE_CLASSES", SAMPLE_CLASSES, 7},
	{"SAMPLED_MAIN", SAMPLED_MAIN, 1},
	{"SAMPLED_HAND", SAMPLED_HAND, 2},
	{"SAMPLED_GC_KNOWN", SAMPLED_GC_KNOWN, 4},
	{"SAMPLED_GC", SAMPLED_GC, 8},
};

static void samples_are_held(void **state)
{
	(void)state;
	hold(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
