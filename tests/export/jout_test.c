/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/jout.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_values(void **state)
{
	struct jout j = {0};
	json_t *o = jout_object(&j);
	json_t *list = jout_array(&j);
	size_t len = 0;
	char *text;

	(void)state;
	jout_uint(&j, o, "n", 7);
	jout_uint(&j, o, "huge", UINT64_MAX);
	jout_uint_if(&j, o, "unknown", false, 7);
	jout_uint_if(&j, o, "zero", true, 0);
	jout_int(&j, o, "minus", -1);
	jout_bool(&j, o, "yes", true);
	jout_number(&j, o, "whole", 3.0);
	jout_number(&j, o, "part", 0.25);
	jout_number(&j, o, "nan", NAN);
	jout_number(&j, o, "inf", INFINITY);
	jout_text(&j, o, "text", "a \"b\"\n\xc2\xb5");
	jout_text(&j, o, "none", NULL);
	jout_text(&j, o, "cut", "ab\xc2");
	jout_push(&j, list, json_integer(1));
	jout_put(&j, o, "list", list);
	assert_int_equal(jout_dump(&j, o, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, "{\n \"n\": 7,\n \"huge\": 9223372036854775807,\n"
				  " \"unknown\": null,\n \"zero\": 0,\n \"minus\": -1,\n"
				  " \"yes\": true,\n \"whole\": 3,\n \"part\": 0.25,\n"
				  " \"nan\": null,\n \"inf\": null,\n"
				  " \"text\": \"a \\\"b\\\"\\n\xc2\xb5\",\n \"none\": null,\n"
				  " \"cut\": \"ab?\",\n \"list\": [\n  1\n ]\n}\n");
	free(text);
}

static void test_no_memory(void **state)
{
	struct jout j = {0};
	json_t *o = jout_object(&j);
	size_t len = 3;
	char *text = NULL;

	(void)state;
	jout_put(&j, o, "lost", NULL);
	assert_true(j.failed);
	assert_int_equal(jout_dump(&j, o, &text, &len), -ENOMEM);
	assert_null(text);
	assert_int_equal(len, 3);

	j.failed = false;
	jout_uint(&j, NULL, "no object", 1);
	assert_int_equal(jout_dump(&j, NULL, &text, &len), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
