/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/decode.h"

/* Every kind of wire.h has a row, and the row has its struct's size. */
static void table_is_complete(void **state)
{
	static const struct {
		unsigned int kind;
		size_t size;
	} all[] = {
		{FRAME_SESSION, sizeof(struct frame_session)},
		{FRAME_TICK, sizeof(struct frame_tick)},
		{FRAME_LOST, sizeof(struct frame_lost)},
		{FRAME_MISSING, sizeof(struct frame_missing)},
		{FRAME_TEXT, sizeof(struct frame_text)},
		{FRAME_DONE, sizeof(struct frame_done)},
		{FRAME_PROC, sizeof(struct frame_proc)},
		{FRAME_FORK, sizeof(struct frame_fork)},
		{FRAME_EXEC, sizeof(struct frame_exec)},
		{FRAME_EXIT, sizeof(struct frame_exit)},
		{FRAME_SIGNAL, sizeof(struct frame_signal)},
		{FRAME_OOM, sizeof(struct frame_oom)},
		{FRAME_PIPE, sizeof(struct frame_pipe)},
		{FRAME_THREAD_EXIT, sizeof(struct frame_thread_exit)},
		{FRAME_MSG, sizeof(struct frame_msg)},
		{FRAME_FAILURE, sizeof(struct frame_failure)},
		{FRAME_WORK, sizeof(struct frame_work)},
		{FRAME_CORE, sizeof(struct frame_core)},
		{FRAME_CPU, sizeof(struct frame_cpu)},
		{FRAME_USAGE, sizeof(struct frame_usage)},
		{FRAME_SHARED, sizeof(struct frame_shared)},
		{FRAME_STACK, sizeof(struct frame_stack)},
		{FRAME_STDERR, sizeof(struct frame_stderr)},
		{FRAME_THREAD, sizeof(struct frame_thread)},
		{FRAME_WAIT, sizeof(struct frame_wait)},
		{FRAME_STEP, sizeof(struct frame_step)},
		{FRAME_TRACE, sizeof(struct frame_trace)},
		{FRAME_SAMPLE, sizeof(struct frame_sample)},
		{FRAME_THROTTLE, sizeof(struct frame_throttle)},
		{FRAME_SUM, sizeof(struct frame_sum)},
		{FRAME_LEVEL, sizeof(struct frame_level)},
		{FRAME_DEPARTED, sizeof(struct frame_departed)},
	};
	unsigned int known = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_non_null(frame_info(all[i].kind));
		assert_int_equal(frame_info(all[i].kind)->size, all[i].size);
		assert_true(all[i].size <= sizeof(union frame_space) ||
			    frame_info(all[i].kind)->text_len);
	}
	for (unsigned int kind = 0; kind < 70000; kind++)
		known += frame_info(kind) != NULL;
	assert_int_equal(known, sizeof(all) / sizeof(all[0]));
}

static void whole_frame_stays_in_place(void **state)
{
	struct frame_msg f = {.h = {.kind = FRAME_MSG, .size = sizeof(f)}, .job = 7};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	assert_int_equal(decode(&f.h, &space, &out), DECODED);
	assert_ptr_equal(out, &f.h);
}

static void longer_frame_is_cut(void **state)
{
	struct {
		struct frame_cpu f;
		uint64_t of_a_newer_writer[3];
	} long_one = {.f = {.h = {.kind = FRAME_CPU, .size = sizeof(long_one)}, .busy_ns = 5}};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	assert_int_equal(decode(&long_one.f.h, &space, &out), DECODED);
	assert_ptr_equal(out, &long_one.f.h);
	assert_int_equal(((const struct frame_cpu *)out)->busy_ns, 5);
}

/* As if an older program had known frame_cpu without its last field. */
static void shorter_frame_is_filled_up(void **state)
{
	struct frame_info grown = *frame_info(FRAME_CPU);
	struct frame_cpu f = {
		.h = {.kind = FRAME_CPU, .size = offsetof(struct frame_cpu, steal_ns)},
		.busy_ns = 3,
		.idle_ns = 4,
		.steal_ns = 99,
	};
	const struct frame_cpu *cpu;
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	grown.v1_size = f.h.size;
	assert_int_equal(decode_as(&grown, &f.h, &space, &out), DECODED);
	assert_ptr_equal(out, &space.h);
	cpu = (const struct frame_cpu *)out;
	assert_int_equal(cpu->busy_ns, 3);
	assert_int_equal(cpu->idle_ns, 4);
	assert_int_equal(cpu->steal_ns, 0);
	f.h.size -= 8;
	assert_int_equal(decode_as(&grown, &f.h, &space, &out), DECODE_BAD);
}

static void too_short_is_bad(void **state)
{
	union frame_space f, space;
	const struct frame *out = NULL;

	(void)state;
	for (unsigned int kind = 0; kind < FRAME_KINDS; kind++) {
		const struct frame_info *info = frame_info(kind);

		memset(&f, 0, sizeof(f));
		f.h.kind = (uint16_t)kind;
		if (!info) {
			f.h.size = sizeof(f.h);
			assert_int_equal(decode(&f.h, &space, &out), DECODE_UNKNOWN);
			continue;
		}
		for (unsigned int size = 0; size < info->v1_size; size += 8) {
			f.h.size = (uint16_t)size;
			assert_int_equal(decode(&f.h, &space, &out), DECODE_BAD);
		}
		f.h.size = info->v1_size;
		assert_int_equal(decode(&f.h, &space, &out), DECODED);
	}
	assert_non_null(out);
}

static void text_must_fit_its_frame(void **state)
{
	union {
		struct frame_text f;
		char space[40];
	} u = {.f = {.h = {.kind = FRAME_TEXT, .size = 40}, .id = 1}};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	u.f.len = 16;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODED);
	u.f.len = 17;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
	u.f.len = UINT32_MAX;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
}

static void failure_texts_must_fit_their_frame(void **state)
{
	union {
		struct frame_failure f;
		char space[72];
	} u = {.f = {.h = {.kind = FRAME_FAILURE, .size = 72}}};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	u.f.exc_len = 10;
	u.f.message_len = 10;
	u.f.traceback_len = 4;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODED);
	u.f.traceback_len = 5;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
	u.f.exc_len = u.f.message_len = u.f.traceback_len = UINT16_MAX;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
}

static void places_must_fit_their_frame(void **state)
{
	union {
		struct frame_stack f;
		char space[40 + 2 * 24];
	} u = {.f = {.h = {.kind = FRAME_STACK, .size = sizeof(u)}}};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	u.f.count = 2;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODED);
	u.f.count = 3;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
	u.f.count = 0xaaaaaaab; /* times 24 it is 8, in 32 bits */
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
}

static void stderr_must_fit_its_frame(void **state)
{
	union {
		struct frame_stderr f;
		char space[32];
	} u = {.f = {.h = {.kind = FRAME_STDERR, .size = 32}, .len = 8}};
	union frame_space space;
	const struct frame *out = NULL;

	(void)state;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODED);
	u.f.len = 9;
	assert_int_equal(decode(&u.f.h, &space, &out), DECODE_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_complete),
		cmocka_unit_test(whole_frame_stays_in_place),
		cmocka_unit_test(longer_frame_is_cut),
		cmocka_unit_test(shorter_frame_is_filled_up),
		cmocka_unit_test(too_short_is_bad),
		cmocka_unit_test(text_must_fit_its_frame),
		cmocka_unit_test(failure_texts_must_fit_their_frame),
		cmocka_unit_test(places_must_fit_their_frame),
		cmocka_unit_test(stderr_must_fit_its_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
