/* SPDX-License-Identifier: GPL-2.0-only */
/* The sampler takes at most a hundredth of one core, whatever there is to sample. */
#include "live/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TICKS = 60 };
#define SECOND_NS 1000000000ull

/* So many cores on which samples of so long are taken, a second. */
static struct rate_cost second(uint32_t rate, uint64_t cores, uint64_t sample_ns)
{
	uint64_t runs = cores * (SECOND_NS / rate_period_ns(rate));

	return (struct rate_cost){
		.passed_ns = SECOND_NS,
		.program_ns = runs * sample_ns,
		.runs = runs,
		.samples = sample_ns ? runs : 0,
	};
}

/* Where the rate comes to rest. */
static uint32_t rest(uint32_t rate, uint64_t cores, uint64_t sample_ns)
{
	for (int i = 0; i < TICKS; i++) {
		struct rate_cost cost = second(rate, cores, sample_ns);

		rate = rate_next(rate, &cost);
		assert_true(rate < RATES);
	}
	return rate;
}

static void it_takes_a_hundredth_of_a_core_at_most(void **state)
{
	(void)state;
	for (uint64_t cores = 1; cores <= 64; cores++)
		for (uint64_t ns = 2000; ns <= 20000; ns += 2000) {
			uint32_t rate = rest(RATE_FIRST, cores, ns);
			struct rate_cost cost = second(rate, cores, ns);

			if (rate)
				assert_true(rate_milli(&cost) <= 10);
		}
}

static void a_few_cores_are_sampled_49_times_a_second(void **state)
{
	(void)state;
	assert_int_equal(SECOND_NS / rate_period_ns(RATE_FIRST), 49);
	assert_true(rest(RATE_FIRST, 2, 10000) >= RATE_FIRST);
	assert_true(rest(0, 2, 10000) >= RATE_FIRST);
}

static void it_rests_where_there_is_nothing(void **state)
{
	uint32_t quiet = rest(RATES - 1, 4, 0);

	(void)state;
	assert_true(SECOND_NS / rate_period_ns(quiet) <= 11);
	assert_true(rest(quiet, 2, 5000) >= RATE_FIRST);
}

static void nothing_is_known_before_time_has_passed(void **state)
{
	const struct rate_cost none = {.runs = 1000000, .program_ns = SECOND_NS};

	(void)state;
	assert_int_equal(rate_next(RATE_FIRST, &none), RATE_FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_a_hundredth_of_a_core_at_most),
		cmocka_unit_test(a_few_cores_are_sampled_49_times_a_second),
		cmocka_unit_test(it_rests_where_there_is_nothing),
		cmocka_unit_test(nothing_is_known_before_time_has_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
