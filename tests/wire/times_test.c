/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a task's time went, in FRAME_MSG as it is on recordings: wire_test.c has the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "tests/wire/hold.h"

static const struct row rows[] = {
	{"frame_msg.spent", offsetof(struct frame_msg, spent), 80},
	{"task_times", sizeof(struct task_times), 48},
	{"task_times.send_ns", offsetof(struct task_times, send_ns), 0},
	{"task_times.io_ns", offsetof(struct task_times, io_ns), 8},
	{"task_times.lock_ns", offsetof(struct task_times, lock_ns), 16},
	{"task_times.runq_ns", offsetof(struct task_times, runq_ns), 24},
	{"task_times.unpickle_ns", offsetof(struct task_times, unpickle_ns), 32},
	{"task_times.pickle_ns", offsetof(struct task_times, pickle_ns), 40},
	{"MSG_TIMES", MSG_TIMES, 512},
	{"MSG_EXACT", MSG_EXACT, 1024},
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
