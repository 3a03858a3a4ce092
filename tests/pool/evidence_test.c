/* SPDX-License-Identifier: GPL-2.0-only */
/* What shows a pool, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

static const struct history_task task = {
	.job = 1, .chunk = 2, .func = "job.work", .bytes_out = 60, .bytes_back = 30};

static void fork_workers(struct story *t, unsigned int n)
{
	story_parent(t, MODE_BPF);
	for (uint32_t i = 0; i < n; i++) {
		history_fork(&t->h, 100, 101 + i);
		history_wait(&t->h, HISTORY_MS);
	}
}

/* Nothing but traffic: the task was written before anybody could know of a pool. */
static void traffic_shows_a_pool_and_loses_nothing(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	fork_workers(t, 2);
	assert_null(story_pool(t));
	history_send(&t->h, &story_pipes, &task);
	history_run(&t->h, &story_pipes, 102, &task, HISTORY_MS);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->task_ino, story_pipes.task_ino);
	assert_int_equal(p->result_ino, story_pipes.result_ino);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.taken, 1);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->workers[0].pid, 101);
	assert_int_equal(p->start_method, START_FORK);
	assert_true(p->from_start);
}

/* The parent is announced late (its Python had to be found out first): its writes wait. */
static void messages_wait_for_their_process(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	history_session(&t->h, MODE_BPF);
	history_send(&t->h, &story_pipes, &task);
	assert_null(story_pool(t));
	assert_int_equal(t->s.model.pools_count, 0);
	history_found(&t->h, 100, 1, "python3 job.py", "3.11.7");
	history_fork(&t->h, 100, 101);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.sent, 1);
}

static void pipe_ends_show_a_pool(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_start_pool(&t->h, &story_pipes, 101, 3);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->task_ino, story_pipes.task_ino);
	assert_int_equal(p->result_ino, story_pipes.result_ino);
	assert_int_equal(p->workers_count, 3);
	assert_int_equal(p->first_size, 3);
}

static void hold_both(struct story *t, uint32_t pid)
{
	history_pipe(&t->h, pid, story_pipes.task_ino, 5, PIPE_READ);
	history_pipe(&t->h, pid, story_pipes.task_ino, 6, PIPE_WRITE);
	history_pipe(&t->h, pid, story_pipes.result_ino, 7, PIPE_READ);
	history_pipe(&t->h, pid, story_pipes.result_ino, 8, PIPE_WRITE);
	history_ends(&t->h, pid);
}

/* A child just forked holds both ends of everything, as its parent does. */
static void ends_read_too_early_show_nothing(void **state)
{
	struct story *t = *state;

	fork_workers(t, 1);
	hold_both(t, 100);
	hold_both(t, 101);
	history_ticks(&t->h, 3);
	assert_null(story_pool(t));
	assert_int_equal(t->s.model.pools_count, 0);
	/* What the parent held then may have been sentinel pipes that it has closed since. */
	history_worker_ends(&t->h, &story_pipes, 101);
	assert_null(story_pool(t));
	hold_both(t, 100);
	assert_non_null(story_pool(t));
}

/* Sentinel pipes: the parent holds only one end of them. */
static void sentinel_pipes_are_no_queues(void **state)
{
	struct story *t = *state;

	fork_workers(t, 1);
	history_pipe(&t->h, 100, 6001, 5, PIPE_READ);
	history_pipe(&t->h, 100, 6002, 6, PIPE_WRITE);
	history_ends(&t->h, 100);
	history_pipe(&t->h, 101, 6001, 7, PIPE_WRITE);
	history_pipe(&t->h, 101, 6002, 8, PIPE_READ);
	history_ends(&t->h, 101);
	history_ticks(&t->h, 2);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 0);
}

static void own_queues_are_a_pool_of_bare_processes(void **state)
{
	struct story *t = *state;
	struct frame_msg own = {
		.h = {.kind = FRAME_MSG, .size = sizeof(own), .pid = 100},
		.ino = 777,
		.bytes = 40,
		.dir = MSG_WRITE,
		.shape = SHAPE_OBJECT,
	};
	const struct pool *p;

	fork_workers(t, 1);
	history_add(&t->h, &own);
	own.h.pid = 101;
	own.dir = MSG_READ;
	history_add(&t->h, &own);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "Process");
	assert_int_equal(p->totals.taken, 1);
}

/* A result by a child is enough: attached while all workers were at work. */
static void result_shows_a_pool(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	fork_workers(t, 1);
	history_done(&t->h, &story_pipes, 101, &task);
	history_return(&t->h, &story_pipes, &task);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->result_ino, story_pipes.result_ino);
	/* Neither sent nor taken was seen: it counts nowhere. */
	assert_int_equal(p->totals.done, 0);
	assert_int_equal(p->totals.returned, 0);
	history_send(&t->h, &story_pipes, &task);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 1);
	assert_int_equal(p->task_ino, story_pipes.task_ino);
}

static void blocked_reader_shows_a_pool(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_PROC);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	history_pipe(&t->h, 100, story_pipes.task_ino, 5, PIPE_READ);
	history_pipe(&t->h, 100, story_pipes.task_ino, 6, PIPE_WRITE);
	history_ends(&t->h, 100);
	history_pipe(&t->h, 101, story_pipes.task_ino, 5, PIPE_READ);
	history_ends(&t->h, 101);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 0);
	history_blocked(&t->h, 101, story_pipes.task_ino);
	history_work(&t->h, 101);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->task_ino, story_pipes.task_ino);
	assert_int_equal(p->workers_count, 1);
	assert_false(p->from_start);
}

/* Two pools of one parent: each worker belongs where it reads. */
static void two_pools_of_one_parent(void **state)
{
	static const struct history_pool other = {.pid = 100, .task_ino = 5003, .result_ino = 5004};
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_start(t, 2);
	for (uint32_t pid = 201; pid <= 202; pid++)
		history_fork(&t->h, 100, pid);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &other, &task);
	history_run(&t->h, &other, 202, &task, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_run(&t->h, &story_pipes, 101, &task, HISTORY_MS);
	history_worker_ends(&t->h, &other, 201);
	history_ticks(&t->h, 3);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	assert_int_equal(m->pools[0].totals.done, 1);
	assert_int_equal(m->pools[0].workers_count, 2);
	assert_int_equal(m->pools[1].totals.done, 1);
	assert_int_equal(m->pools[1].workers_count, 2);
	assert_non_null(story_worker(&m->pools[1], 201));
	assert_non_null(story_worker(&m->pools[1], 202));
	assert_int_equal(model_proc(m, 201)->pool, m->pools[1].id);
	assert_ptr_equal(model_pool_of(m, 100), &m->pools[1]);
	assert_ptr_equal(model_pool_of(m, 101), &m->pools[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			traffic_shows_a_pool_and_loses_nothing, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			messages_wait_for_their_process, story_begin, story_end),
		cmocka_unit_test_setup_teardown(pipe_ends_show_a_pool, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			ends_read_too_early_show_nothing, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			sentinel_pipes_are_no_queues, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			own_queues_are_a_pool_of_bare_processes, story_begin, story_end),
		cmocka_unit_test_setup_teardown(result_shows_a_pool, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			blocked_reader_shows_a_pool, story_begin, story_end),
		cmocka_unit_test_setup_teardown(two_pools_of_one_parent, story_begin, story_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
