/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {.job = 17, .chunk = 198, .func = "etl.transform"};

static void fires_when_a_task_goes_with_its_worker(void **state)
{
	struct story *t = *state;
	struct history_task other = task;
	const struct finding *f;
	uint64_t lost_ns;

	story_start(t, 3);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_kill(&t->h, 102, 9, 77, "bash");
	lost_ns = t->h.now_ns;
	history_ticks(&t->h, 1);
	f = story_finding(story_pool(t), "lost-task");
	assert_string_equal(f->text, "task 17/198 of etl.transform went with worker 102: its "
				     "caller will wait for ever");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_int_equal(f->since_ns, lost_ns);
	other.chunk = 199;
	history_send(&t->h, &story_pipes, &other);
	history_take(&t->h, &story_pipes, 103, &other);
	history_exit(&t->h, 103, 3 << 8);
	history_ticks(&t->h, 3);
	f = story_finding(story_pool(t), "lost-task");
	assert_non_null(strstr(f->text, "task 17/199"));
	assert_non_null(strstr(f->text, "2 tasks are lost"));
	assert_int_equal(f->since_ns, lost_ns);
}

/* It stays in the report of a pool that is gone, and says that the waiting is over. */
static void stays_after_the_end(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_kill(&t->h, 102, 9, 77, "bash");
	history_exit(&t->h, 100, 1 << 8);
	history_ticks(&t->h, 5);
	f = story_finding(story_pool(t), "lost-task");
	assert_non_null(f);
	assert_non_null(strstr(f->text, "waited for it to the end"));
}

/* Near miss: the worker died a moment after its answer. */
static void quiet_when_the_answer_was_out(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_done(&t->h, &story_pipes, 102, &task);
	history_kill(&t->h, 102, 9, 77, "bash");
	history_ticks(&t->h, 3);
	assert_null(story_finding(story_pool(t), "lost-task"));
	assert_int_equal(story_pool(t)->totals.lost, 0);
	assert_int_equal(pool_in_flight(story_pool(t)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_a_task_goes_with_its_worker),
		STORY(stays_after_the_end),
		STORY(quiet_when_the_answer_was_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
