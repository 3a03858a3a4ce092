/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void fail_with(struct story *t, int32_t chunk, const char *type, const char *message)
{
	const char *const what[] = {type, message, "Traceback"};
	struct history_task one = {.job = 3, .chunk = chunk, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 102, &one);
	history_raise(&t->h, &story_pipes, 102, &one, what);
	history_return(&t->h, &story_pipes, &one);
}

static void fires_by_kind_most_frequent_first(void **state)
{
	struct story *t = *state;
	const struct pool *p;
	uint64_t first_ns;

	story_start(t, 2);
	fail_with(t, 0, "KeyError", "'x'");
	first_ns = t->h.now_ns;
	history_wait(&t->h, HISTORY_MS);
	for (int i = 1; i < 13; i++)
		fail_with(t, i, "ValueError", "bad row 17\nand more");
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->findings_count, 2);
	assert_string_equal(p->findings[0].id, "task-failed");
	assert_string_equal(
		p->findings[0].text, "etl.load raised ValueError 12 times: bad row 17 and more");
	assert_string_equal(p->findings[1].text, "etl.load raised KeyError: 'x'");
	assert_int_equal(p->findings[1].since_ns, first_ns);
	assert_int_equal(p->findings[0].severity, SEVERITY_WARNING);
	assert_non_null(strstr(p->findings[0].advice, "task 3"));
}

static void many_kinds_are_the_five_most_frequent(void **state)
{
	char type[] = "ErrorA";
	struct story *t = *state;
	int32_t chunk = 0;
	const struct pool *p;

	story_start(t, 2);
	for (int kind = 0; kind < 9; kind++) {
		type[5] = (char)('A' + kind);
		for (int i = 0; i < 1 + kind * 5 % 9; i++)
			fail_with(t, chunk++, type, "");
	}
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->findings_count, 5);
	assert_string_equal(p->findings[0].text, "etl.load raised ErrorH 9 times");
	assert_string_equal(p->findings[1].text, "etl.load raised ErrorF 8 times");
	assert_string_equal(p->findings[3].text, "etl.load raised ErrorB 6 times");
}

static void quiet_when_nothing_raises(void **state)
{
	struct history_task one = {.job = 3, .chunk = 1, .func = "etl.load"};
	struct story *t = *state;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &one);
	history_run(&t->h, &story_pipes, 102, &one, HISTORY_MS);
	history_ticks(&t->h, 2);
	assert_int_equal(story_pool(t)->findings_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_by_kind_most_frequent_first),
		STORY(many_kinds_are_the_five_most_frequent),
		STORY(quiet_when_nothing_raises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
