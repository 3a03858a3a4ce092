/* SPDX-License-Identifier: GPL-2.0-only */
/* Bare processes with queues of a user's own: places in a queue instead of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { TASKS = 8001, RESULTS = 8002, OTHER = 8003 };

static void say(struct story *t, struct history_said s)
{
	history_wait(&t->h, 10 * HISTORY_US);
	history_say(&t->h, s);
}

static void give(struct story *t, uint64_t bytes)
{
	say(t, (struct history_said){100, 0, TASKS, MSG_WRITE, bytes, 0});
}

static void take(struct story *t, uint32_t pid, uint64_t bytes)
{
	say(t, (struct history_said){pid, 0, TASKS, MSG_READ, bytes, 0});
}

static void answer(struct story *t, uint32_t pid, uint32_t tid, uint64_t bytes)
{
	say(t, (struct history_said){pid, tid, RESULTS, MSG_WRITE, bytes, 0});
}

static void get(struct story *t, uint64_t bytes)
{
	say(t, (struct history_said){100, 0, RESULTS, MSG_READ, bytes, 0});
}

/* The k-th that is written is the k-th that is read, whoever reads it. */
static void places_are_keys(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 2);
	give(t, 10);
	give(t, 20);
	give(t, 30);
	take(t, 101, 10);
	take(t, 102, 20);
	answer(t, 102, 0, 7);
	take(t, 102, 30);
	answer(t, 101, 0, 5);
	get(t, 7);
	get(t, 5);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "Process");
	assert_int_equal(p->start_method, START_FORK);
	assert_int_equal(p->workers_alive, 2);
	assert_int_equal(p->totals.sent, 3);
	assert_int_equal(p->totals.taken, 3);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->totals.bytes_out, 60);
	assert_int_equal(p->totals.bytes_back, 12);
	assert_int_equal(pool_in_flight(p), 1);
	assert_int_equal(p->tasks[0].key.job, 3);
	assert_false(task_key_is_numbered(p->tasks[0].key));
	assert_int_equal(p->tasks[0].pid, 102);
	assert_int_equal(story_worker(p, 102)->tasks, 1);
	assert_int_equal(story_worker(p, 101)->bytes_in, 10);
	assert_int_equal(p->jobs_count, 0);
}

/* A thread sends the results, while its worker has taken the next task already. */
static void answers_of_a_feeder_come_in_order(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 10);
	give(t, 20);
	take(t, 101, 10);
	history_wait(&t->h, 50 * HISTORY_MS);
	take(t, 101, 20);
	answer(t, 101, 109, 5);
	get(t, 5);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 1);
	assert_true(story_worker(p, 101)->hand.has);
	assert_int_equal(story_worker(p, 101)->hand.key.job, 2);
	assert_true(p->run.total_ns >= 50 * HISTORY_MS);
	answer(t, 101, 109, 6);
	get(t, 6);
	p = story_pool(t);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(pool_in_flight(p), 0);
}

/* The parent wakes before the worker's call has ended. */
static void answer_read_before_it_was_written(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 10);
	take(t, 101, 10);
	answer(t, 101, 0, 5);
	get(t, 5);
	history_ticks(&t->h, 1);
	take(t, 101, 20);
	give(t, 20);
	get(t, 6);
	answer(t, 101, 0, 6);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 2);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(pool_queue(p, RESULTS)->answers_count, 0);
}

/* None takes a place, and is no task; it is an answer of who has a task in hand. Of what else is
 * sent the bytes count. */
static void none_is_a_sentinel_or_an_answer(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 10);
	take(t, 101, 10);
	say(t, (struct history_said){101, 0, RESULTS, MSG_WRITE, 4, SHAPE_NONE});
	answer(t, 101, 0, 99);
	say(t, (struct history_said){100, 0, RESULTS, MSG_READ, 4, SHAPE_NONE});
	get(t, 99);
	history_ticks(&t->h, 2);
	say(t, (struct history_said){100, 0, TASKS, MSG_WRITE, 4, SHAPE_NONE});
	say(t, (struct history_said){101, 0, TASKS, MSG_READ, 4, SHAPE_NONE});
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->totals.bytes_out, 10);
	assert_int_equal(p->totals.bytes_back, 103);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	assert_int_equal(p->state, POOL_GONE);
}

/* Where nothing comes back, the next task shows that the one before is over. */
static void workers_that_never_answer(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	for (int i = 0; i < 5; i++) {
		give(t, 10);
		take(t, 101, 10);
	}
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->totals.taken, 5);
	assert_int_equal(p->totals.done, 0);
	assert_int_equal(pool_in_flight(p), 1);
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	assert_int_equal(p->totals.lost, 0);
}

static void death_takes_the_message_along(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 2);
	give(t, 10);
	take(t, 101, 10);
	answer(t, 101, 0, 5);
	get(t, 5);
	give(t, 20);
	take(t, 102, 20);
	history_kill(&t->h, 102, 9, 900, "bash");
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.taken, 2);
	assert_int_equal(p->totals.lost, 1);
	assert_string_equal(p->deaths[0].consequence,
		"message 2 is lost: whoever waits for its answer waits for ever");
}

/* What a parent only hears, or children say among themselves, is no task. */
static void other_pipes_are_none(void **state)
{
	struct story *t = *state;

	story_children(t, 2);
	say(t, (struct history_said){101, 0, OTHER, MSG_WRITE, 50, 0});
	say(t, (struct history_said){100, 0, OTHER, MSG_READ, 50, 0});
	say(t, (struct history_said){101, 0, TASKS, MSG_WRITE, 50, 0});
	say(t, (struct history_said){102, 0, TASKS, MSG_READ, 50, 0});
	history_ticks(&t->h, 2);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 0);
	assert_int_equal(model_pending(&t->s.model), 0);
}

/* A user's queue beside a Pool: its workers work for the Pool. */
static void queue_of_a_pools_workers(void **state)
{
	const struct history_task task = {.job = 1, .func = "job.f", .bytes_out = 9};
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 101, &task);
	give(t, 10);
	take(t, 101, 10);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "Pool");
	assert_int_equal(p->totals.sent, 1);
}

/* Watching began in the middle: what was sent before is read first, and counts as taken alone. */
static void unseen_messages_come_first(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	history_wait(&t->h, HISTORY_S);
	give(t, 30);
	take(t, 101, 10);
	answer(t, 101, 0, 5);
	get(t, 5);
	take(t, 101, 20);
	answer(t, 101, 0, 6);
	get(t, 6);
	take(t, 101, 30);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_non_null(p);
	assert_false(p->from_start);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.taken, 3);
	assert_int_equal(pool_queue(p, TASKS)->waiting, 0);
	assert_int_equal(story_worker(p, 101)->hand.key.job, 1);
}

/* A short life: nothing is settled before the first of them ends, and then all is at once, with the
 * queues of those who are still too young, before any message counts. */
static void all_queues_of_a_short_life(void **state)
{
	enum { PAIRS = 3 };
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
	}
	for (uint64_t k = 0; k < PAIRS; k++) {
		for (uint32_t pid = 101; pid <= 102; pid++) {
			uint64_t tasks = 9001 + 2 * k, results = tasks + 1, size = 10 * (k + 1);

			say(t, (struct history_said){100, 0, tasks, MSG_WRITE, size + pid, 0});
			say(t, (struct history_said){pid, 0, tasks, MSG_READ, size + pid, 0});
			say(t, (struct history_said){pid, 0, results, MSG_WRITE, size, 0});
			say(t, (struct history_said){100, 0, results, MSG_READ, size, 0});
		}
	}
	say(t, (struct history_said){100, 0, 9101, MSG_WRITE, 5, 0});
	say(t, (struct history_said){102, 0, 9101, MSG_READ, 5, 0});
	say(t, (struct history_said){102, 0, 9102, MSG_WRITE, 6, 0});
	say(t, (struct history_said){100, 0, 9102, MSG_READ, 6, 0});
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.sent, 2 * PAIRS + 1);
	assert_int_equal(p->totals.taken, 2 * PAIRS + 1);
	assert_int_equal(p->totals.done, 2 * PAIRS + 1);
	assert_int_equal(p->totals.returned, 2 * PAIRS + 1);
	assert_int_equal(p->totals.bytes_back, 126);
	assert_int_equal(story_worker(p, 101)->tasks, PAIRS);
	assert_int_equal(story_worker(p, 102)->tasks, PAIRS + 1);
}

/* join(), then get(): the worker is gone when its parent reads what it answered. */
static void answers_are_read_when_their_worker_is_gone(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 10);
	give(t, 20);
	take(t, 101, 10);
	answer(t, 101, 109, 5);
	take(t, 101, 20);
	answer(t, 101, 109, 6);
	say(t, (struct history_said){100, 0, TASKS, MSG_WRITE, 4, SHAPE_NONE});
	say(t, (struct history_said){101, 0, TASKS, MSG_READ, 4, SHAPE_NONE});
	say(t, (struct history_said){
		       101, 0, OTHER, MSG_WRITE, 7, 0}); /* its parent cannot read it */
	history_pipe(&t->h, 100, RESULTS, 5, PIPE_READ | PIPE_WRITE);
	history_ends(&t->h, 100);
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 0);
	assert_int_equal(pool_queue(p, RESULTS)->waiting, 2);
	assert_null(pool_queue(p, OTHER));
	history_ticks(&t->h, 60);
	get(t, 5);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_IDLE);
	get(t, 6);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_GONE);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->totals.bytes_back, 11);
	assert_int_equal(p->totals.lost, 0);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(story_worker(p, 101)->tasks, 2);
}

/* Whoever looks for a message out of its turn does not go through all that were ever sent. */
static void a_turn_is_sought_among_those_kept(void **state)
{
	struct story *t = *state;
	struct queue *q;

	story_children(t, 1);
	give(t, 10);
	take(t, 101, 10);
	give(t, 20);
	history_ticks(&t->h, 2);
	q = (struct queue *)pool_queue(story_pool(t), TASKS);
	q->sent_seq += INT64_C(1) << 50;
	take(t, 101, 21);
	assert_int_equal(story_pool(t)->totals.taken, 2);
	assert_int_equal(q->taken_seq, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(places_are_keys),
		STORY(answers_of_a_feeder_come_in_order),
		STORY(answer_read_before_it_was_written),
		STORY(none_is_a_sentinel_or_an_answer),
		STORY(workers_that_never_answer),
		STORY(death_takes_the_message_along),
		STORY(other_pipes_are_none),
		STORY(queue_of_a_pools_workers),
		STORY(unseen_messages_come_first),
		STORY(all_queues_of_a_short_life),
		STORY(answers_are_read_when_their_worker_is_gone),
		STORY(a_turn_is_sought_among_those_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
