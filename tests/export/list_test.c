/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/export/keys.h"
#include "tests/export/stories.h"

static void assert_text(const struct model *m, const char *want)
{
	size_t len = 0;
	char *text;

	assert_int_equal(list_text(m, &text, &len), 0);
	assert_string_equal(text, want);
	assert_int_equal(len, strlen(want));
	free(text);
}

static void test_text(void **state)
{
	struct session s;

	(void)state;
	story_lively(&s);
	assert_int_equal(list_count(&s.model), 1);
	assert_text(&s.model, " PID  KIND  WORKERS  START  PYTHON  STATE  USER  COMMAND\n"
			      "4242  Pool        4  fork   3.11.7  busy   etl   "
			      "python3 etl.py --all\n");
	session_release(&s);
}

static void test_unknown(void **state)
{
	struct session s;
	struct pool *p;

	(void)state;
	story_lively(&s);
	p = &s.model.pools[0];
	p->kind = "ProcessPoolExecutor";
	p->command = p->python = p->user = 0;
	p->start_method = START_UNKNOWN;
	assert_text(&s.model,
		" PID  KIND                 WORKERS  START  PYTHON  STATE  USER  "
		"COMMAND\n"
		"4242  ProcessPoolExecutor        4  ?      ?       busy   ?     ?\n");
	session_release(&s);
}

static void test_gone(void **state)
{
	struct session s;
	size_t len;
	char *text;

	(void)state;
	story_lively(&s);
	s.model.pools[0].state = POOL_GONE;
	assert_int_equal(list_count(&s.model), 0);
	assert_text(&s.model, "no process pool is running here\n");
	assert_int_equal(list_json(&s.model, &text, &len), 0);
	assert_string_equal(text, "{\n \"pools\": []\n}\n");
	free(text);
	session_release(&s);
}

static void test_json(void **state)
{
	static const char *const keys[] = {"pools[].pid", "pools[].kind", "pools[].command",
		"pools[].python", "pools[].start_method", "pools[].workers", "pools[].state",
		"pools[].user", "pools[].cgroup", NULL};
	struct session s;
	json_t *root;
	size_t len;
	char *text;

	(void)state;
	story_lively(&s);
	assert_int_equal(list_json(&s.model, &text, &len), 0);
	root = json_loads(text, 0, NULL);
	assert_true(has_keys(root, keys));
	assert_int_equal(json_integer_value(value_at(root, "pools.0.pid")), 4242);
	assert_int_equal(json_integer_value(value_at(root, "pools.0.workers")), 4);
	assert_string_equal(json_string_value(value_at(root, "pools.0.user")), "etl");
	json_decref(root);
	free(text);
	session_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
