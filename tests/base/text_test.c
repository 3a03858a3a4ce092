/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct row {
	const char *in;
	size_t len;
	int keep_lines;
	const char *out;
};

#define IN(s) .in = (s), .len = sizeof(s) - 1

static const struct row rows[] = {
	{IN("plain"), .out = "plain"},
	{IN(""), .out = ""},
	{IN("a\tb\nc"), .out = "a b c"},
	{IN("a\tb\nc"), .keep_lines = 1, .out = "a b\nc"},
	{IN("a\r\x1b[31m\x7f"), .keep_lines = 1, .out = "a??[31m?"},
	{IN("nul\0hidden"), .out = "nul"},
	{IN("\xc2\x9b"
	    "2J"),
		.out = "?2J"}, /* C1, as UTF-8 */
	{IN("\x9b"
	    "2J"),
		.out = "?2J"}, /* C1, raw */
	{IN("\xe2\x80\xae"
	    "evil"),
		.out = "?evil"}, /* override */
	{IN("\xe2\x81\xa6"
	    "evil"),
		.out = "?evil"}, /* isolate */
	{IN("\xe2\x80\xa8x"), .out = "?x"}, /* line separator */
	{IN("µs \xe2\x82\xac \xf0\x9f\x90\x8d"), .out = "µs \xe2\x82\xac \xf0\x9f\x90\x8d"},
	{IN("\xc0\x80\xe0\x80\x80"), .out = "?????"}, /* longer than need be */
	{IN("\xed\xa0\x80"), .out = "?"}, /* half a surrogate pair */
	{IN("\xf4\x90\x80\x80"), .out = "?"}, /* beyond Unicode */
	{IN("\xff\xfe\x80"), .out = "???"},
	{IN("\xe2\x82"), .out = "??"}, /* cut */
	{IN("\xe2\x82z"), .out = "??z"},
};

static void cleans(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n =
			text_clean(out, sizeof(out), rows[i].in, rows[i].len, rows[i].keep_lines);

		assert_string_equal(out, rows[i].out);
		assert_int_equal(n, strlen(rows[i].out));
	}
}

static void fits_any_size(void **state)
{
	static const char in[] = "a\xe2\x82\xac"
				 "b\xf0\x9f\x90\x8d"
				 "c";
	static const size_t whole[] = {0, 1, 1, 1, 4, 5, 5, 5, 5, 9, 10, 10};

	(void)state;
	for (size_t size = 1; size <= sizeof(whole) / sizeof(whole[0]); size++) {
		char *out = malloc(size);

		assert_non_null(out);
		assert_int_equal(text_clean(out, size, in, sizeof(in) - 1, 0), whole[size - 1]);
		assert_int_equal(strlen(out), whole[size - 1]);
		assert_memory_equal(out, in, whole[size - 1]);
		free(out);
	}
}

static void copies_at_most_the_limit(void **state)
{
	char *copy = text_clean_dup("one\ntwo\x01", 8, 100, 1);

	(void)state;
	assert_string_equal(copy, "one\ntwo?");
	free(copy);
	copy = text_clean_dup("one two", 7, 5, 0);
	assert_string_equal(copy, "one t");
	free(copy);
	copy = text_clean_dup(NULL, 0, 5, 0);
	assert_string_equal(copy, "");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(fits_any_size),
		cmocka_unit_test(copies_at_most_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
