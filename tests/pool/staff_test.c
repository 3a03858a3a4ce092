/* SPDX-License-Identifier: GPL-2.0-only */
/* Who works for a pool: workers that live five milliseconds, helpers, other children. */
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

/* maxtasksperchild=1: each worker takes one task, answers and goes, all between two ticks. */
static void workers_of_five_milliseconds_are_seen(void **state)
{
	struct story *t = *state;
	struct history_task one = task;
	const struct pool *p;

	story_start(t, 1);
	for (uint32_t i = 0; i < 500; i++) {
		uint32_t pid = i ? 1000 + i : 101;

		one.chunk = (int32_t)i;
		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, pid, &one, HISTORY_MS);
		history_exit(&t->h, pid, 0);
		history_wait(&t->h, HISTORY_MS);
		t->h.fork_tid = 111;
		history_fork(&t->h, 100, 1001 + i);
		history_wait(&t->h, HISTORY_MS);
	}
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 500);
	assert_int_equal(p->ends[END_RECYCLED], 500);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->workers_count, 501);
	assert_int_equal(p->workers_alive, 1);
	assert_int_equal(p->workers[500].generation, 501);
	assert_int_equal(p->first_size, 1);
}

/* A replacement dies before its first read: being a forked child is all there is to go by. */
static void death_before_the_first_read_is_a_death(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_kill(&t->h, 101, 9, 7, "bash");
	history_wait(&t->h, HISTORY_MS);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 103);
	history_wait(&t->h, HISTORY_MS);
	history_kill(&t->h, 103, 11, 0, "");
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 2);
	assert_int_equal(p->deaths[0].replaced_by, 103);
	assert_int_equal(p->deaths[1].pid, 103);
	assert_int_equal(p->deaths[1].generation, 2);
	assert_int_equal(p->deaths[1].replaced_by, 0);
}

/* subprocess.run() in the parent: a fork, and then another program. */
static void other_programs_are_no_workers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_fork(&t->h, 100, 300);
	history_wait(&t->h, HISTORY_MS);
	history_exec(&t->h, 300, "sh -c ls", NULL);
	history_ticks(&t->h, 3);
	history_exit(&t->h, 300, 1 << 8);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
}

/* The exec comes only after two ticks: it was taken for a worker, and is none after all. */
static void late_exec_is_taken_back(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 300);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 3);
	assert_true(story_worker(p, 300)->provisional);
	history_exec(&t->h, 300, "sh -c ls", NULL);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->workers_alive, 2);
	assert_int_equal(p->first_size, 2);
}

/* A multiprocessing.Process of the same parent holds both ends of the pool's pipes. */
static void other_children_are_told_by_their_ends(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 300);
	history_ticks(&t->h, 2);
	assert_int_equal(story_pool(t)->workers_count, 3);
	history_pipe(&t->h, 300, story_pipes.task_ino, 5, PIPE_READ);
	history_pipe(&t->h, 300, story_pipes.task_ino, 6, PIPE_WRITE);
	history_pipe(&t->h, 300, story_pipes.result_ino, 7, PIPE_READ);
	history_pipe(&t->h, 300, story_pipes.result_ino, 8, PIPE_WRITE);
	history_ends(&t->h, 300);
	history_exit(&t->h, 300, 1 << 8);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
}

/* A worker closes what it does not need one after another: seen in between it is one. */
static void worker_is_known_while_it_closes_ends(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 300);
	history_wait(&t->h, 2 * HISTORY_MS);
	history_pipe(&t->h, 300, story_pipes.task_ino, 5, PIPE_READ);
	history_pipe(&t->h, 300, story_pipes.result_ino, 7, PIPE_READ);
	history_pipe(&t->h, 300, story_pipes.result_ino, 8, PIPE_WRITE);
	history_ends(&t->h, 300);
	history_exit(&t->h, 300, 1 << 8);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 3);
	assert_int_equal(p->deaths_count, 1);
}

/* Workers are replaced by the pool's own thread, other children are made by the main one. */
static void other_children_are_told_by_who_forked(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_ticks(&t->h, 2);
	history_fork(&t->h, 100, 300);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 300, 1 << 8);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
}

/* The watcher reads /proc late: the process has ended by then, and stays so. */
static void late_announcement_wakes_nobody(void **state)
{
	struct story *t = *state;
	struct frame_proc ghost = {
		.h = {.kind = FRAME_PROC, .size = sizeof(ghost), .pid = 103},
		.ppid = 100,
		.how = PROC_BORN,
	};
	const struct pool *p;

	story_start(t, 2);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 103);
	ghost.start_ns = t->h.now_ns;
	ghost.cmd = history_text(&t->h, "python3 job.py");
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 103, 1 << 8);
	history_add(&t->h, &ghost);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 3);
	assert_int_equal(p->workers_alive, 2);
	assert_null(model_proc(&t->s.model, 103));
}

/* 1000 workers in one go are adopted in the order of their births. */
static void large_first_set(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1000);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 1000);
	assert_int_equal(p->first_size, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(p->workers[i].pid, 101 + i);
}

static void say(struct story *t, uint32_t pid, uint64_t ino, enum msg_dir dir, bool none)
{
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = pid},
		.ino = ino,
		.bytes = none ? 4 : 10,
		.tid = pid,
		.dir = (uint8_t)dir,
		.shape = none ? SHAPE_NONE : SHAPE_OBJECT,
	};

	history_wait(&t->h, 10 * HISTORY_US);
	history_add(&t->h, &f);
}

/* Beside an executor whose workers are not known yet a bare process is told to end before it had
 * any work, and before anybody can tell what it is. */
static void an_idle_bare_process_is_nobody_elses(void **state)
{
	struct story *t = *state;
	const struct pool *calls, *p;
	struct history_task call = task;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_born(&t->h, 101);
	history_fork(&t->h, 100, 102);
	history_born(&t->h, 102);
	history_send(&t->h, &story_calls, &call);
	say(t, 100, 7001, MSG_WRITE, false);
	say(t, 101, 7001, MSG_READ, false);
	say(t, 100, 7001, MSG_WRITE, true);
	say(t, 100, 7001, MSG_WRITE, true);
	say(t, 102, 7001, MSG_READ, true);
	history_exit(&t->h, 102, 0);
	say(t, 101, 7002, MSG_WRITE, false);
	say(t, 100, 7002, MSG_READ, false);
	history_wait(&t->h, HISTORY_S);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 2);
	calls = &t->s.model.pools[0];
	assert_string_equal(calls->kind, "ProcessPoolExecutor");
	assert_int_equal(calls->workers_count, 0);
	p = &t->s.model.pools[1];
	assert_string_equal(p->kind, "Process");
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(story_worker(p, 102)->end, END_SHUTDOWN);
	assert_int_equal(p->deaths_count, 0);
}

/* A Pool wakes its handlers by None too, on a pipe where there is nothing else. */
static void the_word_to_end_is_no_wakeup(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	history_fork(&t->h, 100, 103);
	history_born(&t->h, 103);
	say(t, 100, 7001, MSG_WRITE, false);
	say(t, 100, 7001, MSG_WRITE, true);
	say(t, 103, 7001, MSG_READ, false);
	say(t, 103, 7001, MSG_READ, true);
	history_exit(&t->h, 103, 0);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 2);
	p = &t->s.model.pools[1];
	assert_string_equal(p->kind, "Process");
	assert_true(p->closing);
	assert_int_equal(p->state, POOL_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(workers_of_five_milliseconds_are_seen),
		STORY(death_before_the_first_read_is_a_death),
		STORY(other_programs_are_no_workers),
		STORY(late_exec_is_taken_back),
		STORY(other_children_are_told_by_their_ends),
		STORY(worker_is_known_while_it_closes_ends),
		STORY(other_children_are_told_by_who_forked),
		STORY(late_announcement_wakes_nobody),
		STORY(large_first_set),
		STORY(an_idle_bare_process_is_nobody_elses),
		STORY(the_word_to_end_is_no_wakeup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
