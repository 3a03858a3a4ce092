/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {.job = 1, .chunk = 2, .func = "job.work"};

static const struct finding *after_ticks(struct story *t, unsigned int n)
{
	history_ticks(&t->h, n);
	return story_finding(story_pool(t), "queue-lock-lost");
}

/* 101 waits in the read of the task pipe, and so has the lock. */
static void fires_when_the_reader_is_killed(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 3);
	history_kill(&t->h, 101, 9, 77, "bash");
	history_send(&t->h, &story_pipes, &task);
	f = after_ticks(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"101 was killed while it waited for a task, holding the task queue's lock: the "
		"other 2 workers wait for that lock, 1 task will never be taken");
	assert_non_null(after_ticks(t, 3));
	assert_true(&story_pool(t)->findings[0] == story_finding(story_pool(t), "queue-lock-lost"));
}

/* SIGTERM by the parent itself is no death, but the lock is as lost. */
static void fires_for_a_terminated_reader_too(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_kill(&t->h, 101, 15, 100, "python3");
	assert_non_null(after_ticks(t, 1));
	assert_int_equal(story_pool(t)->deaths_count, 0);
}

/* Near miss: an idle worker that waits for the lock, not for a task. */
static void quiet_when_a_waiter_is_killed(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_kill(&t->h, 102, 9, 77, "bash");
	assert_null(after_ticks(t, 2));
}

/* Near miss: the pool is being closed, and nobody needs that lock. */
static void quiet_when_the_pool_is_closing(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_kill(&t->h, 101, 15, 100, "python3");
	assert_null(after_ticks(t, 2));
}

/* Near miss: it exited by itself out of that read (the end of the pipe). */
static void quiet_when_the_reader_exits(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_exit(&t->h, 101, 0);
	assert_null(after_ticks(t, 2));
}

static void ends_when_a_task_is_taken(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_kill(&t->h, 101, 9, 77, "bash");
	assert_non_null(after_ticks(t, 1));
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	assert_null(after_ticks(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_the_reader_is_killed),
		STORY(fires_for_a_terminated_reader_too),
		STORY(quiet_when_a_waiter_is_killed),
		STORY(quiet_when_the_pool_is_closing),
		STORY(quiet_when_the_reader_exits),
		STORY(ends_when_a_task_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
