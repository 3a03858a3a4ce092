/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const char *const key_error[] = {"KeyError", "'x'", "Traceback"};

static void take_and_raise(
	struct story *t, const struct history_task *one, const char *const what[3])
{
	history_take(&t->h, &story_pipes, 101, one);
	history_wait(&t->h, HISTORY_MS);
	history_raise(&t->h, &story_pipes, 101, one, what);
}

static void fail_with(struct story *t, int32_t chunk, const char *func, const char *message)
{
	const char *const what[] = {"ValueError", message, "Traceback\n  x\nValueError"};
	struct history_task one = {.job = 1, .chunk = chunk, .func = func, .bytes_back = 9};

	history_send(&t->h, &story_pipes, &one);
	take_and_raise(t, &one, what);
	history_return(&t->h, &story_pipes, &one);
}

static void kinds_are_counted(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	fail_with(t, 0, "job.a", "no");
	fail_with(t, 1, "job.a", "no");
	fail_with(t, 2, "job.b", "no");
	fail_with(t, 3, "job.a", "other");
	p = story_pool(t);
	assert_int_equal(p->failures_count, 3);
	assert_int_equal(p->failures[0].count, 2);
	assert_string_equal(p->failures[0].exception, "ValueError");
	assert_string_equal(p->failures[0].message, "no");
	assert_string_equal(p->failures[0].traceback, "Traceback\n  x\nValueError");
	assert_string_equal(model_text(&t->s.model, p->failures[0].func, ""), "job.a");
	assert_string_equal(model_text(&t->s.model, p->failures[1].func, ""), "job.b");
	assert_int_equal(p->failures[0].key.chunk, 1);
	assert_int_equal(p->failures[0].pid, 101);
	assert_true(p->failures[0].first_ns < p->failures[0].t_ns);
	assert_int_equal(p->totals.failed, 4);
	assert_int_equal(p->totals.done, 4);
	assert_int_equal(p->jobs[0].failed, 4);
}

/* The parent read the result before the worker's write was seen to end. */
static void function_is_known_though_the_task_is_gone(void **state)
{
	struct story *t = *state;
	struct history_task one = {.job = 1, .chunk = 5, .func = "job.a"};

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 101, &one);
	history_return(&t->h, &story_pipes, &one);
	history_raise(&t->h, &story_pipes, 101, &one, key_error);
	assert_int_equal(story_pool(t)->tasks_count, 0);
	assert_string_equal(model_text(&t->s.model, story_pool(t)->failures[0].func, ""), "job.a");
}

static void send(struct story *t, int32_t chunk, const char *func)
{
	struct history_task one = {.job = 1, .chunk = chunk, .func = func};

	history_send(&t->h, &story_pipes, &one);
	history_return(&t->h, &story_pipes, &one);
}

/* Only the end of the parent's write says the function, and the worker was faster. */
static void functions_may_be_known_last(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	fail_with(t, 0, "job.a", "no");
	for (int i = 1; i < 5; i++)
		take_and_raise(t, &(struct history_task){.job = 1, .chunk = i}, key_error);
	p = story_pool(t);
	assert_int_equal(p->failures_count, 5);
	send(t, 2, "job.a");
	send(t, 1, "job.a");
	send(t, 3, "job.b");
	p = story_pool(t);
	assert_int_equal(p->failures_count, 4);
	assert_int_equal(p->failures[1].count, 2);
	assert_int_equal(p->failures[1].key.chunk, 2);
	assert_true(p->failures[1].first_ns < p->failures[1].t_ns);
	assert_string_equal(model_text(&t->s.model, p->failures[1].func, ""), "job.a");
	assert_string_equal(model_text(&t->s.model, p->failures[2].func, ""), "job.b");
	assert_int_equal(p->failures[3].func, 0);
	send(t, 4, "job.b");
	p = story_pool(t);
	assert_int_equal(p->failures_count, 3);
	assert_int_equal(p->failures[2].count, 2);
	assert_int_equal(p->totals.failed, 5);
	assert_int_equal(p->totals.returned, 5);
}

static void texts_are_cleaned(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	fail_with(t, 0, "job.a\033[31m", "\033]0;title\a\xff");
	assert_string_equal(story_pool(t)->failures[0].message, "?]0;title??");
	assert_string_equal(
		model_text(&t->s.model, story_pool(t)->failures[0].func, ""), "job.a?[31m");
}

static void kinds_are_bounded(void **state)
{
	struct story *t = *state;
	char message[32];
	const struct pool *p;

	story_start(t, 1);
	for (int i = 0; i < MODEL_FAILURES + 7; i++) {
		snprintf(message, sizeof(message), "row %d", i);
		fail_with(t, i, "job.a", message);
	}
	p = story_pool(t);
	assert_int_equal(p->failures_count, MODEL_FAILURES);
	assert_int_equal(t->s.model.dropped.failures, 7);
	assert_int_equal(p->totals.failed, MODEL_FAILURES + 7);
}

/* One event a tick, so that deaths stay among the events. */
static void storm_is_one_event_a_tick(void **state)
{
	struct story *t = *state;
	uint32_t before;

	story_start(t, 1);
	before = t->s.model.events_count;
	for (int i = 0; i < 50; i++)
		fail_with(t, i, "job.a", "no");
	story_tell(t);
	assert_int_equal(t->s.model.events_count, before + 1);
	history_ticks(&t->h, 1);
	fail_with(t, 50, "job.a", "no");
	story_tell(t);
	assert_int_equal(t->s.model.events_count, before + 2);
	assert_int_equal(model_event(&t->s.model, before + 1)->kind, EVENT_FAILURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(kinds_are_counted),
		STORY(function_is_known_though_the_task_is_gone),
		STORY(functions_may_be_known_last),
		STORY(texts_are_cleaned),
		STORY(kinds_are_bounded),
		STORY(storm_is_one_event_a_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
