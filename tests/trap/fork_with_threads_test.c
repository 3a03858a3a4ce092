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
	return story_finding(story_pool(t), "fork-with-threads");
}

static const struct history_task task = {.job = 3, .func = "etl.load"};

static void fires_for_threads_that_are_no_pools(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	t->h.fork_threads = 3;
	story_start(t, 2);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_string_equal(f->text,
		"2 workers were forked while the parent had 2 other threads: a lock that one of "
		"them holds stays locked in the worker");
}

static void quiet_for_one_thread(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	assert_null(found(t, 1));
}

/* Near miss: a replacement, forked by the pool's own handler beside its two brothers. */
static void quiet_for_the_pools_own_threads(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_kill(&t->h, 102, 9, 77, "bash");
	t->h.fork_tid = 140;
	t->h.fork_threads = 4;
	history_fork(&t->h, 100, 103);
	history_born(&t->h, 103);
	history_worker_ends(&t->h, &story_pipes, 103);
	history_state(&t->h, 103, STATE_WAIT);
	history_ticks(&t->h, 2);
	assert_non_null(story_worker(story_pool(t), 103));
	assert_null(found(t, 0));
	t->h.fork_threads = 5;
	history_kill(&t->h, 103, 9, 77, "bash");
	history_fork(&t->h, 100, 104);
	history_born(&t->h, 104);
	history_worker_ends(&t->h, &story_pipes, 104);
	history_state(&t->h, 104, STATE_WAIT);
	assert_non_null(found(t, 2));
}

static void hang(struct story *t, uint32_t pid)
{
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, pid, &task);
	history_state(&t->h, pid, STATE_LOCK);
	history_actor(&t->h, pid)->work_flags = WORK_PRIVATE_FUTEX;
}

static void fires_when_a_worker_hangs(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	t->h.fork_threads = 2;
	story_start(t, 2);
	hang(t, 101);
	assert_int_equal(found(t, 4)->severity, SEVERITY_INFO);
	f = found(t, 2);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_int_equal(f->subject, 101);
	assert_non_null(strstr(f->text, "101 hangs with task 3 of etl.load: for 6.00 s"));
	history_kill(&t->h, 101, 15, 100, "python3");
	f = found(t, 1);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_non_null(strstr(f->text, "101 hung with task 3"));
}

/* Near misses: a lock between processes; a worker with threads of its own; one that has worked. */
static void no_hang_for_what_may_be_released(void **state)
{
	struct history_task before = {.job = 1, .func = "etl.load"};
	struct story *t = *state;

	t->h.fork_threads = 2;
	story_start(t, 3);
	hang(t, 101);
	history_actor(&t->h, 101)->work_flags = 0;
	hang(t, 102);
	history_actor(&t->h, 102)->threads = 2;
	history_send(&t->h, &story_pipes, &before);
	history_run(&t->h, &story_pipes, 103, &before, HISTORY_MS);
	hang(t, 103);
	assert_int_equal(found(t, 9)->severity, SEVERITY_INFO);
}

/* Near miss: what only forks for a moment before it runs another program. */
static void quiet_for_spawn(void **state)
{
	struct story *t = *state;

	t->h.fork_threads = 3;
	story_start(t, 2);
	t->s.model.pools[0].start_method = START_SPAWN;
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_threads_that_are_no_pools),
		STORY(quiet_for_one_thread),
		STORY(quiet_for_the_pools_own_threads),
		STORY(fires_when_a_worker_hangs),
		STORY(no_hang_for_what_may_be_released),
		STORY(quiet_for_spawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
