/* SPDX-License-Identifier: GPL-2.0-only */
/* What the end of a Pool's worker is called, and what becomes of its task. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pool/kind.h"
#include "tests/support/story.h"

static const struct history_task task = {
	.job = 17, .chunk = 3, .func = "etl.transform", .bytes_out = 60, .bytes_back = 30};

static void take_one(struct story *t, uint32_t pid)
{
	story_start(t, 3);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, pid, &task);
	history_wait(&t->h, 100 * HISTORY_MS);
}

static enum end_kind only_end(struct story *t, uint32_t pid)
{
	const struct pool *p = story_pool(t);
	const struct worker *w = story_worker(p, pid);

	for (int end = 0; end <= END_UNKNOWN; end++)
		assert_int_equal(p->ends[end], end == (int)w->end);
	assert_int_equal(p->deaths_count, w->end <= END_EXIT);
	assert_true((w->death == 0) == (w->end <= END_EXIT));
	assert_int_equal(p->workers_alive, 2);
	return w->end;
}

static void signal_is_a_death_with_a_sender(void **state)
{
	struct story *t = *state;
	const struct death *d;

	take_one(t, 102);
	history_signal(&t->h, 102, 15, 50, "early");
	history_signal(&t->h, 102, 9, 77, "kill");
	history_signal(&t->h, 102, 10, 51, "late");
	history_exit(&t->h, 102, 9);
	assert_int_equal(only_end(t, 102), END_SIGNAL);
	d = &story_pool(t)->deaths[0];
	assert_int_equal(d->sender.sender, 77);
	assert_string_equal(d->sender.comm, "kill");
	assert_int_equal(d->hand.key.job, 17);
	assert_int_equal(d->hand.key.chunk, 3);
	assert_string_equal(
		d->consequence, "task 17/3 of etl.transform is lost; its caller waits for ever");
	assert_int_equal(story_pool(t)->totals.lost, 1);
	assert_int_equal(pool_in_flight(story_pool(t)), 0);
	assert_true(d->age_ns > HISTORY_S && d->age_ns < 2 * HISTORY_S);
	assert_int_equal(d->wall_ns - HISTORY_WALL_NS, d->t_ns - HISTORY_START_NS);
}

static void no_signal_seen_is_no_sender(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_signal(&t->h, 102, 15, 50, "other");
	history_exit(&t->h, 102, 9);
	assert_int_equal(only_end(t, 102), END_SIGNAL);
	assert_false(story_pool(t)->deaths[0].sender.seen);
}

static void oom_is_told_from_a_kill(void **state)
{
	struct story *t = *state;
	const struct death *d;

	take_one(t, 102);
	history_signal(&t->h, 102, 9, 0, "");
	history_oom(&t->h, 102, 2ull << 30, 1ull << 30);
	history_exit(&t->h, 102, 9);
	assert_int_equal(only_end(t, 102), END_OOM);
	d = &story_pool(t)->deaths[0];
	assert_int_equal(d->oom.limit_bytes, 2ull << 30);
	assert_string_equal(model_text(&t->s.model, d->oom.scope, ""), "/user.slice/etl.service");
}

/* Chosen by the OOM killer, but something else killed it first. */
static void oom_needs_sigkill(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_oom(&t->h, 102, 0, 0);
	history_exit(&t->h, 102, 11);
	assert_int_equal(only_end(t, 102), END_SIGNAL);
}

static void status_is_a_death(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_exit(&t->h, 102, 3 << 8);
	assert_int_equal(only_end(t, 102), END_EXIT);
	assert_int_equal(story_pool(t)->totals.lost, 1);
}

static void clean_exit_with_a_task_is_a_death(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_exit(&t->h, 102, 0);
	assert_int_equal(only_end(t, 102), END_EXIT);
	assert_int_equal(story_pool(t)->totals.lost, 1);
}

static void clean_exit_after_a_result_is_recycling(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_done(&t->h, &story_pipes, 102, &task);
	history_exit(&t->h, 102, 0);
	assert_int_equal(only_end(t, 102), END_RECYCLED);
	assert_int_equal(story_pool(t)->totals.lost, 0);
}

/* The last tasks are done, the pool is closed, and who has done its share goes all the same. */
static void recycled_while_its_pool_closes(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_done(&t->h, &story_pipes, 102, &task);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	history_exit(&t->h, 102, 0);
	assert_int_equal(only_end(t, 102), END_RECYCLED);
}

static void sentinel_is_shutdown(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_done(&t->h, &story_pipes, 102, &task);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	history_sentinel(&t->h, 102, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, 102, 0);
	assert_int_equal(only_end(t, 102), END_SHUTDOWN);
}

/* Pool.terminate(): a sentinel on the result pipe, then SIGTERM to the busy ones. */
static void terminated_by_its_parent_is_no_death(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	take_one(t, 102);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_kill(&t->h, 102, 15, 100, "python3");
	assert_int_equal(only_end(t, 102), END_TERMINATED);
	p = story_pool(t);
	assert_int_equal(p->totals.lost, 0);
	assert_int_equal(pool_in_flight(p), 1);
	assert_int_equal(pool_waiting(p, t->h.now_ns, NULL), 0);
}

/* Pool.terminate() again: its reader of results finds one more when all workers are gone. */
static void result_read_after_the_last_worker_counts(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	take_one(t, 102);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_done(&t->h, &story_pipes, 102, &task);
	for (uint32_t pid = 101; pid <= 103; pid++)
		history_kill(&t->h, pid, 15, 100, "python3");
	history_return(&t->h, &story_pipes, &task);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_GONE);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(pool_in_flight(p), 0);
	history_ticks(&t->h, 3);
	history_return(&t->h, &story_pipes, &task);
	assert_int_equal(story_pool(t)->totals.returned, 1);
}

/* The same signal while the pool goes on: nobody will do that task. */
static void terminated_in_a_living_pool_loses_its_task(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_kill(&t->h, 102, 15, 100, "python3");
	assert_int_equal(only_end(t, 102), END_TERMINATED);
	assert_int_equal(story_pool(t)->totals.lost, 1);
}

static void terminated_by_another_is_a_death(void **state)
{
	struct story *t = *state;

	take_one(t, 102);
	history_kill(&t->h, 102, 15, 99, "systemd");
	assert_int_equal(only_end(t, 102), END_SIGNAL);
}

/* Idle, and not in the read: harmless. */
static void death_without_a_task_has_no_consequence(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_kill(&t->h, 102, 9, 7, "bash");
	assert_int_equal(only_end(t, 102), END_SIGNAL);
	assert_string_equal(story_pool(t)->deaths[0].consequence, "none: it had no task in hand");
	assert_int_equal(story_pool(t)->lock_lost_ns, 0);
}

/* Idle, and in the read: it held the lock. */
static void death_in_the_read_loses_the_lock(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_kill(&t->h, 101, 9, 7, "bash");
	assert_int_equal(only_end(t, 101), END_SIGNAL);
	assert_non_null(strstr(story_pool(t)->deaths[0].consequence, "queue's lock"));
	assert_int_equal(story_pool(t)->lock_lost_pid, 101);
}

/* The parent is killed: who waits reads the end of the pipe and exits 0, who works fails. */
static void orphans(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	take_one(t, 102);
	history_exit(&t->h, 100, 9);
	history_exit(&t->h, 101, 0);
	history_exit(&t->h, 102, 1 << 8);
	history_exit(&t->h, 103, 0);
	p = story_pool(t);
	assert_int_equal(p->state, POOL_GONE);
	assert_true(p->parent_gone);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
	assert_int_equal(p->ends[END_EXIT], 1);
	assert_non_null(strstr(p->deaths[0].consequence, "parent was gone"));
}

static void unseen_end_is_unknown(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_vanish(&t->h, 102);
	assert_int_equal(only_end(t, 102), END_UNKNOWN);
}

/* Found at work, and gone without a word: it may well have done its tasks before. */
static void found_worker_may_be_recycled(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	history_send(&t->h, &story_pipes, &task);
	history_ticks(&t->h, 3);
	history_exit(&t->h, 101, 0);
	p = story_pool(t);
	assert_int_equal(p->ends[END_RECYCLED], 1);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(signal_is_a_death_with_a_sender),
		STORY(no_signal_seen_is_no_sender),
		STORY(oom_is_told_from_a_kill),
		STORY(oom_needs_sigkill),
		STORY(status_is_a_death),
		STORY(clean_exit_with_a_task_is_a_death),
		STORY(clean_exit_after_a_result_is_recycling),
		STORY(recycled_while_its_pool_closes),
		STORY(sentinel_is_shutdown),
		STORY(terminated_by_its_parent_is_no_death),
		STORY(result_read_after_the_last_worker_counts),
		STORY(terminated_in_a_living_pool_loses_its_task),
		STORY(terminated_by_another_is_a_death),
		STORY(death_without_a_task_has_no_consequence),
		STORY(death_in_the_read_loses_the_lock),
		STORY(orphans),
		STORY(unseen_end_is_unknown),
		STORY(found_worker_may_be_recycled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
