/* SPDX-License-Identifier: GPL-2.0-only */
/* That the numbers are right only real interpreters can show: tests/live/stack_test.py. */
#include "python/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_there_is_one_for_each(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = 0; minor < 40; minor++) {
		const struct py_layout *l = layout_row(minor);

		assert_int_equal(!!l, minor >= LAYOUT_FIRST && minor < LAYOUT_TABLE);
		if (l)
			assert_int_equal(l->version, 0x0300 + minor);
	}
	assert_null(layout_row(UINT32_MAX));
}

/* Either it is there, and then it lies within the bytes of a frame that a walker copies. */
static void assert_in_frame(const struct py_layout *l, uint32_t offset, uint32_t width)
{
	if (offset != PY_ABSENT)
		assert_true(offset + width <= l->frame.size);
}

static void test_frames_fit_what_is_copied(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		const struct py_layout *l = layout_row(minor);

		assert_true(l->frame.size <= 128);
		assert_in_frame(l, l->frame.code, 8);
		assert_in_frame(l, l->frame.previous, 8);
		assert_in_frame(l, l->frame.lasti, l->lasti == PY_LASTI_POINTER ? 8 : 4);
		assert_in_frame(l, l->frame.owner, 1);
		assert_in_frame(l, l->frame.entry, 1);
		assert_in_frame(l, l->frame.trace, 8);
		assert_in_frame(l, l->frame.lineno, 4);
	}
}

/* What a version has depends on its kind of frame. */
static void test_old_and_new_frames(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		const struct py_layout *l = layout_row(minor);
		int is_new = minor >= 11;

		assert_int_equal(l->lasti == PY_LASTI_POINTER, is_new);
		assert_int_equal(l->lines == PY_LINES_POSITIONS, is_new);
		assert_int_equal(l->frame.owner != PY_ABSENT, is_new);
		assert_int_equal(l->frame.trace == PY_ABSENT, is_new);
		assert_int_equal(l->frame.lineno == PY_ABSENT, is_new);
		assert_int_equal(l->code.bytecode != PY_ABSENT, is_new);
		assert_int_equal(l->code.qualname != PY_ABSENT, is_new);
		assert_int_equal(l->thread.native_id != PY_ABSENT, is_new);
		assert_int_equal(l->thread.cframe != PY_ABSENT, is_new);
		assert_int_equal(l->frame.entry != PY_ABSENT, minor == 11);
		assert_int_equal(l->gil.runtime != PY_ABSENT, minor >= 7 && minor <= 11);
		assert_int_equal(l->gil.interp != PY_ABSENT, minor == 12);
		assert_int_equal(l->gc.runtime != PY_ABSENT, minor == 7 || minor == 8);
		assert_int_equal(l->gc.interp != PY_ABSENT, minor >= 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_is_one_for_each),
		cmocka_unit_test(test_frames_fit_what_is_copied),
		cmocka_unit_test(test_old_and_new_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
