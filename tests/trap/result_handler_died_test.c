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
	return story_finding(story_pool(t), "result-handler-died");
}

/* At a tick so soon that it is not sure yet. */
static const struct finding *found_soon(struct story *t)
{
	history_wait(&t->h, 400 * HISTORY_MS);
	history_tick(&t->h);
	return found(t, 0);
}

static void send(struct story *t, int64_t job)
{
	struct history_task one = {.job = job, .chunk = 0, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_run(&t->h, &story_pipes, 101, &one, HISTORY_MS);
}

static void fires_when_the_reader_of_results_ends(void **state)
{
	struct history_task next = {.job = 8, .chunk = 0, .func = "etl.load"};
	struct story *t = *state;
	const struct finding *f;
	uint64_t gone_ns;

	story_start(t, 2);
	send(t, 7);
	gone_ns = t->h.now_ns;
	history_thread_exit(&t->h, 100, 141, story_pipes.result_ino);
	history_send(&t->h, &story_pipes, &next);
	assert_null(found_soon(t)); /* it may be about to be closed */
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_int_equal(f->since_ns, gone_ns);
	assert_string_equal(f->text,
		"the parent's thread that reads results ended right after that of task 7/0 of "
		"etl.load: nothing returns any more, 1 tasks wait for ever");
}

/* Near miss: it ends since the pool was closed. */
static void quiet_when_the_pool_is_closed(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	send(t, 7);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_thread_exit(&t->h, 100, 141, story_pipes.result_ino);
	assert_null(found(t, 3));
}

/* Near miss: terminate() told the thread to end, and it did before the sentinel was written. */
static void quiet_when_it_was_quicker_than_the_sentinel(void **state)
{
	struct history_task next = {.job = 8, .chunk = 0, .func = "etl.load"};
	struct story *t = *state;

	story_start(t, 2);
	send(t, 7);
	history_send(&t->h, &story_pipes, &next);
	history_thread_exit(&t->h, 100, 141, story_pipes.result_ino);
	assert_null(found_soon(t));
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	assert_null(found(t, 10));
}

/* Near miss: another thread of the parent, that read from another pipe. */
static void quiet_for_other_threads(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_thread_exit(&t->h, 100, 142, 5003);
	assert_null(found(t, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_the_reader_of_results_ends),
		STORY(quiet_when_the_pool_is_closed),
		STORY(quiet_when_it_was_quicker_than_the_sentinel),
		STORY(quiet_for_other_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
