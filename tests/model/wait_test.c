/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct frame_wait *waits(struct story *t, uint32_t pid, uint32_t *ret_count)
{
	story_tell(t);
	return proc_waits(model_proc(&t->s.model, pid), ret_count);
}

static void threads_of_one_sample_stand_together(void **state)
{
	struct history_wait first = {.wait_for = WAIT_LOCK, .object = 4096};
	struct history_wait second = {.tid = 105, .wait_for = WAIT_READ, .object = 7};
	struct story *t = *state;
	const struct frame_wait *w;
	uint32_t count;

	story_start(t, 2);
	assert_null(waits(t, 101, &count));
	assert_int_equal(count, 0);
	history_waits(&t->h, 101, &first);
	history_waits(&t->h, 101, &second);
	w = waits(t, 101, &count);
	assert_int_equal(count, 2);
	assert_int_equal(w[0].tid, 101);
	assert_int_equal(w[1].object, 7);
	assert_ptr_equal(model_main_wait(&t->s.model, 101), w);
	/* The next sample replaces it. */
	history_waits(&t->h, 101, &first);
	waits(t, 101, &count);
	assert_int_equal(count, 1);
}

static void more_threads_than_are_kept(void **state)
{
	struct history_wait w = {.wait_for = WAIT_LOCK};
	struct story *t = *state;
	uint32_t count;

	story_start(t, 1);
	for (w.tid = 0; w.tid < 40; w.tid++)
		history_waits(&t->h, 101, &w);
	waits(t, 101, &count);
	assert_int_equal(count, MODEL_WAITS);
}

static void over_when_it_moves(void **state)
{
	struct history_task task = {.job = 1, .func = "job.work"};
	struct history_wait w = {.wait_for = WAIT_READ}, moved = {.flags = WAIT_MOVED};
	struct story *t = *state;
	uint32_t count;

	story_start(t, 1);
	/* A message of its own. */
	history_waits(&t->h, 100, &w);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	assert_null(waits(t, 100, &count));
	/* Another state. */
	history_waits(&t->h, 101, &w);
	history_wait(&t->h, HISTORY_MS);
	history_state(&t->h, 101, STATE_RUN);
	history_work(&t->h, 101);
	assert_null(waits(t, 101, &count));
	/* The watcher says so. */
	history_wait(&t->h, HISTORY_MS);
	history_waits(&t->h, 100, &w);
	assert_non_null(waits(t, 100, &count));
	history_waits(&t->h, 100, &moved);
	assert_null(waits(t, 100, &count));
	assert_int_equal(model_proc(&t->s.model, 100)->waits_count, 0);
}

static void of_nobody_it_is_an_orphan(void **state)
{
	struct history_wait w = {.wait_for = WAIT_READ};
	struct story *t = *state;
	uint64_t orphans;

	story_start(t, 1);
	story_tell(t);
	orphans = t->s.model.dropped.orphan_frames;
	history_waits(&t->h, 999, &w);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.orphan_frames, orphans + 1);
}

static void wait_in(struct proc *p, uint32_t pid, struct frame_wait *waits, uint32_t count)
{
	*p = (struct proc){.pid = pid, .waits = waits, .waits_count = count, .waits_ns = 500};
}

/* The parent's threads come first; who is gone, or waits for something else, waits for no room. */
static void writers(void **state)
{
	struct frame_wait of_parent[] = {
		{.wait_for = WAIT_TIME, .tid = 100},
		{.wait_for = WAIT_WRITE, .object = 5001, .tid = 105, .since_ns = 300, .bytes = 70},
		{.wait_for = WAIT_WRITE, .object = 5002, .tid = 106, .since_ns = 301},
	};
	struct frame_wait of_worker = {
		.wait_for = WAIT_WRITE, .object = 5001, .tid = 101, .since_ns = 400};
	struct worker workers[] = {{.id = 1, .pid = 101}, {.id = 2, .pid = 102, .ended_ns = 450},
		{.id = 3, .pid = 103}};
	struct queue q = {.ino = 5001, .role = QUEUE_TASKS};
	struct pool p = {.pid = 100, .workers = workers, .workers_count = 3};
	struct queue_writer ret[QUEUE_WRITERS];
	struct proc procs[3];
	struct model m = {.procs = procs, .procs_count = 3};

	(void)state;
	wait_in(&procs[0], 100, of_parent, 3);
	wait_in(&procs[1], 101, &of_worker, 1);
	wait_in(&procs[2], 102, &of_worker, 1);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(map_put(&m.procs_by_pid, procs[i].pid, i), 0);
	assert_int_equal(queue_writers(&m, &p, &q, ret), 2);
	assert_int_equal(ret[0].pid, 100);
	assert_int_equal(ret[0].tid, 105);
	assert_int_equal(ret[0].since_ns, 300);
	assert_int_equal(ret[0].bytes, 70);
	assert_int_equal(ret[1].tid, 101);
	procs[1].spoke_ns = 501; /* it moves again */
	assert_int_equal(queue_writers(&m, &p, &q, ret), 1);
	map_release(&m.procs_by_pid);
}

/* By the names that the pool has for things; what a stranger's number says is bounded. */
static void words(void **state)
{
	static const struct {
		struct frame_wait f;
		const char *words;
	} rows[] = {
		{{.wait_for = WAIT_NONE}, "nothing: it runs"},
		{{.wait_for = WAIT_LOCK}, "a lock of its own process"},
		{{.wait_for = WAIT_SEMAPHORE}, "the task queue's lock"},
		{{.wait_for = WAIT_CHILD}, "the end of a child"},
		{{.wait_for = WAIT_CHILD, .object = 77}, "the end of 77"},
		{{.wait_for = WAIT_TIME}, "time to pass"},
		{{.wait_for = WAIT_READ, .object = 5}, "something from pipe or socket 5"},
		{{.wait_for = WAIT_READ}, "something from a file or socket"},
		{{.wait_for = WAIT_POLL}, "any of several files or sockets"},
		{{.wait_for = WAIT_OTHER, .syscall = 9}, "system call 9"},
		{{.wait_for = 4000000000, .syscall = -3}, "system call -3"},
	};
	struct story *t = *state;
	char buf[WAIT_WORDS];
	const struct pool *p;
	struct frame_wait f = {.wait_for = WAIT_WRITE, .object = story_pipes.result_ino};

	story_start(t, 1);
	p = story_pool(t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
			wait_words(buf, p, story_worker(p, 101), &rows[i].f), rows[i].words);
	assert_string_equal(wait_words(buf, p, NULL, &f), "room in the result queue");
	f.object = story_pipes.task_ino;
	assert_string_equal(wait_words(buf, p, NULL, &f), "room in the task queue");
	f.wait_for = WAIT_READ;
	assert_string_equal(wait_words(buf, p, NULL, &f), "a task");
	f.wait_for = WAIT_SEMAPHORE;
	assert_string_equal(wait_words(buf, p, NULL, &f), "a lock that processes share");
	assert_string_equal(wait_for_name(WAIT_SEMAPHORE), "semaphore");
	assert_string_equal(wait_for_name(12345), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(threads_of_one_sample_stand_together),
		STORY(more_threads_than_are_kept),
		STORY(over_when_it_moves),
		STORY(of_nobody_it_is_an_orphan),
		STORY(words),
		cmocka_unit_test(writers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
