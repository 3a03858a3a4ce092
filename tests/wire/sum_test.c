/* SPDX-License-Identifier: GPL-2.0-only */
/* FRAME_SUM and FRAME_LEVEL as recordings have them; wire_test.c has others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "tests/wire/hold.h"

static const struct row rows[] = {
	{"frame_sum", sizeof(struct frame_sum), 80},
	{"frame_sum.ino", offsetof(struct frame_sum, ino), 16},
	{"frame_sum.messages", offsetof(struct frame_sum, messages), 24},
	{"frame_sum.bytes", offsetof(struct frame_sum, bytes), 32},
	{"frame_sum.bytes_max", offsetof(struct frame_sum, bytes_max), 40},
	{"frame_sum.blocked_ns", offsetof(struct frame_sum, blocked_ns), 48},
	{"frame_sum.newest_ns", offsetof(struct frame_sum, newest_ns), 56},
	{"frame_sum.func", offsetof(struct frame_sum, func), 64},
	{"frame_sum.items", offsetof(struct frame_sum, items), 68},
	{"frame_sum.dir", offsetof(struct frame_sum, dir), 72},
	{"frame_sum.shape", offsetof(struct frame_sum, shape), 73},
	{"frame_sum.flags", offsetof(struct frame_sum, flags), 74},
	{"frame_level", sizeof(struct frame_level), 48},
	{"frame_level.every", offsetof(struct frame_level, every), 16},
	{"frame_level.level", offsetof(struct frame_level, level), 20},
	{"frame_level.levels", offsetof(struct frame_level, levels), 24},
	{"frame_level.budget", offsetof(struct frame_level, budget), 28},
	{"frame_level.cost_ns", offsetof(struct frame_level, cost_ns), 32},
	{"frame_level.passed_ns", offsetof(struct frame_level, passed_ns), 40},
	{"FRAME_SUM", FRAME_SUM, 36},
	{"FRAME_LEVEL", FRAME_LEVEL, 37},
	{"MSG_SUMMED", MSG_SUMMED, 2048},
};

static void layout_and_numbers_are_held(void **state)
{
	(void)state;
	hold(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Recordings tell by it which tasks are missing from them: it must never change. */
static void which_tasks_are_told_is_held(void **state)
{
	static const struct {
		int64_t job;
		int32_t chunk;
	} told[] = {{0, 0}, {3, 5}, {7, 16}, {9, 0}, {14, 18}, {15, 17}, {17, 17}, {18, 18}};
	size_t n = 0;

	(void)state;
	for (int64_t job = 0; job < 20; job++)
		for (int32_t chunk = -1; chunk < 20; chunk++) {
			assert_true(task_is_told(job, chunk, 1));
			assert_false(task_is_told(job, chunk, 0));
			if (!task_is_told(job, chunk, 64))
				continue;
			assert_true(task_is_told(job, chunk, 8));
			assert_true(n < sizeof(told) / sizeof(told[0]));
			assert_int_equal(job, told[n].job);
			assert_int_equal(chunk, told[n].chunk);
			n++;
		}
	assert_int_equal(n, sizeof(told) / sizeof(told[0]));
}

static void one_in_so_many_is_told(void **state)
{
	unsigned int jobs = 0, chunks = 0;

	(void)state;
	for (int i = 0; i < 64000; i++) {
		jobs += task_is_told(i, -1, 64);
		chunks += task_is_told(3, i, 64);
	}
	assert_in_range(jobs, 900, 1100);
	assert_in_range(chunks, 900, 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_and_numbers_are_held),
		cmocka_unit_test(which_tasks_are_told_is_held),
		cmocka_unit_test(one_in_so_many_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
