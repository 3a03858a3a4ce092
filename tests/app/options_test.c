/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/options.h"

static int run_nothing(const struct options *o, struct err *err)
{
	(void)o, (void)err;
	return 0;
}

const struct command commands[] = {
	{"", "[PID]", "", "ac1Swib", run_nothing},
	{"run", "-- CMD", "", "o1", run_nothing},
	{"record", "", "", "odk", run_nothing},
	{"report", "FILE|PID", "", "dj", run_nothing},
	{0},
};

enum { WORDS = 12 };

/* Splits a line at blanks, as a shell would without quotes. */
static int read_line(
	const char *line, const struct command **ret_command, struct options *ret, struct err *err)
{
	static char copy[256];
	static char *argv[WORDS + 1];
	int argc = 0;

	memset(err, 0, sizeof(*err));
	memset(argv, 0, sizeof(argv));
	strncpy(copy, line, sizeof(copy) - 1);
	for (char *at = strtok(copy, " "); at && argc < WORDS; at = strtok(NULL, " "))
		argv[argc++] = at;
	return options_read(argc, argv, ret_command, ret, err);
}

static void test_the_dashboard_needs_no_word(void **state)
{
	const struct command *c;
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(read_line("pooltop", &c, &o, &err), 0);
	assert_string_equal(c->name, "");
	assert_int_equal(o.args_count, 0);
	assert_int_equal(o.interval_ms, 1000);
	assert_int_equal(read_line("pooltop 4242 --once --size 80x24", &c, &o, &err), 0);
	assert_string_equal(c->name, "");
	assert_int_equal(o.args_count, 1);
	assert_string_equal(o.args[0], "4242");
	assert_true(o.once);
	assert_int_equal(o.columns, 80);
	assert_int_equal(o.rows, 24);
}

static void test_options_stand_anywhere(void **state)
{
	const struct command *c;
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(read_line("pooltop report x.ptop --json --duration 2m", &c, &o, &err), 0);
	assert_string_equal(c->name, "report");
	assert_true(o.json);
	assert_true(o.duration_ns == 120000000000ull);
	assert_int_equal(o.args_count, 1);
	assert_string_equal(o.args[0], "x.ptop");
	assert_int_equal(read_line("pooltop --json --duration 2m report x.ptop", &c, &o, &err), 0);
	assert_string_equal(c->name, "report");
	assert_true(o.json);
	assert_true(o.duration_ns == 120000000000ull);
	assert_int_equal(o.args_count, 1);
	assert_string_equal(o.args[0], "x.ptop");
	assert_int_equal(read_line("pooltop -o run run -- report", &c, &o, &err), 0);
	assert_string_equal(c->name, "run");
	assert_string_equal(o.output, "run");
	assert_int_equal(o.args_count, 1);
	assert_string_equal(o.args[0], "report");
}

static void test_a_command_keeps_its_own_options(void **state)
{
	const struct command *c;
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(read_line("pooltop run -o f -- python3 x.py --once -v", &c, &o, &err), 0);
	assert_string_equal(c->name, "run");
	assert_string_equal(o.output, "f");
	assert_false(o.once);
	assert_int_equal(o.args_count, 4);
	assert_string_equal(o.args[0], "python3");
	assert_string_equal(o.args[2], "--once");
	assert_string_equal(o.args[-1], "--");
	assert_int_equal(read_line("pooltop record -- run.py -j", &c, &o, &err), 0);
	assert_int_equal(o.args_count, 2);
	assert_string_equal(o.args[1], "-j");
}

static void test_keep_takes_both(void **state)
{
	const struct command *c;
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(read_line("pooltop record --keep 2h,1G", &c, &o, &err), 0);
	assert_true(o.keep_ns == 7200000000000ull);
	assert_true(o.keep_bytes == 1ull << 30);
}

static void test_bad_input_is_one_line(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{"pooltop --nonsense", "--nonsense"},
		{"pooltop -x", "-x"},
		{"pooltop frobnicate", "frobnicate"},
		{"pooltop --size 80", "--size 80"},
		{"pooltop --size 80x24x3", "--size"},
		{"pooltop --size 1x1", "--size"},
		{"pooltop --interval 5", "100 to 10000"},
		{"pooltop --interval", "--interval"},
		{"pooltop record --duration -5", "--duration"},
		{"pooltop record --duration nan", "--duration"},
		{"pooltop record --keep 2q", "--keep"},
		{"pooltop record --json", "--json"},
		{"pooltop report --once x", "--once"},
	};
	const struct command *c;
	struct options o;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(read_line(rows[i].line, &c, &o, &err) < 0);
		assert_int_equal(err.class, ERR_USAGE);
		assert_non_null(strstr(err.text, rows[i].says));
		assert_null(strchr(err.text, '\n'));
	}
}

static void test_process_ids(void **state)
{
	uint32_t pid = 7;
	struct err err;

	(void)state;
	assert_int_equal(options_pid("4242", &pid, &err), 0);
	assert_int_equal(pid, 4242);
	assert_true(options_pid("0", &pid, &err) < 0);
	assert_true(options_pid("-1", &pid, &err) < 0);
	assert_true(options_pid("12a", &pid, &err) < 0);
	assert_true(options_pid("99999999999999999999", &pid, &err) < 0);
	assert_int_equal(pid, 4242);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_dashboard_needs_no_word),
		cmocka_unit_test(test_options_stand_anywhere),
		cmocka_unit_test(test_a_command_keeps_its_own_options),
		cmocka_unit_test(test_keep_takes_both),
		cmocka_unit_test(test_bad_input_is_one_line),
		cmocka_unit_test(test_process_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
