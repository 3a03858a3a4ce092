/* SPDX-License-Identifier: GPL-2.0-only */
/* FRAME_STEP as it is on recordings: wire_test.c has the other frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "tests/wire/hold.h"

static const struct row rows[] = {
	{"frame_step", sizeof(struct frame_step), 32},
	{"frame_step.h", offsetof(struct frame_step, h), 0},
	{"frame_step.what", offsetof(struct frame_step, what), 16},
	{"frame_step.name", offsetof(struct frame_step, name), 20},
	{"frame_step.origin", offsetof(struct frame_step, origin), 24},
	{"frame_step.pad", offsetof(struct frame_step, pad), 28},
	{"SESSION_STEPS", SESSION_STEPS, 1},
	{"STEP_MODULE", STEP_MODULE, 1},
	{"STEP_MAIN", STEP_MAIN, 2},
	{"STEP_DATA", STEP_DATA, 3},
	{"STEP_LOCK", STEP_LOCK, 4},
	{"STEP_IN_MODULE", STEP_IN_MODULE, 5},
	{"STEP_IN_MAIN", STEP_IN_MAIN, 6},
	{"STEP_IN_INITIALIZER", STEP_IN_INITIALIZER, 7},
	{"STEP_IN_OTHER", STEP_IN_OTHER, 8},
	{"ORIGIN_UNKNOWN", ORIGIN_UNKNOWN, 0},
	{"ORIGIN_PYTHON", ORIGIN_PYTHON, 1},
	{"ORIGIN_INSTALLED", ORIGIN_INSTALLED, 2},
	{"ORIGIN_OWN", ORIGIN_OWN, 3},
};

static void layout_and_numbers_are_held(void **state)
{
	(void)state;
	hold(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_and_numbers_are_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
