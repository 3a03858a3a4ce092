/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ui/width.h"

struct row {
	const char *text;
	int columns;
};

static const struct row rows[] = {
	{"", 0}, {"abc", 3}, {"µs", 2}, {"█▓░·", 4}, {"変換", 4}, {"한국", 4},
	{"e\xcc\x81", 1}, /* combining acute */
	{"ᄀ\xe1\x85\xa1", 2}, /* Hangul consonant and vowel */
	{"\xf0\x9f\x98\x80", 2}, /* an emoji */
	{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
		4}, /* two, and a joiner that is not shown */
	{"a\xe2\x80\x8b"
	 "b",
		2}, /* zero width space */
	{"\xc2\xad", 0}, /* soft hyphen */
	{"\xff\xfe", 2}, /* no UTF-8: question marks */
	{"\xe5\xa4", 2}, /* cut */
	{"\xc0\x80", 2}, /* longer than need be */
	{"\xed\xa0\x80", 3}, /* half a surrogate pair */
	{"\xf4\x90\x80\x80", 4}, /* beyond Unicode */
	{"\033[1m\x7f", 5}, /* each a question mark or itself */
	{"\xc2\x9b", 2}, /* C1 */
};

static void columns_of_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (width_of(rows[i].text) != rows[i].columns)
			fail_msg("row %zu: %d, not %d", i, width_of(rows[i].text), rows[i].columns);
}

static void characters_one_by_one(void **state)
{
	uint32_t c;
	int width;

	(void)state;
	assert_int_equal(width_next("a", &c, &width), 1);
	assert_int_equal(c, 'a');
	assert_int_equal(width, 1);
	assert_int_equal(width_next("変", &c, &width), 3);
	assert_int_equal(c, 0x5909);
	assert_int_equal(width, 2);
	assert_int_equal(width_next("\xcc\x81", &c, &width), 2);
	assert_int_equal(width, 0);
	assert_int_equal(width_next("\xe2\x80\xae", &c, &width), 3);
	assert_int_equal(width, -1);
	assert_int_equal(width_next("\xf0\x9f\x98", &c, &width), 1);
	assert_int_equal(c, '?');
	assert_int_equal(width_next("\033", &c, &width), 1);
	assert_int_equal(c, '?');
}

/* Every sequence of bytes is walked through to its end, and nothing that a terminal obeys comes
 * out. */
static void any_bytes(void **state)
{
	(void)state;
	for (unsigned int n = 1; n < 0x10000; n++) {
		char text[5] = {(char)(n >> 8), (char)n, (char)(n >> 8), (char)(n ^ 0x40), 0};
		const char *s = text;
		size_t all = 0;

		while (*s) {
			uint32_t c;
			int width;
			size_t used = width_next(s, &c, &width);

			assert_in_range(used, 1, 4);
			assert_true(c >= 0x20 && (c < 0x7f || c >= 0xa0));
			assert_true(width >= -1 && width <= 2);
			s += used;
			all += used;
		}
		assert_true(all <= 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_of_texts),
		cmocka_unit_test(characters_one_by_one),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
