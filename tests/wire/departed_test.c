/* SPDX-License-Identifier: GPL-2.0-only */
/* FRAME_DEPARTED, and what came with it, as recordings have them; wire_test.c has others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "tests/wire/hold.h"

static const struct row rows[] = {
	{"frame_departed", sizeof(struct frame_departed), 88},
	{"frame_departed.h", offsetof(struct frame_departed, h), 0},
	{"frame_departed.ended_ns", offsetof(struct frame_departed, ended_ns), 16},
	{"frame_departed.error_ns", offsetof(struct frame_departed, error_ns), 24},
	{"frame_departed.start_ns", offsetof(struct frame_departed, start_ns), 32},
	{"frame_departed.limit_bytes", offsetof(struct frame_departed, limit_bytes), 40},
	{"frame_departed.rss_bytes", offsetof(struct frame_departed, rss_bytes), 48},
	{"frame_departed.scope", offsetof(struct frame_departed, scope), 56},
	{"frame_departed.parent", offsetof(struct frame_departed, parent), 60},
	{"frame_departed.status", offsetof(struct frame_departed, status), 64},
	{"frame_departed.flags", offsetof(struct frame_departed, flags), 68},
	{"frame_departed.comm", offsetof(struct frame_departed, comm), 72},
	{"FRAME_DEPARTED", FRAME_DEPARTED, 72},
	{"PROC_STAYS", PROC_STAYS, 2048},
	{"PROC_REPLACES", PROC_REPLACES, 4096},
	{"DEPARTED_CHILD", DEPARTED_CHILD, 1},
	{"DEPARTED_LOGGED", DEPARTED_LOGGED, 2},
	{"DEPARTED_OOM", DEPARTED_OOM, 4},
	{"DEPARTED_THREAD", DEPARTED_THREAD, 8},
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
