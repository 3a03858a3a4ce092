/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/series.h"

static void sums_between_ticks(void **state)
{
	struct series s = {0};

	(void)state;
	assert_int_equal(series_at(&s, 0), 0);
	assert_int_equal(series_max(&s, SERIES_LEN), 0);
	series_add(&s, 3);
	series_add(&s, 4);
	assert_int_equal(series_at(&s, 0), 0);
	series_close(&s);
	series_close(&s);
	assert_int_equal(series_at(&s, 0), 0);
	assert_int_equal(series_at(&s, 1), 7);
	assert_int_equal(series_at(&s, 2), 0);
	assert_int_equal(s.open, 0);
}

static void keeps_the_newest(void **state)
{
	struct series s = {0};

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		series_add(&s, i);
		series_close(&s);
	}
	assert_int_equal(s.count, SERIES_LEN);
	for (uint32_t back = 0; back < SERIES_LEN; back++)
		assert_int_equal(series_at(&s, back), 999 - back);
	assert_int_equal(series_at(&s, SERIES_LEN), 0);
	assert_int_equal(series_at(&s, UINT32_MAX), 0);
}

static void finds_the_largest_of_the_newest(void **state)
{
	static const uint64_t values[] = {9, 2, 5, 1};
	struct series s = {0};

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		series_add(&s, values[i]);
		series_close(&s);
	}
	assert_int_equal(series_max(&s, 0), 0);
	assert_int_equal(series_max(&s, 1), 1);
	assert_int_equal(series_max(&s, 3), 5);
	assert_int_equal(series_max(&s, 4), 9);
	assert_int_equal(series_max(&s, UINT32_MAX), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_between_ticks),
		cmocka_unit_test(keeps_the_newest),
		cmocka_unit_test(finds_the_largest_of_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
