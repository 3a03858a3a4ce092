/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/map.h"

enum { KEYS = 4096, STEPS = 400000 };

static void an_empty_one_has_nothing(void **state)
{
	struct map m = {0};
	uint32_t pos = 0;

	(void)state;
	assert_false(map_get(&m, 0, NULL));
	assert_false(map_del(&m, 0));
	assert_null(map_next(&m, &pos));
	map_release(&m);
}

static void keeps_any_key(void **state)
{
	static const uint64_t keys[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63, 0xffffffff};
	struct map m = {0};
	uint32_t value = 99;

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(map_put(&m, keys[i], i), 0);
	assert_int_equal(map_put(&m, 0, 77), 0);
	assert_int_equal(m.count, 5);
	assert_true(map_get(&m, 0, &value));
	assert_int_equal(value, 77);
	for (uint32_t i = 1; i < 5; i++) {
		assert_true(map_get(&m, keys[i], &value));
		assert_int_equal(value, i);
	}
	assert_false(map_get(&m, 2, &value));
	assert_int_equal(value, 4);
	map_release(&m);
	assert_int_equal(m.count, 0);
	assert_false(map_get(&m, 0, NULL));
}

/* Keys that all start from few slots, so that runs are long and wrap round. */
static uint64_t crowded(uint32_t i)
{
	return (uint64_t)i << 52 | i >> 8;
}

/* Random puts and deletions, beside an array that knows the truth. */
static void agrees_with_an_array(void **state)
{
	static uint32_t truth[KEYS]; /* value + 1, 0: not there */
	struct map m = {0};
	uint32_t count = 0;
	uint32_t pos = 0;

	(void)state;
	srandom(1);
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t i = (uint32_t)random() % KEYS;
		uint32_t value = 0;

		assert_int_equal(map_get(&m, crowded(i), &value), truth[i] != 0);
		if (truth[i])
			assert_int_equal(value, truth[i] - 1);
		if (random() % (step / 1000 % 3 + 2) == 0) {
			assert_int_equal(map_del(&m, crowded(i)), truth[i] != 0);
			truth[i] = 0;
		} else {
			assert_int_equal(map_put(&m, crowded(i), step), 0);
			truth[i] = step + 1;
		}
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		assert_int_equal(map_get(&m, crowded(i), NULL), truth[i] != 0);
		count += truth[i] != 0;
	}
	assert_int_equal(m.count, count);
	for (const struct map_slot *slot; (slot = map_next(&m, &pos)); count--)
		assert_true(map_get(&m, slot->key, NULL));
	assert_int_equal(count, 0);
	map_release(&m);
}

static void does_not_grow_by_what_is_gone(void **state)
{
	struct map m = {0};

	(void)state;
	for (uint64_t key = 0; key < 100000; key++) {
		assert_int_equal(map_put(&m, key, 1), 0);
		if (key >= 10)
			assert_true(map_del(&m, key - 10));
	}
	assert_int_equal(m.count, 10);
	assert_int_equal(m.size, 16);
	map_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_has_nothing),
		cmocka_unit_test(keeps_any_key),
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(does_not_grow_by_what_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
