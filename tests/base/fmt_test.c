/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"

struct row {
	uint64_t n;
	const char *text;
};

#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

static const struct row durations[] = {
	{0, "0 ns"},
	{940, "940 ns"},
	{999, "999 ns"},
	{1000, "1.0 µs"},
	{12340, "12.3 µs"},
	{99949, "99.9 µs"},
	{99950, "100 µs"},
	{999499, "999 µs"},
	{999500, "1.0 ms"},
	{4100000, "4.1 ms"},
	{310 * MS, "310 ms"},
	{999 * MS + 499999, "999 ms"},
	{999 * MS + 500000, "1.00 s"},
	{1200 * MS, "1.20 s"},
	{9600 * MS, "9.60 s"},
	{9994 * MS, "9.99 s"},
	{9995 * MS, "10.0 s"},
	{12200 * MS, "12.2 s"},
	{59949 * MS, "59.9 s"},
	{59950 * MS, "1m 00s"},
	{200 * S, "3m 20s"},
	{3599 * S + 999 * MS, "59m 59s"},
	{7500 * S, "2h 05m"},
	{86399 * S, "23h 59m"},
	{(3 * 24 + 4) * 3600 * S, "3d 04h"},
	{UINT64_MAX, "213503d 23h"},
};

static const struct row sizes[] = {
	{0, "0 B"},
	{812, "812 B"},
	{1023, "1023 B"},
	{1024, "1.0 KiB"},
	{4096, "4.0 KiB"},
	{102348, "99.9 KiB"},
	{102349, "100 KiB"},
	{1048063, "1023 KiB"},
	{1048064, "1.0 MiB"},
	{UINT64_C(1288490189), "1.2 GiB"},
	{UINT64_C(1) << 40, "1.0 TiB"},
	{UINT64_C(3) << 50, "3.0 PiB"},
	{UINT64_MAX, "16.0 EiB"},
};

static const struct row counts[] = {
	{0, "0"},
	{999, "999"},
	{1204, "1,204"},
	{100000, "100,000"},
	{1234567, "1,234,567"},
	{UINT64_MAX, "18,446,744,073,709,551,615"},
};

static void check(const struct row *rows, size_t n, char *(*fmt)(char *, uint64_t))
{
	for (size_t i = 0; i < n; i++) {
		char buf[FMT_MAX];

		memset(buf, 'x', sizeof(buf));
		assert_ptr_equal(fmt(buf, rows[i].n), buf);
		assert_string_equal(buf, rows[i].text);
	}
}

static void writes_durations(void **state)
{
	(void)state;
	check(durations, sizeof(durations) / sizeof(durations[0]), fmt_duration);
}

static void writes_bytes(void **state)
{
	(void)state;
	check(sizes, sizeof(sizes) / sizeof(sizes[0]), fmt_bytes);
}

static void writes_counts(void **state)
{
	(void)state;
	check(counts, sizeof(counts) / sizeof(counts[0]), fmt_count);
}

static void writes_percents(void **state)
{
	char buf[FMT_MAX];

	(void)state;
	assert_string_equal(fmt_percent(buf, 0.81), "81%");
	assert_string_equal(fmt_percent(buf, 0.004), "0.4%");
	assert_string_equal(fmt_percent(buf, 0.0994), "9.9%");
	assert_string_equal(fmt_percent(buf, 0.0999), "10%");
	assert_string_equal(fmt_percent(buf, 1), "100%");
	assert_string_equal(fmt_percent(buf, 2.5), "250%");
	assert_string_equal(fmt_percent(buf, 0), "0.0%");
	assert_string_equal(fmt_percent(buf, -1), "0.0%");
	assert_string_equal(fmt_percent(buf, 0.0 / 0.0), "0.0%");
	assert_string_equal(fmt_percent(buf, 1e300), "1000000000%");
}

static void makes_whole_numbers(void **state)
{
	(void)state;
	assert_true(fmt_whole(1203.9) == 1203);
	assert_true(fmt_whole(-0.5) == 0);
	assert_true(fmt_whole(0.0 / 0.0) == 0);
	assert_true(fmt_whole(9.3e18) == UINT64_C(9300000000000000000));
	assert_true(fmt_whole((double)UINT64_MAX) == UINT64_MAX);
	assert_true(fmt_whole(1e300) == UINT64_MAX);
}

static void writes_local_time(void **state)
{
	const uint64_t wall_ns = UINT64_C(1795529531) * S + 999 * MS;
	char buf[FMT_MAX];

	(void)state;
	setenv("TZ", "UTC-2", 1); /* two hours east */
	tzset();
	assert_string_equal(fmt_wall(buf, wall_ns, 0), "16:12:11");
	assert_string_equal(fmt_wall(buf, wall_ns, 1), "2026-11-24 16:12:11");
	assert_string_equal(fmt_wall(buf, UINT64_MAX, 0), "01:34:33");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_durations),
		cmocka_unit_test(writes_bytes),
		cmocka_unit_test(writes_counts),
		cmocka_unit_test(writes_percents),
		cmocka_unit_test(makes_whole_numbers),
		cmocka_unit_test(writes_local_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
