/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/history.h"

/* Feeds until *pos is past `end`. */
static void feed(const struct history *h, size_t *pos, size_t end, struct session *s)
{
	while (*pos < end)
		assert_int_equal(session_feed(s, history_next(h, pos)), 0);
}

static void assert_same(const struct model *a, const struct model *b)
{
	char *one = history_digest(a), *other = history_digest(b);

	assert_string_equal(one, other);
	free(one);
	free(other);
}

static void copy_folds_on_like_the_original(void **state)
{
	static struct history h;
	struct session original, copy;
	size_t pos = 0, copy_pos;

	(void)state;
	history_init(&h);
	history_lively(&h);
	assert_int_equal(session_init(&original), 0);
	for (size_t part = 1; part <= 20; part++) {
		feed(&h, &pos, h.len * part / 21, &original);
		assert_int_equal(model_copy(&copy.model, &original.model), 0);
		assert_same(&original.model, &copy.model);
		copy_pos = pos;
		feed(&h, &copy_pos, h.len * (part + 1) / 21, &copy);
		feed(&h, &pos, h.len * (part + 1) / 21, &original);
		assert_int_equal(pos, copy_pos);
		assert_same(&original.model, &copy.model);
		session_release(&copy);
	}
	session_release(&original);
	history_release(&h);
}

static void copy_of_the_empty_is_empty(void **state)
{
	struct model m, copy;

	(void)state;
	assert_int_equal(model_init(&m), 0);
	assert_int_equal(model_copy(&copy, &m), 0);
	assert_same(&m, &copy);
	model_release(&copy);
	model_release(&m);
}

static void copy_shares_nothing(void **state)
{
	static struct history h;
	struct session s;
	struct model copy;
	char *before, *after;

	(void)state;
	history_init(&h);
	history_lively(&h);
	assert_int_equal(session_init(&s), 0);
	assert_int_equal(history_feed(&h, NULL, &s), 0);
	assert_int_equal(model_copy(&copy, &s.model), 0);
	before = history_digest(&copy);
	session_release(&s);
	after = history_digest(&copy);
	assert_string_equal(before, after);
	free(before);
	free(after);
	model_release(&copy);
	history_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy_folds_on_like_the_original),
		cmocka_unit_test(copy_of_the_empty_is_empty),
		cmocka_unit_test(copy_shares_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
