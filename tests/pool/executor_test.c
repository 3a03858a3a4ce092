/* SPDX-License-Identifier: GPL-2.0-only */
/* ProcessPoolExecutor and loky: who works for them under each start method, and their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 5, .chunk = -1, .func = "job.f", .bytes_out = 90, .bytes_back = 70};

static const char spawned[] = "python3 -c from multiprocessing.spawn import spawn_main; "
			      "spawn_main(tracker_fd=6, pipe_handle=13) --multiprocessing-fork";
static const char tracker[] =
	"python3 -c from multiprocessing.resource_tracker import main;main(5)";
static const char server[] =
	"python3 -c from multiprocessing.forkserver import main; main(8, 9, ['__main__'], **{})";
static const char loky[] = "python3 -m joblib.externals.loky.backend.popen_loky_posix "
			   "--process-name LokyProcess-5 --pipe 14";

/* Workers keep both ends of both pipes, and those of another executor that they came by. */
static void both_ends(struct history *h, uint32_t pid)
{
	static const uint64_t inos[] = {6001, 6002, 7001, 7002};

	for (int i = 0; i < 4; i++) {
		history_pipe(h, pid, inos[i], 5 + 2 * i, PIPE_READ);
		history_pipe(h, pid, inos[i], 6 + 2 * i, PIPE_WRITE);
	}
	history_ends(h, pid);
}

static void fork_workers(struct story *t, uint32_t first, unsigned int workers)
{
	for (uint32_t pid = first; pid < first + workers; pid++) {
		history_wait(&t->h, 2 * HISTORY_MS);
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
		history_state(&t->h, pid, STATE_WAIT);
		both_ends(&t->h, pid);
	}
}

static void start_forked(struct story *t, unsigned int workers)
{
	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	fork_workers(t, 101, workers);
	history_send(&t->h, &story_calls, &task);
	history_wait(&t->h, HISTORY_MS);
	history_take(&t->h, &story_calls, 102, &task);
	history_ticks(&t->h, 2);
}

static void goodbye(struct history *h, uint32_t pid)
{
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = pid},
		.ino = story_calls.result_ino,
		.bytes = 15,
		.job = pid,
		.tid = pid,
		.dir = MSG_WRITE,
		.shape = SHAPE_INT,
		.flags = MSG_HAS_JOB,
	};

	history_add(h, &f);
}

static void forked_workers_are_found_by_their_burst(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	start_forked(t, 4);
	/* Forked later, by the same thread, and so with all the pipes: none of it. */
	history_wait(&t->h, HISTORY_S);
	history_fork(&t->h, 100, 150);
	history_born(&t->h, 150);
	both_ends(&t->h, 150);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "ProcessPoolExecutor");
	assert_int_equal(p->start_method, START_FORK);
	assert_int_equal(p->workers_alive, 4);
	assert_int_equal(p->first_size, 4);
	assert_null(story_worker(p, 150));
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.taken, 1);
	assert_true(story_worker(p, 102)->hand.has);
	assert_true(p->from_start);
}

static void life_of_a_call(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	start_forked(t, 2);
	history_done(&t->h, &story_calls, 102, &task);
	history_return(&t->h, &story_calls, &task);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->totals.bytes_out, 90);
	assert_int_equal(p->totals.bytes_back, 70);
	assert_int_equal(p->result_ino, story_calls.result_ino);
	assert_int_equal(p->tasks_count, 0);
}

static void shutdown_is_none_of_the_deaths(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	start_forked(t, 2);
	history_done(&t->h, &story_calls, 102, &task);
	history_return(&t->h, &story_calls, &task);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		history_sentinel(&t->h, 100, story_calls.task_ino, MSG_WRITE);
		history_sentinel(&t->h, pid, story_calls.task_ino, MSG_READ);
		goodbye(&t->h, pid);
		history_exit(&t->h, pid, 0);
	}
	p = story_pool(t);
	assert_int_equal(p->ends[END_SHUTDOWN], 2);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.bytes_out, 90);
	assert_int_equal(p->totals.bytes_back, 70);
	assert_int_equal(p->state, POOL_GONE);
}

/* The first that leaves without a word breaks it; the parent ends the others. */
static void one_death_breaks_it(void **state)
{
	struct history_task second = task, third = task;
	struct story *t = *state;
	const struct pool *p;

	second.job = 6;
	third.job = 7;
	start_forked(t, 3);
	history_send(&t->h, &story_calls, &second);
	history_take(&t->h, &story_calls, 101, &second);
	history_send(&t->h, &story_calls, &third);
	history_kill(&t->h, 102, 9, 900, "bash");
	history_kill(&t->h, 101, 15, 100, "python3");
	history_kill(&t->h, 103, 15, 100, "python3");
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].pid, 102);
	assert_int_equal(p->ends[END_SIGNAL], 1);
	assert_int_equal(p->ends[END_TERMINATED], 2);
	assert_int_equal(p->totals.lost, 2);
	assert_string_equal(p->deaths[0].consequence,
		"the pool is broken: call 5 of job.f is lost, and 2 others that only suffer for "
		"it");
	assert_int_equal(p->suffering, 2);
	assert_int_equal(p->broken_by, story_worker(p, 102)->id);
	assert_int_equal(p->state, POOL_GONE);
}

/* It exits with status 0 before it reads any call. */
static void initializer_that_raises(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	fork_workers(t, 101, 2);
	history_send(&t->h, &story_calls, &task);
	history_exit(&t->h, 101, 0);
	history_kill(&t->h, 102, 15, 100, "python3");
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].end, END_EXIT);
	assert_int_equal(p->ends[END_TERMINATED], 1);
	assert_string_equal(p->deaths[0].consequence,
		"the pool is broken: 1 on their way fail with it, and every later call");
}

static void spawn_one(struct story *t, uint32_t pid, const char *cmd)
{
	history_wait(&t->h, 2 * HISTORY_MS);
	history_fork(&t->h, 100, pid);
	history_wait(&t->h, HISTORY_MS);
	history_exec(&t->h, pid, cmd, "3.12.1");
	both_ends(&t->h, pid);
}

static void spawned_workers_and_helpers(void **state)
{
	struct history_task last = task;
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	spawn_one(t, 110, tracker);
	spawn_one(t, 111, spawned);
	spawn_one(t, 112, spawned);
	history_send(&t->h, &story_calls, &task);
	history_ticks(&t->h, 2);
	last.result_flags = MSG_LAST;
	history_run(&t->h, &story_calls, 111, &last, 5 * HISTORY_MS);
	history_exit(&t->h, 111, 0);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "ProcessPoolExecutor");
	assert_int_equal(p->start_method, START_SPAWN);
	assert_int_equal(p->workers_alive, 1);
	assert_null(story_worker(p, 110));
	assert_int_equal(p->ends[END_RECYCLED], 1);
	history_fork(&t->h, 100, 113);
	history_exec(&t->h, 113, spawned, "3.12.1");
	both_ends(&t->h, 113);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(story_worker(p, 113)->generation, 2);
}

/* It dies in its start-up: no message was ever read. */
static void spawned_worker_without_a_main_guard(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	spawn_one(t, 111, spawned);
	history_send(&t->h, &story_calls, &task);
	history_wait(&t->h, 50 * HISTORY_MS);
	history_exit(&t->h, 111, 1 << 8);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].end, END_EXIT);
	assert_int_equal(p->start_method, START_SPAWN);
	assert_int_equal(p->stillborn, 1);
}

static void workers_behind_a_fork_server(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	spawn_one(t, 110, tracker);
	history_fork(&t->h, 100, 120);
	history_exec(&t->h, 120, server, "3.12.1");
	history_send(&t->h, &story_calls, &task);
	for (uint32_t pid = 121; pid <= 122; pid++) {
		history_fork(&t->h, 120, pid);
		history_born(&t->h, pid);
		both_ends(&t->h, pid);
	}
	history_ticks(&t->h, 2);
	history_run(&t->h, &story_calls, 122, &task, 5 * HISTORY_MS);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->pid, 100);
	assert_int_equal(p->start_method, START_FORKSERVER);
	assert_int_equal(p->workers_alive, 2);
	assert_null(story_worker(p, 120));
	assert_int_equal(p->totals.done, 1);
	history_exit(&t->h, 121, 11);
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 1);
}

static void loky_is_told_by_its_workers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	spawn_one(t, 111, loky);
	history_take(&t->h, &story_calls, 111, &task);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "loky");
	assert_int_equal(p->start_method, START_LOKY);
	history_send(&t->h, &story_calls, &task);
	history_done(&t->h, &story_calls, 111, &task);
	goodbye(&t->h, 111);
	history_exit(&t->h, 111, 0);
	p = story_pool(t);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	assert_int_equal(p->totals.done, 1);
}

/* Two in one parent: the pipes tell them apart, and idle workers stand where they were forked. */
static void two_executors(void **state)
{
	static const struct history_pool other = {.pid = 100,
		.task_ino = 7001,
		.result_ino = 7002,
		.task_shape = SHAPE_CALL,
		.result_shape = SHAPE_RESULT};
	struct story *t = *state;
	const struct model *m = &t->s.model;

	start_forked(t, 2);
	history_wait(&t->h, HISTORY_S);
	fork_workers(t, 131, 3);
	history_send(&t->h, &other, &task);
	history_take(&t->h, &other, 132, &task);
	history_ticks(&t->h, 3);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	assert_int_equal(m->pools[0].workers_count, 2);
	assert_int_equal(m->pools[1].workers_count, 3);
	assert_int_equal(m->pools[1].task_ino, 7001);
}

/* A process of a user's own, forked among the workers and gone with 0, looks as one of them whose
 * initializer raised. */
static void fork_helper(struct story *t)
{
	struct history_pool own = {.pid = 104, .task_ino = 8001, .task_shape = SHAPE_OBJECT};

	fork_workers(t, 104, 1);
	history_send(&t->h, &own, &task);
	history_exit(&t->h, 104, 0);
	history_ticks(&t->h, 2);
}

static void helpers_are_no_deaths_where_other_kinds_work_too(void **state)
{
	struct story *t = *state;

	start_forked(t, 2);
	fork_helper(t);
	assert_int_equal(story_pool(t)->workers_count, 2);
	assert_int_equal(story_pool(t)->deaths_count, 0);
}

/* A result that comes before it is known whose it is keeps what failed in it. */
static void failure_before_its_pool_is_known(void **state)
{
	static const char *const what[3] = {"ValueError", "no", "ValueError: no"};
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	spawn_one(t, 101, "another command line");
	history_send(&t->h, &story_calls, &task);
	history_take(&t->h, &story_calls, 101, &task);
	history_raise(&t->h, &story_calls, 101, &task, what);
	history_exec(&t->h, 101, spawned, "3.12.1");
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->totals.failed, 1);
	assert_int_equal(p->failures_count, 1);
	assert_string_equal(p->failures[0].message, "no");
	assert_string_equal(model_text(&t->s.model, p->failures[0].func, ""), "job.f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(forked_workers_are_found_by_their_burst),
		STORY(life_of_a_call),
		STORY(shutdown_is_none_of_the_deaths),
		STORY(one_death_breaks_it),
		STORY(initializer_that_raises),
		STORY(spawned_workers_and_helpers),
		STORY(spawned_worker_without_a_main_guard),
		STORY(workers_behind_a_fork_server),
		STORY(loky_is_told_by_its_workers),
		STORY(two_executors),
		STORY(failure_before_its_pool_is_known),
		STORY(helpers_are_no_deaths_where_other_kinds_work_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
