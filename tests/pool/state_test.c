/* SPDX-License-Identifier: GPL-2.0-only */
/* A pool's state, judged at ticks. */
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

static enum pool_state after(struct story *t, unsigned int ticks)
{
	history_ticks(&t->h, ticks);
	return story_pool(t)->state;
}

static void starting_until_the_first_wait(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		memset(history_actor(&t->h, pid)->state_ns, 0, sizeof(uint64_t[WORKER_STATES]));
		history_actor(&t->h, pid)->state = STATE_START;
	}
	assert_int_equal(after(t, 2), POOL_STARTING);
	history_state(&t->h, 102, STATE_WAIT);
	assert_int_equal(after(t, 1), POOL_IDLE);
}

static void busy_while_a_task_is_on_its_way(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	assert_int_equal(after(t, 1), POOL_IDLE);
	history_send(&t->h, &story_pipes, &task);
	assert_int_equal(after(t, 1), POOL_BUSY);
	history_take(&t->h, &story_pipes, 101, &task);
	assert_int_equal(after(t, 1), POOL_BUSY);
	history_done(&t->h, &story_pipes, 101, &task);
	assert_int_equal(after(t, 1), POOL_BUSY);
	history_return(&t->h, &story_pipes, &task);
	assert_int_equal(after(t, 1), POOL_IDLE);
}

static void lost_task_stalls_a_quiet_pool(void **state)
{
	struct story *t = *state;
	struct history_task other = task;
	const struct pool *p;

	story_start(t, 2);
	other.chunk = 2;
	history_send(&t->h, &story_pipes, &task);
	history_send(&t->h, &story_pipes, &other);
	history_take(&t->h, &story_pipes, 101, &task);
	history_take(&t->h, &story_pipes, 102, &other);
	history_kill(&t->h, 101, 9, 7, "bash");
	assert_int_equal(after(t, 5), POOL_BUSY);
	history_done(&t->h, &story_pipes, 102, &other);
	history_return(&t->h, &story_pipes, &other);
	assert_int_equal(after(t, 2), POOL_IDLE);
	assert_int_equal(after(t, 1), POOL_STALLED);
	p = story_pool(t);
	assert_string_equal(p->stall.reason, "lost-task");
	assert_int_equal(p->stall.since_ns, p->deaths[0].t_ns);
	assert_non_null(strstr(p->stall.text, "task 4/1 of job.work went with 101"));
	/* Its caller has given up: there is new work. */
	other.job = 5;
	history_send(&t->h, &story_pipes, &other);
	assert_int_equal(after(t, 1), POOL_BUSY);
	history_run(&t->h, &story_pipes, 102, &other, HISTORY_MS);
	assert_int_equal(after(t, 6), POOL_IDLE);
	assert_null(story_pool(t)->stall.reason);
}

static void lost_lock_stalls_at_once(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 3);
	history_kill(&t->h, 101, 9, 7, "bash");
	assert_int_equal(after(t, 1), POOL_STALLED);
	p = story_pool(t);
	assert_string_equal(p->stall.reason, "queue-lock-lost");
	assert_non_null(strstr(p->stall.text, "the other 2 workers wait"));
	assert_int_equal(model_event(&t->s.model, t->s.model.events_count - 1)->kind, EVENT_STALL);
}

/* Somebody took a task after that death: the lock is not lost. */
static void lock_that_is_taken_again_is_no_stall(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_send(&t->h, &story_pipes, &task);
	history_kill(&t->h, 101, 9, 7, "bash");
	history_wait(&t->h, HISTORY_MS);
	history_run(&t->h, &story_pipes, 102, &task, HISTORY_MS);
	assert_int_equal(after(t, 4), POOL_IDLE);
}

static void gone_when_all_were_told_to_end(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
		history_sentinel(&t->h, pid, story_pipes.task_ino, MSG_READ);
		history_exit(&t->h, pid, 0);
	}
	p = story_pool(t);
	assert_int_equal(p->state, POOL_GONE);
	assert_int_equal(p->ended_ns, t->h.now_ns);
	assert_false(p->parent_gone);
	history_ticks(&t->h, 3);
	assert_ptr_equal(story_pool(t), p);
	assert_int_equal(t->s.model.pool_by_ino.count, 0);
}

/* The last known worker ends while its brother was only just forked: one more is to come. */
static void newborn_keeps_a_closing_pool(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	history_exit(&t->h, 101, 0);
	assert_int_equal(story_pool(t)->state, POOL_GONE);
	story_end(state);
	story_begin(state);
	t = *state;
	story_start(t, 1);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 101, 0);
	assert_int_not_equal(story_pool(t)->state, POOL_GONE);
	history_wait(&t->h, HISTORY_MS);
	history_sentinel(&t->h, 102, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, 102, 0);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_GONE);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
}

/* A worker that nobody had seen at work ends after the parent. */
static void orphan_that_was_just_forked(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 100, 9);
	history_exit(&t->h, 101, 0);
	history_exit(&t->h, 102, 0);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->workers_alive, 0);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
}

static void gone_with_its_parent(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_exit(&t->h, 100, 0);
	assert_int_equal(story_pool(t)->state, POOL_GONE);
	assert_null(model_proc(&t->s.model, 100));
}

static void gone_when_deserted(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_vanish(&t->h, 101);
	history_vanish(&t->h, 102);
	assert_int_not_equal(after(t, 2), POOL_GONE);
	assert_int_equal(after(t, 3), POOL_GONE);
}

/* Without messages, what a worker does is all there is. */
static void proc_mode_goes_by_states(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_PROC);
	t->h.known = 1u << STATE_RUN | 1u << STATE_WAIT;
	history_start_pool(&t->h, &story_pipes, 101, 2);
	assert_int_equal(after(t, 1), POOL_IDLE);
	history_state(&t->h, 102, STATE_RUN);
	assert_int_equal(after(t, 1), POOL_BUSY);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 0);
	assert_int_equal(p->workers[0].known, t->h.known);
	assert_int_equal(p->workers[1].state, STATE_RUN);
}

static void reader_of_results_that_is_gone_is_a_stall(void **state)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "job.work"};
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 101, &one);
	history_thread_exit(&t->h, 100, 141, story_pipes.result_ino);
	history_done(&t->h, &story_pipes, 101, &one);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_STALLED);
	assert_string_equal(p->stall.reason, "result-handler-died");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(reader_of_results_that_is_gone_is_a_stall),
		STORY(starting_until_the_first_wait),
		STORY(busy_while_a_task_is_on_its_way),
		STORY(lost_task_stalls_a_quiet_pool),
		STORY(lost_lock_stalls_at_once),
		STORY(lock_that_is_taken_again_is_no_stall),
		STORY(gone_when_all_were_told_to_end),
		STORY(newborn_keeps_a_closing_pool),
		STORY(orphan_that_was_just_forked),
		STORY(gone_with_its_parent),
		STORY(gone_when_deserted),
		STORY(proc_mode_goes_by_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
