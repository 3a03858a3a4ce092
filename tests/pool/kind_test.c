/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/kind.h"

static void every_row_is_complete(void **state)
{
	const struct pool_kind *kind;
	unsigned int n = 0;

	(void)state;
	for (; (kind = pool_kind_at(n)); n++) {
		assert_non_null(kind->name);
		assert_non_null(kind->judge_end);
		assert_non_null(kind->word_death);
		assert_true(!kind->task_shape == !kind->result_shape);
		assert_ptr_equal(pool_kind_named(kind->name), kind);
	}
	assert_true(n >= 1);
	assert_null(pool_kind_named("NoSuchPool"));
}

/* A shape names its kind; where two write the same, what else is known of the message decides. */
static void shapes_name_their_kind(void **state)
{
	static const struct {
		uint8_t task, result;
		uint16_t flags;
		const char *kind;
	} rows[] = {
		{SHAPE_POOL_TASK, SHAPE_POOL_RESULT, 0, "Pool"},
		{SHAPE_CALL, SHAPE_RESULT, 0, "ProcessPoolExecutor"},
		{SHAPE_CALL, SHAPE_RESULT, MSG_LOKY, "loky"},
		{SHAPE_BILLIARD_TASK, SHAPE_BILLIARD_READY, 0, "billiard"},
	};
	const struct proc by = {.pid = 1, .ppid = 2};
	struct frame_msg f = {.shape = SHAPE_OBJECT};
	struct model m = {0};

	(void)state;
	assert_null(pool_kind_of_task(&m, &f, &by));
	assert_null(pool_kind_of_result(&m, &f, &by));
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f.flags = rows[i].flags;
		f.shape = rows[i].task;
		assert_string_equal(pool_kind_of_task(&m, &f, &by)->name, rows[i].kind);
		assert_null(pool_kind_of_result(&m, &f, &by));
		f.shape = rows[i].result;
		assert_string_equal(pool_kind_of_result(&m, &f, &by)->name, rows[i].kind);
		assert_null(pool_kind_of_task(&m, &f, &by));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(shapes_name_their_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
