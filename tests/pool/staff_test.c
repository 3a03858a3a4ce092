/* SPDX-License-Identifier: GPL-2.0-only */
/* Who works for a pool: workers that live five milliseconds, helpers, other children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

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

/* Everybody died before the pool could be known; then a task is written. */
static void deaths_before_the_pool_was_known_count(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 107; pid++) {
		history_fork(&t->h, 100, pid);
		history_wait(&t->h, 3 * HISTORY_MS);
		history_exit(&t->h, pid, 1 << 8);
		history_wait(&t->h, 3 * HISTORY_MS);
		t->h.fork_tid = 111;
	}
	story_tell(t);
	assert_null(model_proc(&t->s.model, 101));
	history_fork(&t->h, 100, 107);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 107, &task);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->workers_count, 7);
	assert_int_equal(p->deaths_count, 6);
	assert_int_equal(p->ends[END_EXIT], 6);
	assert_int_equal(p->deaths[0].pid, 101);
	assert_int_equal(p->deaths[0].replaced_by, 102);
	assert_int_equal(p->workers[6].generation, 7);
	assert_int_equal(p->workers_alive, 1);
	assert_int_equal(t->s.model.gone_count, 0);
}

/* What a child read before its pool was known is its own even if it is gone by then. */
static void gone_child_keeps_its_task(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	history_session(&t->h, MODE_BPF);
	history_found(&t->h, 100, 1, "python3 job.py", "3.11.7");
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_take(&t->h, &story_pipes, 101, &task);
	history_wait(&t->h, HISTORY_MS);
	history_kill(&t->h, 101, 9, 7, "bash");
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.taken, 1);
	assert_int_equal(p->totals.lost, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_true(p->deaths[0].hand.has);
}

static void children_of_long_ago_are_strangers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 90);
	history_wait(&t->h, 5 * HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_ticks(&t->h, 3);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
}

/* A shell script that ends in `exec python3 ...`: what it forked before was no worker. */
static void children_of_the_program_before_are_strangers(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	history_session(&t->h, MODE_BPF);
	history_found(&t->h, 100, 1, "bash python3", NULL);
	history_fork(&t->h, 100, 90);
	history_fork(&t->h, 100, 91);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_exec(&t->h, 100, "python3 job.py", "3.11.7");
	history_wait(&t->h, HISTORY_MS);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_send(&t->h, &story_pipes, &task);
	history_run(&t->h, &story_pipes, 102, &task, HISTORY_MS);
	history_ticks(&t->h, 3);
	history_exit(&t->h, 91, 1 << 8);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
	assert_true(p->from_start);
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

/* A Process of the main thread right before and right after the pool was made: they fail, and
 * nobody is forked in their place. */
static void other_children_near_the_first_set(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 90);
	history_wait(&t->h, 2 * HISTORY_MS);
	history_exit(&t->h, 90, 1 << 8);
	history_wait(&t->h, HISTORY_MS);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	history_fork(&t->h, 100, 110);
	history_fork(&t->h, 100, 111);
	history_wait(&t->h, HISTORY_MS);
	history_exit(&t->h, 110, 1 << 8);
	history_ticks(&t->h, 2);
	history_exit(&t->h, 111, 1 << 8);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->deaths_count, 0);
	assert_int_equal(p->ends[END_EXIT], 0);
}

/* A worker of the first set fails the same way; the worker handler forks in its place. */
static void replacement_is_the_proof(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_exit(&t->h, 101, 1 << 8);
	assert_int_equal(story_pool(t)->deaths_count, 0);
	history_wait(&t->h, HISTORY_MS);
	t->h.fork_tid = 111;
	history_fork(&t->h, 100, 103);
	history_wait(&t->h, HISTORY_MS);
	/* One that ends after that birth is not what it replaces. */
	history_exit(&t->h, 102, 1 << 8);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->workers_count, 3);
	assert_int_equal(p->deaths_count, 2);
	assert_int_equal(p->deaths[0].pid, 101);
	assert_int_equal(p->deaths[0].replaced_by, 103);
	assert_int_equal(p->deaths[1].pid, 102);
	assert_int_equal(p->deaths[1].replaced_by, 0);
	assert_int_equal(story_worker(p, 101)->death, 0);
	assert_int_equal(story_worker(p, 102)->death, 1);
	assert_non_null(strstr(p->deaths[0].consequence, "no task in hand"));
	assert_non_null(strstr(p->deaths[1].consequence, "job.work is lost"));
	for (uint32_t i = 1; i < m->events_count; i++)
		assert_true(model_event(m, i - 1)->t_ns <= model_event(m, i)->t_ns);
	assert_int_equal(story_worker(p, 103)->generation, 2);
	assert_int_equal(p->first_size, 2);
	assert_int_equal(t->s.model.gone_count, 0);
}

/* with Pool(2): pass. Nothing was ever seen of its workers but that they were told to end. */
static void dismissed_need_no_proof(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_fork(&t->h, 100, 102);
	history_fork(&t->h, 100, 103);
	history_wait(&t->h, HISTORY_MS);
	history_worker_ends(&t->h, &story_pipes, 103);
	history_pipe(&t->h, 100, story_pipes.task_ino, 5, PIPE_READ | PIPE_WRITE);
	history_pipe(&t->h, 100, story_pipes.result_ino, 6, PIPE_READ | PIPE_WRITE);
	history_ends(&t->h, 100);
	history_sentinel(&t->h, 100, story_pipes.result_ino, MSG_WRITE);
	history_kill(&t->h, 101, 15, 100, "python3");
	history_exit(&t->h, 102, 0);
	p = story_pool(t);
	assert_int_equal(p->ends[END_TERMINATED], 1);
	assert_int_equal(p->ends[END_SHUTDOWN], 1);
	assert_int_equal(p->workers_alive, 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			workers_of_five_milliseconds_are_seen, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			death_before_the_first_read_is_a_death, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			deaths_before_the_pool_was_known_count, story_begin, story_end),
		cmocka_unit_test_setup_teardown(gone_child_keeps_its_task, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			children_of_long_ago_are_strangers, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			children_of_the_program_before_are_strangers, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			other_programs_are_no_workers, story_begin, story_end),
		cmocka_unit_test_setup_teardown(late_exec_is_taken_back, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			other_children_are_told_by_their_ends, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			other_children_are_told_by_who_forked, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			other_children_near_the_first_set, story_begin, story_end),
		cmocka_unit_test_setup_teardown(replacement_is_the_proof, story_begin, story_end),
		cmocka_unit_test_setup_teardown(dismissed_need_no_proof, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			late_announcement_wakes_nobody, story_begin, story_end),
		cmocka_unit_test_setup_teardown(large_first_set, story_begin, story_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
