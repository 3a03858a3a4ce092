/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends of children before it is known, or without a sign, that they worked for a pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 1, .chunk = 0, .func = "job.work", .bytes_out = 60, .bytes_back = 30};

/* Everybody died before the pool could be known; then a task is written. */
static void deaths_before_the_pool_was_known_count(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 107; pid++) {
		history_fork(&t->h, 100, pid);
		history_wait(&t->h, 3 * HISTORY_MS);
		history_exit(&t->h, pid, 1 << 8);
		history_wait(&t->h, 3 * HISTORY_MS);
		t->h.fork_tid = 111;
	}
	story_tell(t);
	assert_null(model_proc(&t->s.model, 101));
	history_fork(&t->h, 100, 107);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 107, &task);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->workers_count, 7);
	assert_int_equal(p->deaths_count, 6);
	assert_int_equal(p->ends[END_EXIT], 6);
	assert_int_equal(p->deaths[0].pid, 101);
	assert_int_equal(p->deaths[0].replaced_by, 102);
	assert_int_equal(p->workers[6].generation, 7);
	assert_int_equal(p->workers_alive, 1);
	assert_int_equal(t->s.model.gone_count, 0);
}

/* What a child read before its pool was known is its own even if it is gone by then. */
static void gone_child_keeps_its_task(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	history_session(&t->h, MODE_BPF);
	history_found(&t->h, 100, 1, "python3 job.py", "3.11.7");
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_take(&t->h, &story_pipes, 101, &task);
	history_wait(&t->h, HISTORY_MS);
	history_kill(&t->h, 101, 9, 7, "bash");
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.taken, 1);
	assert_int_equal(p->totals.lost, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_true(p->deaths[0].hand.has);
}

static void children_of_long_ago_are_strangers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 90);
	history_wait(&t->h, 5 * HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_ticks(&t->h, 3);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
}

/* A shell script that ends in `exec python3 ...`: what it forked before was no worker. */
static void children_of_the_program_before_are_strangers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	history_session(&t->h, MODE_BPF);
	history_found(&t->h, 100, 1, "bash python3", NULL);
	history_fork(&t->h, 100, 90);
	history_fork(&t->h, 100, 91);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_exec(&t->h, 100, "python3 job.py", "3.11.7");
	history_wait(&t->h, HISTORY_MS);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_send(&t->h, &story_pipes, &task);
	history_run(&t->h, &story_pipes, 102, &task, HISTORY_MS);
	history_ticks(&t->h, 3);
	history_exit(&t->h, 91, 1 << 8);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
	assert_true(p->from_start);
}

/* A Process of the main thread right before and right after the pool was made: they fail, and
 * nobody is forked in their place. */
static void other_children_near_the_first_set(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 90);
	history_wait(&t->h, 2 * HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_wait(&t->h, HISTORY_MS);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_fork(&t->h, 100, 110);
	history_fork(&t->h, 100, 111);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 110, 1 << 8);
	history_ticks(&t->h, 2);
	history_exit(&t->h, 111, 1 << 8);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->ends[END_EXIT], 0);
}

/* A worker of the first set fails the same way; the worker handler forks in its place. */
static void replacement_is_the_proof(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_exit(&t->h, 101, 1 << 8);
	assert_int_equal(story_pool(t)->deaths_count, 0);
	history_wait(&t->h, HISTORY_MS);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 103);
	history_wait(&t->h, HISTORY_MS);
	/* One that ends after that birth is not what it replaces. */
	history_exit(&t->h, 102, 1 << 8);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 3);
	assert_int_equal(p->deaths_count, 2);
	assert_int_equal(p->deaths[0].pid, 101);
	assert_int_equal(p->deaths[0].replaced_by, 103);
	assert_int_equal(p->deaths[1].pid, 102);
	assert_int_equal(p->deaths[1].replaced_by, 0);
	assert_int_equal(story_worker(p, 101)->death, 0);
	assert_int_equal(story_worker(p, 102)->death, 1);
	assert_non_null(strstr(p->deaths[0].consequence, "no task in hand"));
	assert_non_null(strstr(p->deaths[1].consequence, "job.work is lost"));
	for (uint32_t i = 1; i < m->events_count; i++)
		assert_true(model_event(m, i - 1)->t_ns <= model_event(m, i)->t_ns);
	assert_int_equal(story_worker(p, 103)->generation, 2);
	assert_int_equal(p->first_size, 2);
	assert_int_equal(t->s.model.gone_count, 0);
}

/* with Pool(2): pass. Nothing was ever seen of its workers but that they were told to end. */
static void dismissed_need_no_proof(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_fork(&t->h, 100, 102);
	history_fork(&t->h, 100, 103);
	history_wait(&t->h, HISTORY_MS);
	history_worker_ends(&t->h, &story_pipes, 103);
	history_pipe(&t->h, 100, story_pipes.task_ino, 5, PIPE_READ | PIPE_WRITE);
	history_pipe(&t->h, 100, story_pipes.result_ino, 6, PIPE_READ | PIPE_WRITE);
	history_ends(&t->h, 100);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_kill(&t->h, 101, 15, 100, "python3");
	history_exit(&t->h, 102, 0);
	p = story_pool(t);
	assert_int_equal(p->ends[END_TERMINATED], 1);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	assert_int_equal(p->workers_alive, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(deaths_before_the_pool_was_known_count),
		STORY(gone_child_keeps_its_task),
		STORY(children_of_long_ago_are_strangers),
		STORY(children_of_the_program_before_are_strangers),
		STORY(other_children_near_the_first_set),
		STORY(replacement_is_the_proof),
		STORY(dismissed_need_no_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
