/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_memory.h"

static void test_decode(void **state)
{
	static const uint16_t two[] = {0x20ac, 'a', 0xe9, 0xd800, 0x202e, 0};
	static const uint32_t four[] = {0x1f40d, 'b', 0x110000, 0x80000000};
	char text[64];

	(void)state;
	assert_int_equal(str_decode(text, sizeof(text), "plain", 5, 1), 5);
	assert_string_equal(text, "plain");
	str_decode(text, sizeof(text), "caf\xe9\xff", 5, 1);
	assert_string_equal(text, "caf\u00e9\u00ff");
	str_decode(text, sizeof(text), two, 6, 2);
	assert_string_equal(text, "\u20aca\u00e9???");
	str_decode(text, sizeof(text), four, 4, 4);
	assert_string_equal(text, "\U0001f40db??");
	assert_int_equal(str_decode(text, sizeof(text), "plain", 5, 3), 0);
	assert_string_equal(text, "");
	str_decode(text, sizeof(text), "\33[31m\n\x9b\x7f", 8, 1);
	assert_string_equal(text, "?[31m ??");
}

static void test_decode_cuts_whole_characters(void **state)
{
	static const uint16_t euros[] = {0x20ac, 0x20ac, 0x20ac};
	char many[2 * STR_CHARS], text[2 * STR_CHARS];

	(void)state;
	assert_int_equal(str_decode(text, 8, euros, 3, 2), 6);
	assert_int_equal(str_decode(text, 7, euros, 3, 2), 6);
	assert_int_equal(str_decode(text, 6, euros, 3, 2), 3);
	assert_int_equal(str_decode(text, 1, euros, 3, 2), 0);
	memset(many, 'x', sizeof(many));
	assert_int_equal(str_decode(text, sizeof(text), many, sizeof(many), 1), STR_CHARS);
}

static int read_at(
	struct false_memory *f, const struct py_layout *l, uint64_t at, char text[static 1024])
{
	strcpy(text, "untouched");
	return str_read(&f->m, l, at, (struct str_wish){.dst = text, .size = 1024});
}

static void test_read(void **state)
{
	struct false_memory *f = false_memory_new();
	char text[1024];
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		const struct py_layout *l = layout_row(minor);
		uint64_t at = false_str(f, l, "task"), other = false_room(f, 16);

		assert_int_equal(read_at(f, l, at, text), 0);
		assert_string_equal(text, "task");
		false_u32(f, at + l->str.state, PY_STR_COMPACT | 2 << PY_STR_KIND_SHIFT);
		false_put(f, at + l->str.compact, "x\0y\0z\0\xac\x20", 8);
		assert_int_equal(read_at(f, l, at, text), 0);
		assert_string_equal(text, "xyz\u20ac");
		false_u32(f, at + l->str.state, 1 << PY_STR_KIND_SHIFT); /* not compact */
		false_u64(f, at + l->str.compact, other);
		false_put(f, other, "there", 5);
		assert_int_equal(read_at(f, l, at, text), 0);
		assert_string_equal(text, "ther");
	}
	free(f);
}

static void test_long_ones(void **state)
{
	struct false_memory *f = false_memory_new();
	const struct py_layout *l = layout_row(11);
	char path[3 * STR_CHARS] = "", text[1024];
	uint64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(path) - 1; i++)
		path[i] = (char)('a' + i % 26);
	at = false_str(f, l, path);
	assert_int_equal(read_at(f, l, at, text), 0);
	assert_int_equal(strlen(text), STR_CHARS);
	assert_int_equal(strncmp(text, path, STR_CHARS), 0);
	str_read(&f->m, l, at, (struct str_wish){.dst = text, .size = sizeof(text), .tail = 1});
	assert_string_equal(text, path + strlen(path) - STR_CHARS);
	free(f);
}

static void test_what_is_none(void **state)
{
	struct false_memory *f = false_memory_new();
	const struct py_layout *l = layout_row(11);
	uint64_t at = false_str(f, l, "task");
	char text[1024];

	(void)state;
	assert_int_equal(read_at(f, l, 0, text), -EFAULT);
	assert_int_equal(read_at(f, l, UINT64_MAX - 8, text), -EFAULT);
	false_u64(f, at + l->str.length, UINT64_MAX);
	assert_int_equal(read_at(f, l, at, text), -EINVAL);
	false_u64(f, at + l->str.length, FALSE_SIZE); /* the first ones are there */
	assert_int_equal(read_at(f, l, at, text), 0);
	false_u64(f, at + l->str.length, 4);
	false_u32(f, at + l->str.state, PY_STR_COMPACT | 3 << PY_STR_KIND_SHIFT);
	assert_int_equal(read_at(f, l, at, text), -EINVAL);
	false_u32(f, at + l->str.state, PY_STR_COMPACT); /* wchar_t, not made ready */
	assert_int_equal(read_at(f, l, at, text), -EINVAL);
	assert_string_equal(text, "untouched");
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_cuts_whole_characters),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_long_ones),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
