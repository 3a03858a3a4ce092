/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes through a pool's pipes, and what waits in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_pool *const pipes = &story_pipes;

static struct history_task nth(int n)
{
	return (struct history_task){
		.job = n,
		.func = "job.f",
		.bytes_out = 100 * (uint64_t)(n + 1),
		.bytes_back = 10 * (uint64_t)(n + 1),
	};
}

static const struct queue *tasks_of(const struct pool *p)
{
	const struct queue *q = pool_queue(p, pipes->task_ino);

	assert_non_null(q);
	assert_int_equal(q->role, QUEUE_TASKS);
	return q;
}

static const struct queue *results_of(const struct pool *p)
{
	const struct queue *q = pool_queue(p, pipes->result_ino);

	assert_non_null(q);
	assert_int_equal(q->role, QUEUE_RESULTS);
	return q;
}

static void waiting_messages_are_counted(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(0), two = nth(1), three = nth(2);
	const struct pool *p;

	story_start(t, 2);
	history_send(&t->h, pipes, &one);
	history_send(&t->h, pipes, &two);
	history_send(&t->h, pipes, &three);
	p = story_pool(t);
	assert_int_equal(p->queues_count, 2);
	assert_null(pool_queue(p, 1));
	assert_int_equal(tasks_of(p)->waiting, 3);
	assert_int_equal(tasks_of(p)->bytes_waiting, 600);
	assert_int_equal(tasks_of(p)->bytes_max, 300);
	history_wait(&t->h, HISTORY_MS);
	history_take(&t->h, pipes, 101, &one);
	history_take(&t->h, pipes, 102, &two);
	history_done(&t->h, pipes, 101, &one);
	p = story_pool(t);
	assert_int_equal(tasks_of(p)->waiting, 1);
	assert_int_equal(tasks_of(p)->waiting_max, 3);
	assert_int_equal(tasks_of(p)->bytes_waiting, 300);
	assert_int_equal(tasks_of(p)->written, 3);
	assert_int_equal(tasks_of(p)->read, 2);
	assert_int_equal(tasks_of(p)->bytes_written, 600);
	assert_int_equal(tasks_of(p)->bytes_read, 300);
	assert_int_equal(tasks_of(p)->blocked_ns, 9000);
	assert_true(tasks_of(p)->shared);
	assert_int_equal(tasks_of(p)->worker, 0);
	assert_int_equal(results_of(p)->waiting, 1);
	assert_int_equal(results_of(p)->bytes_waiting, 10);
	assert_int_equal(results_of(p)->worker, story_worker(p, 101)->id);
	history_return(&t->h, pipes, &one);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(results_of(p)->waiting, 0);
	assert_int_equal(results_of(p)->bytes_waiting, 0);
	assert_int_equal(results_of(p)->read, 1);
	assert_int_equal(series_at(&tasks_of(p)->bytes_per_tick, 0), 600);
	assert_int_equal(series_at(&results_of(p)->bytes_per_tick, 0), 10);
}

/* The reader wakes before the writer's call has ended: nothing ever waits. */
static void reader_before_writer(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(4);
	const struct pool *p;

	story_start(t, 1);
	history_take(&t->h, pipes, 101, &one);
	history_send(&t->h, pipes, &one);
	history_return(&t->h, pipes, &one);
	history_done(&t->h, pipes, 101, &one);
	p = story_pool(t);
	assert_int_equal(tasks_of(p)->waiting_max, 0);
	assert_int_equal(results_of(p)->waiting_max, 0);
	assert_int_equal(tasks_of(p)->read, 1);
	assert_int_equal(results_of(p)->read, 1);
	assert_int_equal(p->tasks_count, 0);
}

/* What was sent before watching began is read, and nothing waits less for it. */
static void unseen_messages_do_not_wait(void **state)
{
	struct story *t = *state;
	struct history_task unseen = nth(0), seen = nth(1);
	const struct pool *p;

	story_start(t, 1);
	history_send(&t->h, pipes, &seen);
	history_take(&t->h, pipes, 101, &unseen);
	p = story_pool(t);
	assert_int_equal(tasks_of(p)->waiting, 1);
	assert_int_equal(tasks_of(p)->bytes_waiting, 200);
}

static void sentinels_are_no_messages(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	history_sentinel(&t->h, 100, pipes->task_ino, MSG_WRITE);
	history_sentinel(&t->h, 101, pipes->task_ino, MSG_READ);
	p = story_pool(t);
	assert_int_equal(tasks_of(p)->written, 0);
	assert_int_equal(tasks_of(p)->read, 0);
	assert_int_equal(tasks_of(p)->bytes_written, 0);
}

static void pool_has_bounded_queues(void **state)
{
	struct story *t = *state;
	struct pool *p;

	story_start(t, 1);
	p = (struct pool *)story_pool(t);
	for (uint64_t ino = 1; p->queues_count < MODEL_QUEUES; ino++)
		assert_int_equal(model_add_queue(&t->s.model, p, ino, QUEUE_TASKS), 0);
	assert_int_equal(model_add_queue(&t->s.model, p, 9999, QUEUE_TASKS), 0);
	assert_null(model_queue_pool(&t->s.model, 9999, NULL));
	assert_int_equal(t->s.model.dropped.queues, 1);
	/* One that a single worker used, who is gone, makes room. */
	p->queues[7].worker = 77;
	assert_int_equal(model_add_queue(&t->s.model, p, 9999, QUEUE_TASKS), 0);
	assert_ptr_equal(model_queue_pool(&t->s.model, 9999, NULL), p);
	assert_int_equal(p->queues_dropped, 1);
	model_end_pool(&t->s.model, p, t->h.now_ns);
	assert_ptr_equal(model_queue_pool(&t->s.model, 9999, NULL), p); /* for results read late */
	history_ticks(&t->h, 3);
	story_tell(t);
	assert_int_equal(t->s.model.pool_by_ino.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(waiting_messages_are_counted),
		STORY(reader_before_writer),
		STORY(unseen_messages_do_not_wait),
		STORY(sentinels_are_no_messages),
		STORY(pool_has_bounded_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
