/* SPDX-License-Identifier: GPL-2.0-only */
/* Kinds whose workers have queues of their own: Celery's prefork pool, and DataLoader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pairs.h"

static void each_worker_of_celery_has_its_pipes(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	fork_workers(t, 101, 2);
	for (uint32_t n = 0; n < 4; n++) {
		struct history_pool pipes = celery(n % 2);
		struct history_task task = nth(n);

		history_send(&t->h, &pipes, &task);
		history_run(&t->h, &pipes, 101 + n % 2, &task, HISTORY_MS);
	}
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "billiard");
	assert_int_equal(p->workers_alive, 2);
	assert_int_equal(p->queues_count, 4);
	assert_int_equal(pool_queue(p, 9011)->worker, story_worker(p, 102)->id);
	assert_int_equal(pool_queue(p, 9001)->written, 2);
	assert_int_equal(p->totals.sent, 4);
	assert_int_equal(p->totals.returned, 4);
	assert_int_equal(p->totals.bytes_back, 80);
}

static void ends_of_billiards_workers(void **state)
{
	struct history_pool pipes = celery(0);
	struct history_task task = nth(1);
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	fork_workers(t, 101, 4);
	history_send(&t->h, &pipes, &task);
	history_run(&t->h, &pipes, 101, &task, HISTORY_MS);
	history_ticks(&t->h, 2);
	history_exit(&t->h, 101, 155 << 8);
	history_signal(&t->h, 102, 15, 100, "celery");
	history_exit(&t->h, 102, 15 << 8);
	history_send(&t->h, &pipes, &task);
	history_take(&t->h, &pipes, 103, &task);
	history_exit(&t->h, 103, 11);
	p = story_pool(t);
	assert_int_equal(p->ends[END_RECYCLED], 1);
	assert_int_equal(p->ends[END_TERMINATED], 1);
	assert_int_equal(p->ends[END_SIGNAL], 1);
	assert_int_equal(p->totals.lost, 1);
	assert_string_equal(p->deaths[0].consequence,
		"task 1 of app.add is lost; its caller gets a WorkerLostError");
}

/* The parent has told one of two: the other works on. */
static void closing_is_for_all(void **state)
{
	struct history_pool first = celery(0), second = celery(1);
	struct history_task task = nth(1);
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	fork_workers(t, 101, 2);
	history_send(&t->h, &first, &task);
	history_run(&t->h, &first, 101, &task, HISTORY_MS);
	history_send(&t->h, &second, &task);
	history_run(&t->h, &second, 102, &task, HISTORY_MS);
	history_sentinel(&t->h, 100, first.task_ino, MSG_WRITE);
	history_sentinel(&t->h, 101, first.task_ino, MSG_READ);
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_false(p->closing);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	history_sentinel(&t->h, 100, second.task_ino, MSG_WRITE);
	p = story_pool(t);
	assert_true(p->closing);
	history_exit(&t->h, 102, 0);
	assert_int_equal(story_pool(t)->state, POOL_GONE);
}

static void walk(struct story *t, uint32_t first, uint32_t queues)
{
	fork_workers(t, first, 2);
	history_wait(&t->h, HISTORY_S);
	for (uint32_t n = 0; n < 4; n++) {
		struct history_pool pipes = loader(queues + n % 2);
		struct history_task task = nth(n);

		pipes.result_ino += 1000 * queues;
		history_send(&t->h, &pipes, &task);
		history_run(&t->h, &pipes, first + n % 2, &task, HISTORY_MS);
	}
	for (uint32_t n = 0; n < 2; n++) {
		history_sentinel(&t->h, 100, loader(queues + n).task_ino, MSG_WRITE);
		history_sentinel(&t->h, first + n, loader(queues + n).task_ino, MSG_READ);
	}
	for (uint32_t n = 0; n < 2; n++)
		history_exit(&t->h, first + n, 0);
	history_wait(&t->h, HISTORY_S);
}

static void each_walk_through_the_data_is_a_pool(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	torch(t, PROC_TORCH);
	walk(t, 101, 0);
	walk(t, 111, 5);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct pool *p = &m->pools[i];

		assert_string_equal(p->kind, "DataLoader");
		assert_int_equal(p->totals.sent, 4);
		assert_int_equal(p->totals.returned, 4);
		assert_int_equal(p->workers_count, 2);
		assert_int_equal(p->ends[END_SHUTDOWN], 2);
		assert_int_equal(p->state, POOL_GONE);
	}
}

/* Whose a worker is its first batch says; its parent may have read that before its write ends. */
static void a_first_batch_is_read_before_its_write_ends(void **state)
{
	struct history_pool first = loader(0), second = loader(1);
	struct history_task one = nth(0), two = nth(1);
	struct story *t = *state;
	const struct pool *p;

	torch(t, PROC_TORCH);
	fork_workers(t, 101, 2);
	history_wait(&t->h, HISTORY_S);
	history_send(&t->h, &first, &one);
	history_send(&t->h, &second, &two);
	history_run(&t->h, &first, 101, &one, HISTORY_MS);
	history_take(&t->h, &second, 102, &two);
	history_return(&t->h, &second, &two);
	history_done(&t->h, &second, 102, &two);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->workers_alive, 2);
	assert_int_equal(p->totals.sent, 2);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(pool_queue(p, second.result_ino)->waiting, 0);
}

/* Pairs of a number and a list, where nobody has loaded PyTorch. */
static void own_pairs_are_none_of_torch(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	torch(t, 0);
	walk(t, 101, 0);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 1);
	assert_string_equal(m->pools[0].kind, "Process");
	assert_int_equal(m->pools[0].totals.sent, 4);
	assert_int_equal(m->pools[0].totals.returned, 4);
}

/* Records were lost, but of no message of theirs: a loader's worker takes the next index before its
 * thread has sent the last batch, for which there may be no room for long. */
static void what_a_thread_has_yet_to_send_is_not_given_up(void **state)
{
	struct history_pool pipes = loader(0);
	struct history_task task[4];
	struct story *t = *state;
	const struct pool *p;

	torch(t, PROC_TORCH);
	fork_workers(t, 101, 1);
	history_lost(&t->h, 9);
	for (int64_t n = 0; n < 4; n++) {
		task[n] = nth(n);
		history_send(&t->h, &pipes, &task[n]);
		history_take(&t->h, &pipes, 101, &task[n]);
		history_wait(&t->h, HISTORY_MS);
	}
	history_ticks(&t->h, 5);
	p = story_pool(t);
	assert_string_equal(p->kind, "DataLoader");
	assert_int_equal(pool_in_flight(p), 4);
	history_done(&t->h, &pipes, 101, &task[0]);
	history_return(&t->h, &pipes, &task[0]);
	/* That of the second is never seen; what is sent later shows that it was sent too. */
	history_done(&t->h, &pipes, 101, &task[2]);
	history_return(&t->h, &pipes, &task[2]);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(pool_in_flight(p), 1);
	history_done(&t->h, &pipes, 101, &task[3]);
	history_return(&t->h, &pipes, &task[3]);
	p = story_pool(t);
	assert_int_equal(p->totals.returned, 3);
	assert_int_equal(pool_in_flight(p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(each_worker_of_celery_has_its_pipes),
		STORY(ends_of_billiards_workers),
		STORY(closing_is_for_all),
		STORY(each_walk_through_the_data_is_a_pool),
		STORY(a_first_batch_is_read_before_its_write_ends),
		STORY(own_pairs_are_none_of_torch),
		STORY(what_a_thread_has_yet_to_send_is_not_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
