/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/interleave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Two evaluation loops: a library's function is called by the inner one, and calls it back. */
static const struct unwound native[] = {
	{.function = "read"},
	{.function = "_PyEval_EvalFrameDefault"},
	{.function = "qsort"},
	{.function = "_PyEval_EvalFrameDefault.cold"},
	{.function = "_start"},
};
static const size_t count = sizeof(native) / sizeof(native[0]);

static const char *order(const struct python_frames *python)
{
	static char text[64];
	struct interleaved mixed[16];
	size_t all = interleave(native, count, python, mixed);

	memset(text, 0, sizeof(text));
	for (size_t i = 0; i < all; i++)
		text[i] = (char)((mixed[i].is_python ? 'a' : '0') + (int)mixed[i].at);
	return text;
}

static void python_frames_stand_at_their_loops(void **state)
{
	static const bool entry[] = {false, true, false, true};
	static const bool each[] = {true, true};

	(void)state;
	assert_string_equal(order(&(struct python_frames){entry, 4}), "0ab12cd34");
	assert_string_equal(order(&(struct python_frames){each, 2}), "0a12b34");
	assert_string_equal(order(&(struct python_frames){each, 0}), "01234");
}

/* What finds no loop comes last; a loop without frames has none. */
static void what_does_not_fit_is_not_lost(void **state)
{
	static const bool many[] = {true, true, true, false};

	(void)state;
	assert_string_equal(order(&(struct python_frames){many, 4}), "0a12b34cd");
	assert_string_equal(order(&(struct python_frames){many, 1}), "0a1234");
}

static void as_many_loops_as_entries(void **state)
{
	static const bool entry[] = {false, true, false, true, true};

	(void)state;
	assert_true(interleave_fits(native, count, &(struct python_frames){entry, 4}));
	assert_false(interleave_fits(native, count, &(struct python_frames){entry, 3}));
	assert_false(interleave_fits(native, count, &(struct python_frames){entry, 5}));
	assert_false(interleave_fits(native, 3, &(struct python_frames){entry, 4}));
	assert_true(interleave_fits(native, 0, &(struct python_frames){entry, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(python_frames_stand_at_their_loops),
		cmocka_unit_test(what_does_not_fit_is_not_lost),
		cmocka_unit_test(as_many_loops_as_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
