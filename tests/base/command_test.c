/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/command.h"

static const struct {
	const char *command, *shown, *program;
} rows[] = {
	{"/usr/bin/python3 -u /srv/etl.py --password x", "etl.py --password x", "etl.py"},
	{"python3.11 -m jobs.etl --all", "-m jobs.etl --all", "-m jobs.etl"},
	{"python -m jobs", "-m jobs", "-m jobs"},
	{"python -m", "-m", "-m"},
	{"pypy3 -c import x; x.y()", "-c import x; x.y()", "-c"},
	{"/opt/app/bin/serve --path /a/b", "serve --path /a/b", "serve"},
	{"python3", "python3", "python3"},
	{"python3 -u", "-u", "-u"},
	{"", "", ""},
	{"   ", "   ", ""},
};

static void short_names(void **state)
{
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(command_short(rows[i].command), rows[i].shown);
		assert_string_equal(
			command_program(buf, sizeof(buf), rows[i].command), rows[i].program);
	}
}

static void what_is_too_long_is_cut(void **state)
{
	char buf[5];

	(void)state;
	assert_string_equal(command_program(buf, sizeof(buf), "/srv/transform.py -x"), "tran");
	assert_string_equal(command_program(buf, 1, "/srv/transform.py -x"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_names),
		cmocka_unit_test(what_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
