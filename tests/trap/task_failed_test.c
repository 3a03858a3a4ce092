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

static void numbers_make_no_kinds(void **state)
{
	static const char *const rows[] = {"bad row 17", "bad row 1,800.5"};
	static const char *const places[] = {
		"no <A at 0x7f01>", "no <A at 0x7FFE2a>", "no <B at 0x7f01>"};
	struct story *t = *state;
	const struct pool *p;
	uint64_t first_ns;
	int32_t chunk = 0;

	story_start(t, 2);
	first_ns = t->h.now_ns;
	fail_with(t, chunk++, "ValueError", "bad row 17");
	fail_with(t, chunk++, "KeyError", "bad row 17");
	for (int i = 0; i < 40; i++)
		fail_with(t, chunk++, "ValueError", rows[i % 3 == 0]);
	for (int i = 0; i < 9; i++)
		fail_with(t, chunk++, "TypeError", places[i % 3]);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->findings_count, 4);
	assert_string_equal(p->findings[0].text, "etl.load raised ValueError 41 times, in 2 "
						 "messages that differ in numbers: bad row 17");
	assert_int_equal(p->findings[0].since_ns, first_ns);
	assert_string_equal(p->findings[1].text,
		"etl.load raised TypeError 6 times, in 2 messages that differ in numbers: "
		"no <A at 0x7f01>");
	assert_string_equal(
		p->findings[2].text, "etl.load raised TypeError 3 times: no <B at 0x7f01>");
	assert_string_equal(p->findings[3].text, "etl.load raised KeyError: bad row 17");
}

static void signs_are_of_numbers_and_blanks_are_not(void **state)
{
	static const char *const rows[] = {
		"at -3", "at 4", "at 5 ", "at A-6", "at A7", "x=-1", "x=2"};
	struct story *t = *state;
	int32_t chunk = 0;

	story_start(t, 2);
	for (int i = 0; i < 7; i++)
		fail_with(t, chunk++, "ValueError", rows[i]);
	history_ticks(&t->h, 1);
	assert_int_equal(story_pool(t)->findings_count, 5);
	assert_non_null(strstr(story_pool(t)->findings[0].text, "2 messages"));
	assert_non_null(strstr(story_pool(t)->findings[1].text, "2 messages"));
}

static void quiet_when_nothing_raises(void **state)
{
	struct history_task one = {.job = 3, .chunk = 0, .func = "etl.load"};
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
		STORY(numbers_make_no_kinds),
		STORY(signs_are_of_numbers_and_blanks_are_not),
		STORY(quiet_when_nothing_raises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
