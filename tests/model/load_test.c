/* SPDX-License-Identifier: GPL-2.0-only */
/* How a pool's workers are used, and the thread that reads their results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct load *load(struct story *t)
{
	return &story_pool(t)->load;
}

static void give(struct story *t, uint32_t pid, int64_t job)
{
	struct history_task one = {.job = job, .chunk = 0, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, pid, &one);
}

static void lanes_are_workers_and_cores(void **state)
{
	struct story *t = *state;

	story_start(t, 6);
	assert_int_equal(load(t)->lanes, 4); /* the history's machine has four cores */
	t->h.cpus = 2;
	history_ticks(&t->h, 1);
	assert_int_equal(load(t)->lanes, 2);
	t->h.quota_milli = 1500;
	for (uint32_t pid = 101; pid < 107; pid++)
		history_born(&t->h, pid);
	history_ticks(&t->h, 1);
	assert_int_equal(load(t)->lanes, 2);
	assert_int_equal(load(t)->quota_milli, 1500);
	t->h.cpus = 4;
	history_ticks(&t->h, 1);
	assert_int_equal(load(t)->lanes, 2);
}

static void hands_are_summed_over_time(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	give(t, 101, 1);
	give(t, 102, 2);
	history_ticks(&t->h, 2);
	assert_int_equal(load(t)->hands, 2);
	assert_int_equal(load(t)->sums.ns, 2 * HISTORY_S);
	assert_int_equal(load(t)->sums.hands_ns, 4 * HISTORY_S);
	assert_int_equal(load(t)->sums.waiting_ns, 0);
	assert_int_equal(load(t)->sums.state_ns[STATE_RUN], 4 * HISTORY_S);
	assert_int_equal(load(t)->sums.workers_ns, 4 * HISTORY_S);
	assert_int_equal(load(t)->sums.side_ns, 0);
}

/* A thread of the worker may send a result while the next task is in hand (DataLoader). */
/* Tasks that are in hand whenever a tick comes, and seldom else, are no threads of a library. */
static void hands_at_ticks_are_no_threads(void **state)
{
	struct story *t = *state;
	const struct load_sums *s;

	story_start(t, 2);
	for (int64_t job = 1; job <= 5; job++) {
		struct history_task one = {.job = job, .chunk = 0, .func = "etl.load"};

		history_wait(&t->h, 900 * HISTORY_MS);
		give(t, 101, job);
		history_wait(&t->h, 50 * HISTORY_MS);
		history_tick(&t->h);
		history_done(&t->h, &story_pipes, 101, &one);
		history_return(&t->h, &story_pipes, &one);
	}
	s = &load(t)->sums;
	assert_true(s->hands_ns);
	assert_int_equal(s->side_ns, 0);
}

static void result_of_another_thread_empties_no_hand(void **state)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "etl.load", .result_tid = 140};
	struct history_task two = {.job = 2, .chunk = 0, .func = "etl.load"};
	struct story *t = *state;

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &one);
	history_send(&t->h, &story_pipes, &two);
	history_take(&t->h, &story_pipes, 101, &one);
	history_take(&t->h, &story_pipes, 101, &two);
	history_done(&t->h, &story_pipes, 101, &one);
	history_state(&t->h, 101, STATE_RUN);
	history_ticks(&t->h, 2);
	assert_int_equal(load(t)->hands, 1);
	assert_int_equal(load(t)->sums.hands_ns, 2 * HISTORY_S);
}

/* A tick in which there was nothing to do at all says nothing about how it is done. */
static void ticks_without_work_do_not_count(void **state)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "etl.load"};
	struct story *t = *state;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &one);
	history_run(&t->h, &story_pipes, 101, &one, 500 * HISTORY_MS);
	history_ticks(&t->h, 3);
	assert_int_equal(load(t)->sums.ns, HISTORY_S + 500020 * HISTORY_US);
	assert_int_equal(load(t)->sums.work_ns, 500 * HISTORY_MS);
	assert_int_equal(load(t)->sums.hands_ns, 500 * HISTORY_MS);
}

static void waiting_is_a_task_that_nobody_took(void **state)
{
	struct history_task one = {.job = 7, .chunk = 0, .func = "etl.load"};
	struct story *t = *state;

	story_start(t, 1);
	give(t, 101, 1);
	history_send(&t->h, &story_pipes, &one);
	history_ticks(&t->h, 3);
	assert_int_equal(load(t)->waiting, 1);
	assert_int_equal(load(t)->sums.waiting_ns, 3 * HISTORY_S);
}

static void death_empties_a_hand(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	history_kill(&t->h, 102, 9, 77, "bash");
	story_tell(t);
	assert_int_equal(load(t)->hands, 1);
	history_ticks(&t->h, 1);
	assert_int_equal(load(t)->hands, 1);
}

static void calls_are_counted_by_how_often(void **state)
{
	struct story *t = *state;
	struct history_actor *a;

	story_start(t, 1);
	give(t, 101, 1);
	a = history_actor(&t->h, 101);
	history_state(&t->h, 101, STATE_IO);
	for (int i = 0; i < 9; i++) {
		a->syscall = i % 3 ? 74 : 1;
		history_ticks(&t->h, 1);
	}
	assert_int_equal(load(t)->calls[0].nr, 74);
	assert_int_equal(load(t)->calls[0].seen, 6);
	assert_int_equal(load(t)->calls[1].nr, 1);
	for (int i = 0; i < 11; i++) {
		a->syscall = 300 + i;
		history_ticks(&t->h, 1);
	}
	assert_int_equal(load(t)->calls[0].nr, 74);
	history_ticks(&t->h, 10);
	assert_true(load(t)->sums.ns <= 20 * HISTORY_S);
}

static void reader_that_ends_by_itself_is_gone(void **state)
{
	struct story *t = *state;
	uint64_t gone_ns;

	story_start(t, 1);
	history_thread_exit(&t->h, 100, 140, 77777);
	history_thread_exit(&t->h, 101, 140, story_pipes.result_ino);
	assert_int_equal(story_pool(t)->reader_gone_ns, 0);
	gone_ns = t->h.now_ns;
	history_thread_exit(&t->h, 100, 140, story_pipes.result_ino);
	assert_int_equal(story_pool(t)->reader_gone_ns, gone_ns);
}

static void reader_of_a_closed_pool_may_go(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_thread_exit(&t->h, 100, 140, story_pipes.result_ino);
	assert_int_equal(story_pool(t)->reader_gone_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(lanes_are_workers_and_cores),
		STORY(hands_are_summed_over_time),
		STORY(hands_at_ticks_are_no_threads),
		STORY(result_of_another_thread_empties_no_hand),
		STORY(ticks_without_work_do_not_count),
		STORY(waiting_is_a_task_that_nobody_took),
		STORY(death_empties_a_hand),
		STORY(calls_are_counted_by_how_often),
		STORY(reader_that_ends_by_itself_is_gone),
		STORY(reader_of_a_closed_pool_may_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
