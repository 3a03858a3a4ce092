/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools that the ends of pipes have shown before any message did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 7, .chunk = -1, .func = "app.add", .bytes_out = 50, .bytes_back = 20};

/* Of the n-th worker of Celery. */
static struct history_pool celery(uint32_t n)
{
	return (struct history_pool){
		.pid = 100,
		.task_ino = 9001 + 10 * n,
		.result_ino = 9002 + 10 * n,
		.task_shape = SHAPE_BILLIARD_TASK,
		.result_shape = SHAPE_BILLIARD_READY,
	};
}

static void hold(struct story *t, uint32_t pid, uint64_t ino, int fd, uint32_t modes)
{
	if (modes & PIPE_READ)
		history_pipe(&t->h, pid, ino, fd, PIPE_READ);
	if (modes & PIPE_WRITE)
		history_pipe(&t->h, pid, ino, fd + 1, PIPE_WRITE);
}

/* n pairs that the parent has, of each of which one worker has a half. */
static void find_workers(struct story *t, uint32_t n)
{
	story_parent(t, MODE_BPF);
	for (uint32_t i = 0; i < n; i++) {
		hold(t, 100, celery(i).task_ino, 10 + 4 * (int)i, PIPE_READ | PIPE_WRITE);
		hold(t, 100, celery(i).result_ino, 12 + 4 * (int)i, PIPE_READ | PIPE_WRITE);
	}
	history_ends(&t->h, 100);
	for (uint32_t i = 0; i < n; i++) {
		history_found(&t->h, 101 + i, 100, "python3 job.py", "3.11.7");
		hold(t, 101 + i, celery(i).task_ino, 3, PIPE_READ);
		hold(t, 101 + i, celery(i).result_ino, 5, PIPE_WRITE);
		history_ends(&t->h, 101 + i);
	}
	story_tell(t);
}

static void pairs_of_celery_are_one_pool(void **state)
{
	struct story *t = *state;
	struct history_pool pipes;
	const struct pool *p;

	find_workers(t, 3);
	assert_int_equal(t->s.model.pools_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct history_task nth = task;

		nth.job += i;
		pipes = celery(i);
		history_send(&t->h, &pipes, &nth);
		history_run(&t->h, &pipes, 101 + i, &nth, HISTORY_MS);
	}
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "billiard");
	assert_int_equal(p->workers_alive, 3);
	assert_int_equal(p->totals.sent, 3);
	assert_int_equal(p->totals.taken, 3);
	assert_int_equal(p->totals.returned, 3);
	assert_int_equal(p->queues_count, 6);
	/* Nothing remains of what they were taken for. */
	for (uint32_t i = 0; i < t->s.model.events_count; i++)
		assert_int_equal(model_event(&t->s.model, i)->pool, p->id);
}

/* One that waits is not known to be Celery's until it gets a task. */
static void idle_pairs_are_merged_as_they_come(void **state)
{
	struct history_pool first = celery(0), second = celery(1);
	struct story *t = *state;
	const struct pool *p;

	find_workers(t, 2);
	history_send(&t->h, &first, &task);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 2);
	history_ticks(&t->h, 2);
	history_send(&t->h, &second, &task);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->workers_alive, 2);
	assert_true(p->traits.own_queues);
}

static void a_pool_stays_one(void **state)
{
	struct history_pool pipes = celery(0);
	struct story *t = *state;
	const struct pool *p;

	pipes.task_shape = SHAPE_POOL_TASK;
	pipes.result_shape = SHAPE_POOL_RESULT;
	find_workers(t, 1);
	assert_true(story_pool(t)->guessed);
	history_send(&t->h, &pipes, &task);
	history_run(&t->h, &pipes, 101, &task, HISTORY_MS);
	p = story_pool(t);
	assert_string_equal(p->kind, "Pool");
	assert_false(p->guessed);
	assert_int_equal(p->id, 1);
	assert_int_equal(p->totals.returned, 1);
}

static void own(struct story *t, uint32_t pid, uint64_t ino, enum msg_dir dir)
{
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = pid},
		.ino = ino,
		.bytes = 40,
		.tid = pid,
		.dir = (uint8_t)dir,
		.shape = SHAPE_OBJECT,
	};

	history_wait(&t->h, HISTORY_MS);
	history_add(&t->h, &f);
}

/* Whose user has closed in each process what it does not need. */
static void half_pipes_of_bare_processes(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	find_workers(t, 1);
	assert_string_equal(story_pool(t)->kind, "Pool");
	own(t, 100, celery(0).task_ino, MSG_WRITE);
	own(t, 101, celery(0).task_ino, MSG_READ);
	own(t, 101, celery(0).result_ino, MSG_WRITE);
	own(t, 100, celery(0).result_ino, MSG_READ);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "Process");
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.returned, 1);
}

/* Under load a worker's ends are read while it is being started: then those of its sentinel pipes
 * are still whole in its parent. */
static void sentinels_are_found_out(void **state)
{
	struct story *t = *state;

	find_workers(t, 1);
	assert_int_equal(t->s.model.pools_count, 1);
	history_wait(&t->h, 200 * HISTORY_MS);
	hold(t, 100, celery(0).task_ino, 10, PIPE_WRITE);
	hold(t, 100, celery(0).result_ino, 12, PIPE_READ);
	history_ends(&t->h, 100);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 0);
}

/* Its worker turned out to be an executor's. */
static void a_guess_without_workers_is_none(void **state)
{
	static const struct history_pool calls = {.pid = 100,
		.task_ino = 7001,
		.result_ino = 7002,
		.task_shape = SHAPE_CALL,
		.result_shape = SHAPE_RESULT};
	struct story *t = *state;

	find_workers(t, 1);
	history_send(&t->h, &calls, &task);
	history_run(&t->h, &calls, 101, &task, HISTORY_MS);
	history_ticks(&t->h, 1);
	assert_non_null(story_pool(t));
	assert_string_equal(story_pool(t)->kind, "ProcessPoolExecutor");
	assert_int_equal(story_pool(t)->totals.returned, 1);
}

/* The parent keeps the ends of a Pool that it has closed. */
static void left_over_ends_are_nobodys(void **state)
{
	struct history_pool pipes = celery(0);
	struct story *t = *state;

	pipes.task_shape = SHAPE_POOL_TASK;
	pipes.result_shape = SHAPE_POOL_RESULT;
	find_workers(t, 1);
	history_send(&t->h, &pipes, &task);
	history_run(&t->h, &pipes, 101, &task, HISTORY_MS);
	history_sentinel(&t->h, 100, pipes.task_ino, MSG_WRITE);
	history_sentinel(&t->h, 101, pipes.task_ino, MSG_READ);
	history_exit(&t->h, 101, 0);
	assert_int_equal(story_pool(t)->state, POOL_GONE);
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, 200 * HISTORY_MS);
	hold(t, 100, pipes.task_ino, 10, PIPE_READ | PIPE_WRITE);
	hold(t, 100, pipes.result_ino, 12, PIPE_READ | PIPE_WRITE);
	hold(t, 100, 8001, 20, PIPE_READ | PIPE_WRITE);
	hold(t, 100, 8002, 22, PIPE_READ | PIPE_WRITE);
	history_ends(&t->h, 100);
	hold(t, 102, pipes.task_ino, 3, PIPE_READ);
	hold(t, 102, pipes.result_ino, 5, PIPE_WRITE);
	history_ends(&t->h, 102);
	assert_int_equal(story_pool(t)->state, POOL_GONE);
	hold(t, 102, pipes.task_ino, 3, PIPE_READ);
	hold(t, 102, pipes.result_ino, 5, PIPE_WRITE);
	hold(t, 102, 8001, 6, PIPE_READ);
	hold(t, 102, 8002, 8, PIPE_WRITE);
	history_ends(&t->h, 102);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 2);
	assert_int_equal(t->s.model.pools[1].task_ino, 8001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(pairs_of_celery_are_one_pool),
		STORY(idle_pairs_are_merged_as_they_come),
		STORY(a_pool_stays_one),
		STORY(half_pipes_of_bare_processes),
		STORY(sentinels_are_found_out),
		STORY(a_guess_without_workers_is_none),
		STORY(left_over_ends_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
