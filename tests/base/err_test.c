/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void words_and_passes_the_status_on(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(
		err_set(&err, -EPERM, ERR_PERMISSION, "no %s: ask %d", "rights", 7), -EPERM);
	assert_int_equal(err.class, ERR_PERMISSION);
	assert_string_equal(err.text, "no rights: ask 7");
}

static void takes_null(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -EINVAL, ERR_USAGE, "%s", "nobody reads this"), -EINVAL);
}

static void is_one_clean_line(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, -1, ERR_FAILED, "a\nb\x1b[2Jc\xffz");
	assert_string_equal(err.text, "a b?[2Jc?z");
}

static void cuts_between_characters(void **state)
{
	char longer[ERR_TEXT * 2];
	struct err err;

	(void)state;
	for (size_t lead = 0; lead < 4; lead++) {
		memset(longer, 'x', sizeof(longer));
		for (size_t i = lead; i + 3 < sizeof(longer); i += 3)
			memcpy(longer + i, "\xe2\x82\xac", 3);
		longer[sizeof(longer) - 1] = '\0';
		err_set(&err, -1, ERR_FAILED, "%s", longer);
		assert_in_range(strlen(err.text), ERR_TEXT - 3, ERR_TEXT - 1);
		assert_null(strchr(err.text, '?'));
		assert_memory_equal(err.text, longer, strlen(err.text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_passes_the_status_on),
		cmocka_unit_test(takes_null),
		cmocka_unit_test(is_one_clean_line),
		cmocka_unit_test(cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
