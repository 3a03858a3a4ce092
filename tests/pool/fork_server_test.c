/* SPDX-License-Identifier: GPL-2.0-only */
/* What a fork server forks: its pipes come later, and of Python 3.6 its status says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 17, .chunk = 3, .func = "etl.transform", .bytes_out = 60, .bytes_back = 30};

/* A process that holds the pipes of a Pool as `mode` says, and those of its fork server. */
static void hold(struct history *h, uint32_t pid, bool is_parent)
{
	history_pipe(h, pid, 8001, 3, PIPE_READ);
	history_pipe(h, pid, story_pipes.task_ino, 10, PIPE_READ);
	history_pipe(h, pid, story_pipes.result_ino, 11, PIPE_WRITE);
	if (is_parent) {
		history_pipe(h, pid, story_pipes.task_ino, 12, PIPE_WRITE);
		history_pipe(h, pid, story_pipes.result_ino, 13, PIPE_READ);
	}
	history_ends(h, pid);
}

/* A Pool of 121 and 122. The ends of 122 were read before it had any of the Pool's. */
static void start(struct story *t, const char *python)
{
	history_session(&t->h, MODE_BPF);
	history_found(&t->h, 100, 1, "python3 job.py", python);
	hold(&t->h, 100, true);
	history_fork(&t->h, 100, 120);
	history_exec(&t->h, 120,
		"python3 -c from multiprocessing.forkserver import main; main(8, 9)", python);
	history_wait(&t->h, 10 * HISTORY_MS);
	for (uint32_t pid = 121; pid <= 122; pid++) {
		history_fork(&t->h, 120, pid);
		history_born(&t->h, pid);
		history_wait(&t->h, 5 * HISTORY_MS);
	}
	history_pipe(&t->h, 122, 8001, 3, PIPE_READ);
	history_ends(&t->h, 122);
	history_wait(&t->h, 20 * HISTORY_MS);
	hold(&t->h, 121, false);
	history_wait(&t->h, 200 * HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 121, &task);
	history_wait(&t->h, 10 * HISTORY_MS);
}

static void tell_to_end(struct story *t, uint32_t pid, uint32_t status)
{
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	history_sentinel(&t->h, pid, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, pid, status);
}

/* All happens between two ticks, and the idle one is told to end last. */
static void one_whose_ends_were_read_too_early(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	start(t, "3.13.0");
	history_done(&t->h, &story_pipes, 121, &task);
	history_return(&t->h, &story_pipes, &task);
	tell_to_end(t, 121, 0);
	p = story_pool(t);
	assert_int_equal(p->start_method, START_FORKSERVER);
	assert_int_not_equal(p->state, POOL_GONE);
	tell_to_end(t, 122, 0);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
	assert_true(p->ended_ns);
}

static void who_turns_out_to_hold_other_pipes_is_none(void **state)
{
	struct story *t = *state;

	start(t, "3.13.0");
	history_ticks(&t->h, 2);
	assert_int_equal(story_pool(t)->workers_count, 2);
	history_pipe(&t->h, 122, 8001, 3, PIPE_READ);
	history_pipe(&t->h, 122, 9001, 4, PIPE_READ);
	history_ends(&t->h, 122);
	assert_int_equal(story_pool(t)->workers_count, 1);
}

static void of_3_6_all_end_with_1(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	start(t, "3.6.15");
	history_done(&t->h, &story_pipes, 121, &task);
	history_return(&t->h, &story_pipes, &task);
	tell_to_end(t, 121, 1 << 8);
	tell_to_end(t, 122, 1 << 8);
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
}

/* With a task in hand, or before it had any, it is a death in 3.6 too; of others it always is. */
static void some_are_deaths_all_the_same(void **state)
{
	struct story *t = *state;

	start(t, "3.6.15");
	history_exit(&t->h, 121, 1 << 8);
	assert_int_equal(story_pool(t)->deaths_count, 1);
	assert_int_equal(story_pool(t)->totals.lost, 1);
	history_exit(&t->h, 122, 1 << 8);
	assert_int_equal(story_pool(t)->deaths_count, 2);
}

static void of_later_ones_1_is_a_death(void **state)
{
	struct story *t = *state;

	start(t, "3.7.16");
	history_done(&t->h, &story_pipes, 121, &task);
	history_return(&t->h, &story_pipes, &task);
	tell_to_end(t, 121, 1 << 8);
	assert_int_equal(story_pool(t)->deaths_count, 1);
}

static void hold_both(struct history *h, uint32_t pid, const struct history_pool *p)
{
	history_pipe(h, pid, 8001, 3, PIPE_READ);
	for (int i = 0; i < 2; i++) {
		uint64_t ino = i ? p->result_ino : p->task_ino;

		history_pipe(h, pid, ino, 20 + 2 * i, PIPE_READ);
		history_pipe(h, pid, ino, 21 + 2 * i, PIPE_WRITE);
	}
	history_ends(h, pid);
}

static const struct pool *pool_of(struct story *t, const char *kind)
{
	const struct model *m = &t->s.model;

	story_tell(t);
	for (uint32_t i = 0; i < m->pools_count; i++)
		if (!strcmp(m->pools[i].kind, kind))
			return &m->pools[i];
	return NULL;
}

/* The same with an executor of the same parent, whose only worker is 123. */
static void start_beside_executor(struct story *t)
{
	start(t, "3.13.0");
	history_send(&t->h, &story_calls, &task);
	history_fork(&t->h, 120, 123);
	history_born(&t->h, 123);
	hold_both(&t->h, 123, &story_calls);
	history_take(&t->h, &story_calls, 123, &task);
	history_wait(&t->h, 10 * HISTORY_MS);
	history_done(&t->h, &story_calls, 123, &task);
	history_done(&t->h, &story_pipes, 121, &task);
	history_return(&t->h, &story_pipes, &task);
}

static void held_beside_executor(struct story *t)
{
	assert_int_equal(pool_of(t, "Pool")->workers_count, 2);
	assert_int_equal(pool_of(t, "Pool")->ends[END_SHUTDOWN], 2);
	assert_true(pool_of(t, "Pool")->ended_ns);
	history_ticks(&t->h, 2);
	assert_int_equal(pool_of(t, "ProcessPoolExecutor")->workers_count, 1);
	assert_int_equal(pool_of(t, "ProcessPoolExecutor")->deaths_count, 0);
}

static void an_idle_one_beside_an_executor(void **state)
{
	struct story *t = *state;

	start_beside_executor(t);
	tell_to_end(t, 121, 0);
	assert_false(pool_of(t, "Pool")->ended_ns);
	tell_to_end(t, 122, 0);
	held_beside_executor(t);
}

/* Read when it had closed all, it seems to be none of the Pool: until it has been told to end. */
static void whose_ends_were_read_too_late(void **state)
{
	struct story *t = *state;
	uint64_t ended_ns;

	start_beside_executor(t);
	history_pipe(&t->h, 122, 9001, 4, PIPE_READ);
	history_wait(&t->h, 300 * HISTORY_MS);
	history_ends(&t->h, 122);
	tell_to_end(t, 121, 0);
	ended_ns = pool_of(t, "Pool")->ended_ns;
	assert_true(ended_ns);
	history_wait(&t->h, 10 * HISTORY_MS);
	tell_to_end(t, 122, 0);
	held_beside_executor(t);
	assert_true(pool_of(t, "Pool")->ended_ns > ended_ns);
}

/* It was handed the Pool's pipes, and closes the ends that it does not use when it begins. */
static void who_has_not_closed_its_ends_yet(void **state)
{
	struct story *t = *state;

	start_beside_executor(t);
	hold_both(&t->h, 122, &story_pipes);
	history_ticks(&t->h, 2);
	assert_int_equal(pool_of(t, "Pool")->workers_count, 2);
	tell_to_end(t, 121, 0);
	history_exit(&t->h, 122, 9);
	assert_int_equal(pool_of(t, "Pool")->deaths_count, 1);
	assert_int_equal(pool_of(t, "ProcessPoolExecutor")->workers_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(one_whose_ends_were_read_too_early),
		STORY(who_turns_out_to_hold_other_pipes_is_none),
		STORY(of_3_6_all_end_with_1),
		STORY(some_are_deaths_all_the_same),
		STORY(of_later_ones_1_is_a_death),
		STORY(an_idle_one_beside_an_executor),
		STORY(whose_ends_were_read_too_late),
		STORY(who_has_not_closed_its_ends_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
