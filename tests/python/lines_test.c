/* SPDX-License-Identifier: GPL-2.0-only */
/* tests/python/lines/3.N is what lines.py printed under that version. */
#include "python/lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/python/line_facts.h"

static void check_version(unsigned int minor)
{
	struct line_facts sum = {0};
	char path[512], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/3.%u", LINES_DIR, minor);
	f = fopen(path, "r");
	assert_non_null(f);
	while (getline(&line, &size, f) > 0)
		assert_int_equal(line_facts_check(line, &sum), 0);
	fclose(f);
	free(line);
	assert_in_range(sum.codes, 13, 20);
	assert_true(sum.places > 500);
	assert_int_equal(sum.wrong, 0);
}

static void test_real_tables(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = 6; minor <= 13; minor++)
		check_version(minor);
}

static int at(uint32_t lines, const char *bytes, size_t len, int64_t lasti)
{
	struct line_table t = {
		.bytes = (const unsigned char *)bytes, .len = len, .lines = lines, .first = 10};
	int32_t line = -1;
	int r = lines_at(&t, lasti, &line);

	return r ? r : line;
}

static void test_before_the_first_instruction(void **state)
{
	(void)state;
	assert_int_equal(at(PY_LINES_LNOTAB, "\0\5", 2, -1), 10);
	assert_int_equal(at(PY_LINES_RANGES, "\4\5", 2, -1), 10);
	assert_int_equal(at(PY_LINES_POSITIONS, "\xe8\12", 2, -2), 10);
}

static void test_no_line(void **state)
{
	(void)state;
	assert_int_equal(at(PY_LINES_RANGES, "\4\1\4\x80\4\1", 6, 2), 11);
	assert_int_equal(at(PY_LINES_RANGES, "\4\1\4\x80\4\1", 6, 4), -ENODATA);
	assert_int_equal(at(PY_LINES_RANGES, "\4\1\4\x80\4\1", 6, 8), 12);
	assert_int_equal(at(PY_LINES_POSITIONS, "\xf8\xd8\1\1", 4, 0), -ENODATA);
	assert_int_equal(at(PY_LINES_POSITIONS, "\xf8\xd8\1\1", 4, 2), 11);
}

static void test_behind_the_end(void **state)
{
	(void)state;
	assert_int_equal(at(PY_LINES_LNOTAB, "\4\1", 2, 1000), 11);
	assert_int_equal(at(PY_LINES_LNOTAB, "", 0, 1000), 10);
	assert_int_equal(at(PY_LINES_RANGES, "\4\1", 2, 4), -ERANGE);
	assert_int_equal(at(PY_LINES_RANGES, "\4", 1, 0), -ERANGE);
	assert_int_equal(at(PY_LINES_POSITIONS, "", 0, 0), -ERANGE);
	assert_int_equal(at(PY_LINES_POSITIONS, "\xd8\1\1", 3, INT64_MAX), -ERANGE);
}

static void test_cut(void **state)
{
	struct line_table t = {.bytes = (const unsigned char *)"\4\1\4\1",
		.len = 4,
		.lines = PY_LINES_LNOTAB,
		.first = 10,
		.is_cut = true};
	int32_t line = -1;

	(void)state;
	assert_int_equal(lines_at(&t, 5, &line), 0);
	assert_int_equal(line, 11);
	assert_int_equal(lines_at(&t, 8, &line), -ERANGE);
	t.lines = PY_LINES_POSITIONS;
	t.bytes = (const unsigned char *)"\xe8\x7f";
	t.len = 2; /* in the middle of a number */
	assert_int_equal(lines_at(&t, 0, &line), -ERANGE);
}

static void test_impossible_lines(void **state)
{
	(void)state;
	assert_int_equal(at(PY_LINES_LNOTAB, "\0\x80\1\0", 4, 0), -EINVAL);
	assert_int_equal(at(PY_LINES_RANGES, "\0\x81\4\0", 4, 0), -EINVAL);
	/* a number that never ends, and one far too large */
	assert_int_equal(
		at(PY_LINES_POSITIONS, "\xe8\x7e\x7f\x7f\x7f\x7f\x7f\x7f\x7f", 9, 0), -EINVAL);
	assert_int_equal(at(PY_LINES_POSITIONS, "\xe8\x27", 2, 0), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_tables),
		cmocka_unit_test(test_before_the_first_instruction),
		cmocka_unit_test(test_no_line),
		cmocka_unit_test(test_behind_the_end),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_impossible_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
