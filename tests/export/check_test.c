/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/export/golden.h"

static const struct feature_row features[] = {
	{"process life", true, NULL, NULL},
	{"messages", false,
		"tasks, items, bytes and their times, which is most of what there is to see here",
		"sudo setcap cap_bpf,cap_perfmon+ep \"$(command -v pooltop)\""},
	{"kernel addresses", false, "the names of what a worker waits for in the kernel", NULL},
};

static const struct python_row pythons[] = {
	{"/usr/bin/python3.11", "3.11.2", true, NULL},
	{"/opt/na\033[31msty/python", NULL, false, "it may not be read"},
	{"/opt/python3.13t", "3.13.0", false, "it is free-threaded"},
};

static const struct check all = {
	.kernel = "6.1.0-13-amd64",
	.btf = true,
	.features = features,
	.features_count = 3,
	.pythons = pythons,
	.pythons_count = 3,
};

static void test_text(void **state)
{
	size_t len;
	char *text;

	(void)state;
	assert_int_equal(check_text(&all, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_null(strchr(text, '\033'));
	assert_true(golden_is("check.txt", text));
	free(text);
}

static void test_json(void **state)
{
	json_t *root, *row;
	size_t len;
	char *text;

	(void)state;
	assert_int_equal(check_json(&all, &text, &len), 0);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "kernel")), "6.1.0-13-amd64");
	assert_true(json_is_true(json_object_get(root, "btf")));
	assert_int_equal(json_array_size(json_object_get(root, "features")), 3);
	row = json_array_get(json_object_get(root, "features"), 1);
	assert_string_equal(json_string_value(json_object_get(row, "name")), "messages");
	assert_true(json_is_false(json_object_get(row, "ok")));
	assert_string_equal(json_string_value(json_object_get(row, "lost")), features[1].lost);
	assert_string_equal(json_string_value(json_object_get(row, "fix")), features[1].fix);
	row = json_array_get(json_object_get(root, "features"), 0);
	assert_true(json_is_null(json_object_get(row, "fix")));
	row = json_array_get(json_object_get(root, "pythons"), 1);
	assert_true(json_is_null(json_object_get(row, "version")));
	assert_null(strchr(json_string_value(json_object_get(row, "path")), '\033'));
	assert_string_equal(json_string_value(json_object_get(row, "why")), pythons[1].why);
	assert_true(json_is_false(json_object_get(row, "ok")));
	json_decref(root);
	free(text);
}

static void test_nothing_found(void **state)
{
	static const struct check none = {.kernel = "5.4.0"};
	size_t len;
	char *text;

	(void)state;
	assert_int_equal(check_text(&none, &text, &len), 0);
	assert_string_equal(text, "kernel   5.4.0              without BTF\n");
	free(text);
	assert_int_equal(check_json(&none, &text, &len), 0);
	assert_string_equal(text,
		"{\n \"kernel\": \"5.4.0\",\n \"btf\": false,\n \"features\": [],\n"
		" \"pythons\": []\n}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_nothing_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
