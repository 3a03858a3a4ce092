/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "tape/kinds.h"
#include "wire/decode.h"

static void every_kind_has_a_row(void **state)
{
	(void)state;
	for (uint16_t kind = 0; kind < FRAME_KINDS; kind++) {
		const struct frame_info *info = frame_info(kind);

		if (!info)
			continue;
		if (tape_kind(kind)->kind != kind)
			fail_msg("%s has no row in src/tape/kinds.c", info->name);
		assert_int_equal(tape_kind(kind)->text % 4, 0);
		assert_true(tape_kind(kind)->text <= info->size);
		for (int i = 0; i < KIND_WORDS; i++)
			assert_true(tape_kind(kind)->like[i] + 4u <= info->size);
	}
}

static void a_newer_kind_is_plain(void **state)
{
	(void)state;
	assert_int_equal(tape_kind(60000)->kind, 0);
	assert_false(tape_kind(60000)->structural);
	assert_int_equal(tape_kind(60000)->text, 0);
}

static void sizes_are_sound_or_not(void **state)
{
	static const struct {
		uint16_t size;
		bool sound;
	} rows[] = {
		{0, false}, {8, false}, {16, true}, {20, false}, {FRAME_MAX, true}, {65535, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame f = {.kind = FRAME_TICK, .size = rows[i].size};

		assert_int_equal(frame_is_sound(&f), rows[i].sound);
	}
}

static void the_first_frame_tells_the_format(void **state)
{
	struct frame_session f = {
		.h = {.kind = FRAME_SESSION, .size = sizeof(f)},
		.format = WIRE_FORMAT,
	};
	struct err err = {0};

	(void)state;
	assert_int_equal(check_first_frame(&f.h, "x", &err), 0);
	f.format = WIRE_FORMAT + 1;
	assert_int_equal(check_first_frame(&f.h, "x", &err), -EBADMSG);
	assert_int_equal(err.class, ERR_RECORDING);
	assert_non_null(strstr(err.text, "format 2"));
	f.format = 0;
	assert_int_equal(check_first_frame(&f.h, "x", &err), -EBADMSG);
	f.format = WIRE_FORMAT;
	f.h.size = 24;
	assert_int_equal(check_first_frame(&f.h, "x", &err), -EBADMSG);
	f.h.size = sizeof(f);
	f.h.kind = FRAME_TICK;
	assert_int_equal(check_first_frame(&f.h, "x", &err), -EBADMSG);
	assert_non_null(strstr(err.text, "x is not a pooltop recording"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_row),
		cmocka_unit_test(a_newer_kind_is_plain),
		cmocka_unit_test(sizes_are_sound_or_not),
		cmocka_unit_test(the_first_frame_tells_the_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
