/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/hist.h"

enum { SAMPLES = 20000 };

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void check_against_sorted(uint64_t *sample, size_t n)
{
	static const double percents[] = {0, 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 100};
	struct hist h = {0};
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++) {
		hist_add(&h, sample[i]);
		total += sample[i];
	}
	qsort(sample, n, sizeof(*sample), by_value);
	assert_int_equal(h.count, n);
	assert_int_equal(h.min_ns, sample[0]);
	assert_int_equal(h.max_ns, sample[n - 1]);
	assert_int_equal(h.total_ns, total);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		size_t rank = (size_t)ceil(percents[i] / 100 * (double)n);
		double truth = (double)sample[rank ? rank - 1 : 0];
		double got = (double)hist_percentile(&h, percents[i]);

		if (fabs(got - truth) > truth * 0.016)
			fail_msg("p%g of %zu: %f, not %f", percents[i], n, got, truth);
	}
	hist_release(&h);
}

/* From nanoseconds to hours, spread evenly over the octaves, and in one narrow place. */
static void percentiles_are_within_2_percent(void **state)
{
	static uint64_t sample[SAMPLES];
	uint64_t x = 88172645463325252;

	(void)state;
	for (size_t n = 1; n <= SAMPLES; n = n * 3 + 1) {
		for (size_t i = 0; i < n; i++)
			sample[i] = next_random(&x) >> (20 + next_random(&x) % 44);
		check_against_sorted(sample, n);
		for (size_t i = 0; i < n; i++)
			sample[i] = 1000000 + next_random(&x) % 5000;
		check_against_sorted(sample, n);
	}
}

static void an_empty_one_reads_as_0(void **state)
{
	struct hist h = {0};

	(void)state;
	assert_int_equal(hist_percentile(&h, 50), 0);
	hist_release(&h);
}

static void the_longest_read_as_max(void **state)
{
	struct hist h = {0};

	(void)state;
	hist_add(&h, UINT64_MAX / 4);
	hist_add(&h, UINT64_MAX / 3);
	hist_add(&h, UINT64_MAX / 2);
	assert_int_equal(hist_percentile(&h, 50), UINT64_MAX / 2);
	assert_int_equal(h.buckets[HIST_BUCKETS - 1], 3);
	hist_release(&h);
}

static void buckets_join_without_gaps(void **state)
{
	(void)state;
	for (unsigned int b = 0; b < HIST_BUCKETS; b++) {
		uint64_t start = hist_bucket_start(b);
		uint64_t end = hist_bucket_start(b + 1);
		struct hist h = {0};

		assert_true(start < end);
		hist_add(&h, start);
		hist_add(&h, end - 1);
		assert_int_equal(h.buckets[b], 2);
		hist_release(&h);
	}
	assert_int_equal(hist_bucket_start(0), 0);
	assert_int_equal(hist_bucket_start(HIST_BUCKETS), UINT64_C(1) << 45);
	assert_int_equal(hist_bucket_start(UINT32_MAX), UINT64_C(1) << 45);
}

static void merges_and_copies(void **state)
{
	struct hist low = {0};
	struct hist high = {0};
	struct hist sum = {0};
	struct hist copy = {0};

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		hist_add(&low, 1000 + i);
		hist_add(&high, 1000000 + i);
	}
	hist_merge(&sum, &(struct hist){0});
	assert_int_equal(sum.count, 0);
	assert_null(sum.buckets);
	hist_merge(&sum, &high);
	hist_merge(&sum, &low);
	assert_int_equal(sum.count, 200);
	assert_int_equal(sum.min_ns, 1000);
	assert_int_equal(sum.max_ns, 1000099);
	assert_int_equal(sum.total_ns, low.total_ns + high.total_ns);
	assert_in_range(hist_percentile(&sum, 25), 1030, 1070);
	assert_in_range(hist_percentile(&sum, 75), 985000, 1015000);

	assert_int_equal(hist_copy(&copy, &sum), 0);
	hist_release(&sum);
	assert_int_equal(copy.count, 200);
	assert_in_range(hist_percentile(&copy, 75), 985000, 1015000);
	hist_release(&copy);
	hist_release(&low);
	hist_release(&high);
	assert_int_equal(hist_copy(&copy, &low), 0);
	assert_null(copy.buckets);
}

/* As after an allocation failed: the sums hold, and no percentile is invented. */
static void without_buckets_percentiles_read_as_max(void **state)
{
	struct hist bare = {.count = 2, .min_ns = 10, .max_ns = 500, .total_ns = 510};
	struct hist h = {0};

	(void)state;
	hist_add(&bare, 100);
	assert_null(bare.buckets);
	assert_int_equal(bare.count, 3);
	assert_int_equal(hist_percentile(&bare, 50), 500);
	hist_add(&h, 7);
	hist_merge(&h, &bare);
	assert_int_equal(h.count, 4);
	assert_int_equal(hist_percentile(&h, 1), 500);
	hist_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_are_within_2_percent),
		cmocka_unit_test(an_empty_one_reads_as_0),
		cmocka_unit_test(the_longest_read_as_max),
		cmocka_unit_test(buckets_join_without_gaps),
		cmocka_unit_test(merges_and_copies),
		cmocka_unit_test(without_buckets_percentiles_read_as_max),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
