/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a pool does not move: each rule, and its near miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 4, .chunk = 1, .func = "job.work", .bytes_out = 60, .bytes_back = 30};
static const struct history_wait own_lock = {
	.wait_for = WAIT_LOCK, .flags = WAIT_ALONE, .object = 0x7f0000001000};

/* Why it does not move after so many ticks; NULL: it moves. */
static const struct stall *after(struct story *t, unsigned int ticks)
{
	const struct pool *p;

	history_ticks(&t->h, ticks);
	p = story_pool(t);
	return p->state == POOL_STALLED ? &p->stall : NULL;
}

static void taken(struct story *t, uint32_t pid, int64_t job)
{
	struct history_task one = task;

	one.job = job;
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, pid, &one);
}

/* It blocks in its task. */
static void blocks(
	struct story *t, uint32_t pid, enum worker_state in, const struct history_wait *w)
{
	history_wait(&t->h, HISTORY_MS);
	history_state(&t->h, pid, in);
	history_wait(&t->h, HISTORY_MS);
	history_work(&t->h, pid);
	history_waits(&t->h, pid, w);
}

/* Rule J. */
static void nobody_can_release_its_lock(void **state)
{
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 2);
	taken(t, 101, 4);
	blocks(t, 101, STATE_LOCK, &own_lock);
	assert_null(after(t, 1));
	s = after(t, 2);
	assert_non_null(s);
	assert_string_equal(s->reason, "fork-lock");
	assert_non_null(strstr(s->text, "101 hangs with task 4 of job.work: it waits"));
	assert_int_equal(s->since_ns, model_main_wait(&t->s.model, 101)->since_ns);
	/* The second as well. */
	taken(t, 102, 5);
	assert_null(after(t, 1));
	blocks(t, 102, STATE_LOCK, &own_lock);
	s = after(t, 3);
	assert_non_null(strstr(s->text, "101 and 1 other hang, the first with task 4"));
}

static void somebody_can_release_its_lock(void **state)
{
	struct history_wait w = own_lock;
	struct story *t = *state;

	story_start(t, 1);
	taken(t, 101, 4);
	w.flags = 0; /* another thread */
	blocks(t, 101, STATE_LOCK, &w);
	assert_null(after(t, 6));
	w.flags = WAIT_ALONE | WAIT_TIMED; /* it gives up by itself */
	history_waits(&t->h, 101, &w);
	assert_null(after(t, 6));
}

/* What waits is taken by the other. */
static void one_hangs_and_the_other_works(void **state)
{
	struct history_task next = task;
	struct story *t = *state;

	story_start(t, 2);
	taken(t, 101, 4);
	blocks(t, 101, STATE_LOCK, &own_lock);
	taken(t, 102, 5);
	assert_null(after(t, 5));
	next.job = 5;
	history_done(&t->h, &story_pipes, 102, &next);
	history_return(&t->h, &story_pipes, &next);
	next.job = 6;
	history_send(&t->h, &story_pipes, &next);
	assert_null(after(t, 1));
}

static void idle_workers_hang_not(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	history_waits(&t->h, 101, &own_lock);
	assert_null(after(t, 6));
}

/* Rule E. */
static void killed_while_it_sent(void **state)
{
	struct history_actor *a;
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 2);
	taken(t, 101, 4);
	a = history_actor(&t->h, 101);
	a->syscall = 1;
	a->syscall_ino = story_pipes.result_ino;
	history_kill(&t->h, 101, 9, 7, "bash");
	s = after(t, 1);
	assert_non_null(s);
	assert_string_equal(s->reason, "queue-lock-lost");
	assert_non_null(strstr(s->text, "101 was killed while it sent a result"));
	assert_non_null(strstr(story_pool(t)->deaths[0].consequence, "nothing returns any more"));
	assert_non_null(story_finding(story_pool(t), "queue-lock-lost"));
}

/* A result that comes after it: the lock was given back. */
static void killed_after_it_sent(void **state)
{
	struct history_task other = task;
	struct history_actor *a;
	struct story *t = *state;

	story_start(t, 2);
	taken(t, 101, 4);
	taken(t, 102, 5);
	a = history_actor(&t->h, 101);
	a->syscall = 1;
	a->syscall_ino = story_pipes.result_ino;
	history_kill(&t->h, 101, 9, 7, "bash");
	other.job = 5;
	history_wait(&t->h, HISTORY_MS);
	history_done(&t->h, &story_pipes, 102, &other);
	history_return(&t->h, &story_pipes, &other);
	assert_null(after(t, 1));
	assert_null(story_finding(story_pool(t), "queue-lock-lost"));
}

/* Ten short tasks of 102, while 101 runs one that was sent before them. */
static void all_but_one_are_through(struct story *t)
{
	struct history_task one = task;

	taken(t, 101, 4);
	for (one.job = 5; one.job < 15; one.job++) {
		history_send(&t->h, &story_pipes, &one);
		history_wait(&t->h, HISTORY_MS);
		history_run(&t->h, &story_pipes, 102, &one, 100 * HISTORY_MS);
	}
}

static void one_runs_far_longer_than_all_before(void **state)
{
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 2);
	all_but_one_are_through(t);
	assert_null(after(t, 1));
	s = after(t, 5);
	assert_non_null(s);
	assert_string_equal(s->reason, "straggler");
	assert_non_null(strstr(s->text, "all wait for 101: task 4 of job.work"));
	/* Its brother has something to do again. */
	taken(t, 102, 20);
	assert_null(after(t, 1));
}

/* One call by itself, after the others: nobody waits for it with them. */
static void one_that_came_after_the_others(void **state)
{
	struct history_task first = task;
	struct story *t = *state;

	story_start(t, 2);
	all_but_one_are_through(t);
	history_done(&t->h, &story_pipes, 101, &first);
	history_return(&t->h, &story_pipes, &first);
	history_wait(&t->h, HISTORY_MS);
	taken(t, 101, 30);
	assert_null(after(t, 20));
}

/* What both sides of two full pipes wait for. */
static void both_wait_for_room(struct story *t, uint32_t flags)
{
	struct history_wait out = {
		.wait_for = WAIT_WRITE, .object = story_pipes.task_ino, .flags = WAIT_ALONE};
	struct history_wait back = {.wait_for = WAIT_WRITE,
		.object = story_pipes.result_ino,
		.flags = WAIT_ALONE | flags};

	taken(t, 101, 4);
	blocks(t, 101, STATE_SEND, &back);
	history_waits(&t->h, 100, &out);
}

/* A fork server's child ends by a message of that server's, which its parent polls for. */
static const struct stall *polls(struct story *t, const char *function)
{
	const struct history_place at[] = {{"wait", "/lib/multiprocessing/connection.py", 9, 0},
		{function, "/lib/multiprocessing/process.py", 149, 0}, {0}};
	struct history_wait out = {.wait_for = WAIT_POLL, .object = 4242, .flags = WAIT_ALONE};

	both_wait_for_room(t, 0);
	history_waits(&t->h, 100, &out);
	history_stack(&t->h, 100, 100, 0, at);
	history_thread(&t->h, 100, 100, 0);
	return after(t, 3);
}

static void a_worker_of_a_fork_server_is_joined(void **state)
{
	const struct stall *s;

	story_start(*state, 1);
	s = polls(*state, "BaseProcess.join");
	assert_non_null(s);
	assert_non_null(strstr(s->text, "this worker's end"));
}

static void something_else_is_polled_for(void **state)
{
	story_start(*state, 1);
	assert_null(polls(*state, "BaseProcess.run"));
}

static void a_ring_of_full_pipes(void **state)
{
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 1);
	both_wait_for_room(t, 0);
	assert_null(after(t, 1));
	s = after(t, 2);
	assert_non_null(s);
	assert_string_equal(s->reason, "pipe-full");
	assert_non_null(strstr(s->text, "101 waits for room"));
}

/* Rule K: the pipe of tasks is full, and the worker is at work. */
static void full_because_all_work(void **state)
{
	struct history_wait out = {
		.wait_for = WAIT_WRITE, .object = story_pipes.task_ino, .flags = WAIT_ALONE};
	struct story *t = *state;

	story_start(t, 1);
	taken(t, 101, 4);
	history_waits(&t->h, 100, &out);
	assert_null(after(t, 20));
}

static void full_for_a_time(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	both_wait_for_room(t, WAIT_TIMED);
	assert_null(after(t, 20));
}

static const struct history_wait shared_lock = {.wait_for = WAIT_SEMAPHORE, .object = 77};

/* Both wait for a lock before they have had a task; the other flags are of the first one's wait. */
static void both_start_with_a_lock(struct story *t, const struct history_wait *first)
{
	story_start(t, 2);
	history_send(&t->h, &story_pipes, &task);
	blocks(t, 101, STATE_START, first);
	blocks(t, 102, STATE_START, &shared_lock);
}

static void an_initializer_that_gets_no_lock(void **state)
{
	struct story *t = *state;
	const struct stall *s;

	both_start_with_a_lock(t, &shared_lock);
	assert_null(after(t, 1));
	s = after(t, 2);
	assert_non_null(s);
	assert_string_equal(s->reason, "start-stuck");
	assert_non_null(strstr(s->text, "all 2 wait, before their first task"));
	assert_non_null(strstr(s->text, "1 tasks wait"));
}

/* One of them will give up, has it, or reads; or there is nothing to do. */
static void a_lock_that_is_got(void **state)
{
	static const struct history_wait others[] = {
		{.wait_for = WAIT_SEMAPHORE, .object = 77, .flags = WAIT_TIMED},
		{.wait_for = WAIT_SEMAPHORE, .object = 77, .value = 1},
		{.wait_for = WAIT_READ, .object = 9},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		both_start_with_a_lock(*state, &others[i]);
		assert_null(after(*state, 6));
		story_end(state);
		story_begin(state);
	}
	story_start(*state, 2);
	blocks(*state, 101, STATE_START, &shared_lock);
	blocks(*state, 102, STATE_START, &shared_lock);
	assert_null(after(*state, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nobody_can_release_its_lock),
		STORY(somebody_can_release_its_lock),
		STORY(one_hangs_and_the_other_works),
		STORY(idle_workers_hang_not),
		STORY(killed_while_it_sent),
		STORY(killed_after_it_sent),
		STORY(one_runs_far_longer_than_all_before),
		STORY(one_that_came_after_the_others),
		STORY(an_initializer_that_gets_no_lock),
		STORY(a_lock_that_is_got),
		STORY(a_ring_of_full_pipes),
		STORY(a_worker_of_a_fork_server_is_joined),
		STORY(something_else_is_polled_for),
		STORY(full_because_all_work),
		STORY(full_for_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
