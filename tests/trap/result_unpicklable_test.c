/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct finding *found(struct story *t, unsigned int ticks)
{
	history_ticks(&t->h, ticks);
	return story_finding(story_pool(t), "result-unpicklable");
}

static void fail_with(struct story *t, int64_t job, uint32_t flags, const char *const what[3])
{
	struct history_task one = {.job = job, .chunk = 0, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 102, &one);
	t->h.fail_flags = flags;
	history_raise(&t->h, &story_pipes, 102, &one, what);
	history_return(&t->h, &story_pipes, &one);
	t->h.fail_flags = 0;
}

static void fires_for_what_pool_could_not_send(void **state)
{
	static const char *const what[] = {"multiprocessing.pool.MaybeEncodingError",
		"Error sending result: '<lambda>'.\nReason: it is one", ""};
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	for (int i = 0; i < 3; i++)
		fail_with(t, i, MSG_ENCODING, what);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text,
		"etl.load returned what cannot be pickled 3 times: Error sending result: "
		"'<lambda>'. Reason: it is one");
	assert_non_null(strstr(f->advice, "task 2 in worker 102"));
	assert_null(story_finding(story_pool(t), "task-failed"));
}

/* An executor's worker sends the pickler's error like any other; its traceback tells. */
static void fires_for_an_executors_result(void **state)
{
	static const char *const what[] = {"TypeError", "cannot pickle '_thread.lock' object",
		("Traceback (most recent call last):\n  File \"process.py\", line 198, in "
		 "_sendback_result\n")};
	struct story *t = *state;

	story_start(t, 2);
	fail_with(t, 1, 0, what);
	assert_non_null(found(t, 1));
}

/* Near miss: the task itself raised the pickler's error. */
static void quiet_when_the_task_pickles(void **state)
{
	static const char *const what[] = {"TypeError", "cannot pickle '_thread.lock' object",
		"Traceback (most recent call last):\n  File \"job.py\", line 9, in save\n"};
	struct story *t = *state;

	story_start(t, 2);
	fail_with(t, 1, 0, what);
	assert_null(found(t, 1));
	assert_non_null(story_finding(story_pool(t), "task-failed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_what_pool_could_not_send),
		STORY(fires_for_an_executors_result),
		STORY(quiet_when_the_task_pickles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
