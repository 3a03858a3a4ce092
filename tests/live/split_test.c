/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "live/split.h"

#define MS 1000000ull

static uint64_t moved(const struct split *s, enum worker_state state, uint64_t run_ns)
{
	__u64 state_ns[WORKER_STATES] = {[STATE_RUN] = run_ns};
	uint64_t sum = 0;

	split_move(s, state_ns);
	for (int i = 0; i < WORKER_STATES; i++)
		sum += state_ns[i];
	assert_int_equal(sum, run_ns);
	return state_ns[state];
}

static void time_is_split_as_it_was_sampled(void **state)
{
	struct split s = {0};

	(void)state;
	split_add(&s, CLASS_UNPICKLE, 20 * MS, 1);
	split_add(&s, CLASS_TASK, 40 * MS, 2);
	split_add(&s, CLASS_PICKLE, 20 * MS, 3);
	split_settle(&s, 100 * MS, NULL);
	assert_int_equal(moved(&s, STATE_UNPICKLE, 100 * MS), 25 * MS);
	assert_int_equal(moved(&s, STATE_RUN, 100 * MS), 50 * MS);
	assert_int_equal(moved(&s, STATE_PICKLE, 100 * MS), 25 * MS);
	assert_int_equal(s.newest, STATE_PICKLE);
	/* The next interval is like the samples of that alone. */
	split_add(&s, CLASS_SEND, 20 * MS, 4);
	split_add(&s, CLASS_RECEIVE, 20 * MS, 5);
	split_settle(&s, 140 * MS, NULL);
	assert_int_equal(moved(&s, STATE_SEND, 140 * MS), 20 * MS);
	assert_int_equal(moved(&s, STATE_UNPICKLE, 140 * MS), 45 * MS);
	assert_int_equal(moved(&s, STATE_RUN, 140 * MS), 50 * MS);
}

/* What no sample fell into waits for the next one. */
static void time_waits_for_a_sample(void **state)
{
	struct split s = {0};

	(void)state;
	split_settle(&s, 5 * MS, NULL);
	assert_int_equal(moved(&s, STATE_RUN, 5 * MS), 5 * MS);
	split_add(&s, CLASS_PICKLE, 20 * MS, 1);
	split_settle(&s, 12 * MS, NULL);
	assert_int_equal(moved(&s, STATE_PICKLE, 12 * MS), 12 * MS);
	split_settle(&s, 12 * MS, NULL);
	assert_int_equal(moved(&s, STATE_PICKLE, 20 * MS), 12 * MS);
}

/* A worker that ends before a sample fell into its time is like the others. */
static void the_dead_are_like_the_others(void **state)
{
	static const uint64_t others[SAMPLE_CLASSES] = {[CLASS_TASK] = 30, [CLASS_UNPICKLE] = 10};
	static const uint64_t none[SAMPLE_CLASSES];
	struct split s = {0};

	(void)state;
	split_settle(&s, 4 * MS, none);
	assert_int_equal(moved(&s, STATE_RUN, 4 * MS), 4 * MS);
	split_settle(&s, 4 * MS, others);
	assert_int_equal(moved(&s, STATE_UNPICKLE, 4 * MS), MS);
	split_add(&s, CLASS_PICKLE, 20 * MS, 1);
	split_settle(&s, 6 * MS, others);
	assert_int_equal(moved(&s, STATE_PICKLE, 6 * MS), 2 * MS);
}

/* A clock that went back takes nothing away. */
static void nothing_goes_below_zero(void **state)
{
	struct split s = {0};

	(void)state;
	split_add(&s, CLASS_PICKLE, 20 * MS, 1);
	split_settle(&s, 10 * MS, NULL);
	split_add(&s, CLASS_PICKLE, 20 * MS, 2);
	split_settle(&s, 7 * MS, NULL);
	assert_int_equal(moved(&s, STATE_PICKLE, 7 * MS), 7 * MS);
	assert_int_equal(moved(&s, STATE_RUN, 7 * MS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_split_as_it_was_sampled),
		cmocka_unit_test(time_waits_for_a_sample),
		cmocka_unit_test(the_dead_are_like_the_others),
		cmocka_unit_test(nothing_goes_below_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
