/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a function's tasks goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum {
	MEASURED = 1 << STATE_RUN | 1 << STATE_SEND | 1 << STATE_IO | 1 << STATE_LOCK |
		   1 << STATE_RUNQ,
	SPLIT = 1 << STATE_UNPICKLE | 1 << STATE_PICKLE,
};

static struct history_task task(int chunk, const char *func, uint32_t flags)
{
	return (struct history_task){
		.chunk = chunk,
		.func = func,
		.bytes_out = 100,
		.bytes_back = 10,
		.result_flags = flags,
		.spent = {.send_ns = HISTORY_MS,
			.io_ns = 2 * HISTORY_MS,
			.lock_ns = 3 * HISTORY_MS,
			.runq_ns = 4 * HISTORY_MS},
	};
}

static void run(struct story *t, const struct history_task *task, uint64_t run_ns)
{
	history_send(&t->h, &story_pipes, task);
	history_run(&t->h, &story_pipes, 101, task, run_ns);
}

static uint32_t states(struct story *t, uint32_t at, uint64_t ns[WORKER_STATES])
{
	const struct pool *p = story_pool(t);

	assert_true(p->funcs_count > at);
	return func_state_ns(&p->funcs[at], ns);
}

static void what_is_measured_and_the_rest_on_a_core(void **state)
{
	struct history_task one = task(1, "f", MSG_TIMES), two = task(2, "f", MSG_TIMES);
	struct story *t = *state;
	uint64_t ns[WORKER_STATES];

	story_start(t, 1);
	run(t, &one, 100 * HISTORY_MS);
	run(t, &two, 60 * HISTORY_MS);
	assert_int_equal(states(t, 0, ns), MEASURED);
	assert_int_equal(ns[STATE_SEND], 2 * HISTORY_MS);
	assert_int_equal(ns[STATE_IO], 4 * HISTORY_MS);
	assert_int_equal(ns[STATE_LOCK], 6 * HISTORY_MS);
	assert_int_equal(ns[STATE_RUNQ], 8 * HISTORY_MS);
	assert_int_equal(ns[STATE_RUN], 140 * HISTORY_MS);
	assert_int_equal(ns[STATE_UNPICKLE] + ns[STATE_PICKLE], 0);
}

static void time_on_a_core_is_split_as_it_was_sampled(void **state)
{
	struct history_task one = task(1, "f", MSG_TIMES);
	struct story *t = *state;
	uint64_t ns[WORKER_STATES];

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 101, &one);
	history_sample(&t->h, 101, 0, CLASS_UNPICKLE, 10);
	history_sample(&t->h, 101, 0, CLASS_RECEIVE, 10);
	history_sample(&t->h, 101, 0, CLASS_TASK, 60);
	history_sample(&t->h, 101, 0, CLASS_PICKLE, 10);
	history_sample(&t->h, 101, 0, CLASS_SEND, 10);
	history_wait(&t->h, 110 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &one);
	assert_int_equal(states(t, 0, ns), MEASURED | SPLIT);
	assert_int_equal(ns[STATE_UNPICKLE], 20 * HISTORY_MS);
	assert_int_equal(ns[STATE_RUN], 60 * HISTORY_MS);
	assert_int_equal(ns[STATE_PICKLE], 10 * HISTORY_MS);
	assert_int_equal(ns[STATE_SEND], 11 * HISTORY_MS);
}

/* Samples say nothing of tasks whose pickling was measured. */
static void measured_pickling_is_as_it_was_measured(void **state)
{
	struct history_task one = task(1, "f", MSG_TIMES | MSG_EXACT), two = one;
	struct story *t = *state;
	uint64_t ns[WORKER_STATES];

	one.spent.unpickle_ns = 5 * HISTORY_MS;
	one.spent.pickle_ns = 7 * HISTORY_MS;
	two.chunk = 2;
	two.result_flags = MSG_TIMES;
	story_start(t, 1);
	run(t, &one, 100 * HISTORY_MS);
	assert_int_equal(states(t, 0, ns), MEASURED | SPLIT);
	assert_int_equal(ns[STATE_UNPICKLE], 5 * HISTORY_MS);
	assert_int_equal(ns[STATE_PICKLE], 7 * HISTORY_MS);
	assert_int_equal(ns[STATE_RUN], 78 * HISTORY_MS);
	run(t, &two, 20 * HISTORY_MS);
	assert_int_equal(states(t, 0, ns), MEASURED);
	assert_int_equal(ns[STATE_UNPICKLE], 5 * HISTORY_MS);
	assert_int_equal(ns[STATE_RUN], 88 * HISTORY_MS);
}

static void nothing_is_known_of_tasks_without_times(void **state)
{
	struct history_task one = task(1, "f", 0), big = task(2, "g", MSG_TIMES);
	struct story *t = *state;
	uint64_t ns[WORKER_STATES];

	story_start(t, 1);
	run(t, &one, 100 * HISTORY_MS);
	assert_int_equal(states(t, 0, ns), 0);
	/* Nonsense stays within the task's time. */
	big.spent.io_ns = UINT64_MAX;
	run(t, &big, 5 * HISTORY_MS);
	assert_int_equal(states(t, 1, ns), MEASURED);
	assert_int_equal(ns[STATE_SEND], HISTORY_MS);
	assert_int_equal(ns[STATE_IO], 4 * HISTORY_MS);
	assert_int_equal(ns[STATE_LOCK] + ns[STATE_RUNQ] + ns[STATE_RUN], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_is_measured_and_the_rest_on_a_core),
		STORY(time_on_a_core_is_split_as_it_was_sampled),
		STORY(measured_pickling_is_as_it_was_measured),
		STORY(nothing_is_known_of_tasks_without_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
