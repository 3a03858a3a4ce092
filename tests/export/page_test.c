/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/page.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void finish(struct page *p, const char *want)
{
	size_t len = 0;
	char *text;

	assert_int_equal(page_finish(p, &text, &len), 0);
	assert_string_equal(text, want);
	assert_int_equal(len, strlen(want));
	free(text);
}

static void test_columns(void **state)
{
	(void)state;
	assert_int_equal(page_columns(""), 0);
	assert_int_equal(page_columns("12.3 µs"), 7);
	assert_int_equal(page_columns("日本"), 4);
	assert_int_equal(page_columns("e\xcc\x81"), 1);
	assert_int_equal(page_columns("\xff\xe6\x97"), 3);
	assert_int_equal(page_columns("\xf0\x9f\x90\x8d"), 2);
}

static void test_cells(void **state)
{
	static const struct page_cell left = {.width = 6};
	static const struct page_cell right = {.width = 6, .right = true};
	static const struct page_cell tail = {.width = 6, .tail = true};
	struct page p = {.width = 40};

	(void)state;
	page_cell(&p, &left, "ab");
	page_add(&p, "|");
	page_cell(&p, &right, "ab");
	page_add(&p, "|");
	page_cell(&p, &right, "abcdef");
	page_end(&p);
	page_cell(&p, &left, "abcdefg");
	page_add(&p, "|");
	page_cell(&p, &tail, "abcdefg");
	page_add(&p, "|");
	page_cell(&p, &tail, "module.日本語");
	page_add(&p, "|");
	page_cell(&p, &left, "a日本語");
	page_add(&p, "|");
	page_end(&p);
	finish(&p, "ab    |    ab|abcdef\n"
		   "abcd..|..defg|..本語|a日.. |\n");
}

static void test_to_and_end(void **state)
{
	struct page p = {.width = 40};

	(void)state;
	page_add(&p, "µ");
	page_to(&p, 4);
	page_add(&p, "x");
	page_to(&p, 2);
	page_add(&p, "y   ");
	page_end(&p);
	page_end(&p);
	page_to(&p, 3);
	page_end(&p);
	finish(&p, "µ   xy\n\n\n");
}

static void test_words(void **state)
{
	struct page p = {.width = 20};

	(void)state;
	page_add(&p, "  name  ");
	page_words(&p, 8, "one two three\nfour five");
	page_end(&p);
	page_words(&p, 0, "exactly twenty signs");
	page_end(&p);
	page_words(&p, 0, "exactly twenty1 signs");
	page_end(&p);
	page_words(&p, 4, "");
	page_end(&p);
	finish(&p, "  name  one two\n"
		   "        three four\n"
		   "        five\n"
		   "exactly twenty signs\n"
		   "exactly twenty1\nsigns\n"
		   "\n");
}

static void test_long_words(void **state)
{
	struct page p = {.width = 10};

	(void)state;
	page_words(&p, 2, "a 0123456789abcdefghij b");
	page_end(&p);
	page_words(&p, 2, "日本語日本語日本語");
	page_end(&p);
	finish(&p, "a 01234567\n  89abcdef\n  ghij b\n日本語日本\n  語日本語\n");
}

/* A page too narrow for its indent still ends. */
static void test_no_room(void **state)
{
	struct page p = {.width = 4};
	size_t len;
	char *text;

	(void)state;
	page_to(&p, 6);
	page_words(&p, 6, "abc def");
	page_cut(&p, "more", 4);
	page_end(&p);
	assert_int_equal(page_finish(&p, &text, &len), 0);
	free(text);
}

static void test_say_and_cut(void **state)
{
	struct page p = {.width = 12};

	(void)state;
	page_say(&p, 1, "%s of %d", "one", 12345);
	page_end(&p);
	page_add(&p, "| ");
	page_cut(&p, "0123456789xxx", 10);
	page_end(&p);
	page_add(&p, "| ");
	page_cut(&p, "0123456789xxx", 11);
	page_end(&p);
	finish(&p, "one of 12345\n| 0123456789\n| 01234567..\n");
}

static void test_no_memory(void **state)
{
	struct page p = {.width = 12};
	size_t len = 5;
	char *text = NULL;

	(void)state;
	page_add(&p, "text");
	p.buf.is_short = true;
	assert_int_equal(page_finish(&p, &text, &len), -ENOMEM);
	assert_null(text);
	assert_int_equal(len, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_to_and_end),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_say_and_cut),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
