/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"

static void grows(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_printf(&b, "%03d,", i), 0);
	assert_int_equal(b.len, 4000);
	assert_int_equal(strlen(b.data), 4000);
	assert_memory_equal(b.data, "000,001,", 8);
	assert_string_equal(b.data + 3996, "999,");
	assert_false(b.is_short);
	buf_release(&b);
	assert_null(b.data);
}

static void takes_any_bytes(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_int_equal(buf_add(&b, "a\0b", 3), 0);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_drop(&b, 1);
	assert_int_equal(b.len, 2);
	assert_memory_equal(b.data, "\0b", 3);
	buf_drop(&b, 10);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void remembers_what_did_not_get_in(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(buf_add(&b, "x", 1), 0);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 10), -ENOMEM);
	assert_true(b.is_short);
	assert_string_equal(b.data, "x");
	buf_release(&b);
	assert_false(b.is_short);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(takes_any_bytes),
		cmocka_unit_test(remembers_what_did_not_get_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
