/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left out when watching costs more than it may, and that it comes back. */
#include "live/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND_NS 1000000000ull

/* A machine with a stream of so many messages a second. */
struct machine {
	struct budget b;
	unsigned int changes;
};

static struct machine machine_of(uint32_t cpus, uint32_t share)
{
	return (struct machine){.b = {.share = share, .cpus = cpus}};
}

static void seconds(struct machine *x, unsigned int n, uint64_t messages)
{
	while (n--) {
		uint32_t every = budget_every(x->b.level);
		uint64_t told = every ? messages / every : 0;
		struct budget_seen s = {.passed_ns = SECOND_NS,
			.own_ns = 2000000 + told * (BUDGET_TOLD_NS - BUDGET_RECORD_NS),
			.told = told,
			.summed = messages - told};

		x->changes += budget_next(&x->b, &s);
		assert_true(x->b.level < budget_levels());
	}
}

static void levels_tell_less_and_less(void **state)
{
	(void)state;
	assert_int_equal(budget_every(0), 1);
	for (uint32_t i = 1; i + 1 < budget_levels(); i++) {
		assert_int_equal(budget_every(i) & (budget_every(i) - 1), 0);
		assert_true(budget_every(i) > budget_every(i - 1));
	}
	assert_int_equal(budget_every(budget_levels() - 1), 0);
}

static void a_short_burst_changes_nothing(void **state)
{
	struct machine x = machine_of(2, 10000);

	(void)state;
	for (int i = 0; i < 20; i++) {
		seconds(&x, 3, 100000);
		seconds(&x, 1, 100);
	}
	assert_int_equal(x.changes, 0);
}

static void it_goes_down_as_far_as_it_must(void **state)
{
	struct machine x = machine_of(2, 10000);

	(void)state;
	seconds(&x, 60, 15000);
	assert_int_equal(x.b.level, 1);
	seconds(&x, 60, 40000);
	assert_int_equal(x.b.level, 2);
	seconds(&x, 60, 400000);
	assert_int_equal(x.b.level, 3);
	seconds(&x, 60, 4000000);
	assert_int_equal(x.b.level, 4);
}

static void it_comes_back(void **state)
{
	struct machine x = machine_of(2, 10000);

	(void)state;
	seconds(&x, 60, 4000000);
	assert_int_equal(x.b.level, 4);
	seconds(&x, 60, 100);
	assert_int_equal(x.b.level, 0);
}

/* A stream that is just too much for a level may not make it go up and down all the time. */
static void it_does_not_swing(void **state)
{
	(void)state;
	for (uint64_t messages = 1000; messages < 1000000; messages += messages / 16) {
		struct machine x = machine_of(2, 10000);

		seconds(&x, 600, messages);
		assert_true(x.changes <= 4);
	}
}

/* Nor one that comes and goes: each time it went up too early it waits longer. */
static void it_learns_patience(void **state)
{
	struct machine x = machine_of(2, 10000);

	(void)state;
	for (int i = 0; i < 100; i++) {
		seconds(&x, 9, 100);
		seconds(&x, 6, 100000);
	}
	assert_true(x.changes <= 8);
}

/* What the kernel takes to add messages up is paid for, too, and leaves less for telling others. */
static void adding_up_is_paid_for(void **state)
{
	struct machine x = machine_of(2, 10000), y = x;
	struct budget_seen s = {.passed_ns = SECOND_NS,
		.own_ns = 12000000,
		.told = 4000,
		.summed = 10000000 / BUDGET_SUMMED_NS};

	(void)state;
	for (int i = 0; i < 60; i++)
		budget_next(&x.b, &s);
	assert_int_equal(x.b.level, budget_levels() - 1);
	s.summed = 1000;
	for (int i = 0; i < 60; i++)
		budget_next(&y.b, &s);
	assert_int_equal(y.b.level, 0);
}

static void a_larger_machine_pays_for_more(void **state)
{
	struct machine x = machine_of(64, 10000);

	(void)state;
	seconds(&x, 60, 100000);
	assert_int_equal(x.changes, 0);
}

static void without_a_limit_all_is_told(void **state)
{
	struct machine x = machine_of(1, BUDGET_WHOLE);

	(void)state;
	seconds(&x, 600, 100000000);
	assert_int_equal(x.changes, 0);
}

/* What else pooltop does is not made cheaper by telling less. */
static void only_a_stream_is_thinned(void **state)
{
	struct machine x = machine_of(2, 100);
	struct budget_seen s = {
		.passed_ns = SECOND_NS, .own_ns = SECOND_NS / 10, .told = 20, .summed = 0};

	(void)state;
	for (int i = 0; i < 600; i++)
		assert_false(budget_next(&x.b, &s));
}

/* Messages of no known form are told whatever is asked for. */
static void what_spares_nothing_is_not_tried_further(void **state)
{
	struct machine x = machine_of(2, 10000);
	struct budget_seen s = {
		.passed_ns = SECOND_NS, .own_ns = SECOND_NS / 10, .told = 100000, .summed = 0};

	(void)state;
	for (int i = 0; i < 60; i++)
		budget_next(&x.b, &s);
	assert_int_equal(x.b.level, 1);
	s.summed = 1000;
	for (int i = 0; i < 60; i++)
		budget_next(&x.b, &s);
	assert_int_equal(x.b.level, budget_levels() - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_tell_less_and_less),
		cmocka_unit_test(a_short_burst_changes_nothing),
		cmocka_unit_test(it_goes_down_as_far_as_it_must),
		cmocka_unit_test(it_comes_back),
		cmocka_unit_test(it_does_not_swing),
		cmocka_unit_test(it_learns_patience),
		cmocka_unit_test(adding_up_is_paid_for),
		cmocka_unit_test(a_larger_machine_pays_for_more),
		cmocka_unit_test(without_a_limit_all_is_told),
		cmocka_unit_test(only_a_stream_is_thinned),
		cmocka_unit_test(what_spares_nothing_is_not_tried_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
