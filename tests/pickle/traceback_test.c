/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "build.h"

static const char head[] = "Traceback (most recent call last):\n";
static const char last[] = "ValueError: bad value 5";

/* So many frames, the outermost first, with the wrapping that Pool and executors put round it. */
static void put_text(struct pickled *p, int frames)
{
	struct buf text = {0};

	buf_printf(&text, "\n\"\"\"\n%s", head);
	for (int i = 0; i < frames; i++)
		buf_printf(
			&text, "  File \"/srv/a.py\", line %d, in f%d\n    f%d()\n", i, i, i + 1);
	buf_printf(&text, "%s\n\"\"\"", last);
	assert_false(text.is_short);
	pickled_text(p, text.data);
	buf_release(&text);
}

/* `inside`: bytes that stand in the exception before its traceback. */
static void put_result(struct pickled *p, int proto, uint32_t inside, int frames)
{
	pickled_begin(p, proto);
	pickled_global(p, "concurrent.futures.process", "_ResultItem");
	pickled_ops(p, ")\x81}(");
	pickled_text(p, "work_id");
	pickled_int(p, 7);
	pickled_text(p, "exception");
	pickled_global(p, "concurrent.futures.process", "_rebuild_exc");
	pickled_global(p, "builtins", "ValueError");
	if (inside)
		pickled_blob(p, inside);
	pickled_ops(p, inside ? "\x85R" : ")R");
	put_text(p, frames);
	pickled_ops(p, "\x86R");
	pickled_text(p, "result");
	pickled_ops(p, "N");
	pickled_text(p, "exit_pid");
	pickled_ops(p, "Nub");
	pickled_end(p);
}

static void ends_well(const char *text, size_t len)
{
	assert_int_equal(len, strlen(text));
	assert_null(strstr(text, "\"\"\""));
	assert_true(len >= strlen(last));
	assert_string_equal(text + len - strlen(last), last);
}

static void is_whole_where_the_prefix_holds_it(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];

	(void)state;
	for (int proto = 2; proto <= 5; proto++) {
		struct pickled p = {0};
		size_t len;

		put_result(&p, proto, 30, 2);
		len = pickled_traceback(&p, p.b.len, 0, text, sizeof(text));
		ends_well(text, len);
		assert_memory_equal(text, head, strlen(head));
		assert_null(strstr(text, "..."));
		pickled_release(&p);
	}
}

/* Prefix and tail of 512 bytes: first lines, a gap, last lines. */
static void has_its_ends_where_the_middle_is_missing(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];

	(void)state;
	for (int proto = 2; proto <= 5; proto++) {
		struct pickled p = {0};
		size_t len;

		put_result(&p, proto, 30, 60);
		len = pickled_traceback(&p, 512, 512, text, sizeof(text));
		ends_well(text, len);
		assert_memory_equal(text, head, strlen(head));
		assert_non_null(strstr(text, "\n...\n"));
		assert_non_null(strstr(text, "in f0\n"));
		assert_non_null(strstr(text, "in f59\n"));
		assert_null(strstr(text, "in f30\n"));
		pickled_release(&p);
	}
}

/* The exception is so large that the prefix does not reach the text: the tail has its end. */
static void has_its_end_where_only_the_tail_reaches(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];

	(void)state;
	for (int proto = 2; proto <= 5; proto++) {
		struct pickled p = {0};
		size_t len;

		put_result(&p, proto, 5000, 60);
		len = pickled_traceback(&p, 512, 512, text, sizeof(text));
		ends_well(text, len);
		assert_memory_equal(text, "...\n", 4);
		assert_non_null(strstr(text, "in f59\n"));
		pickled_release(&p);
		/* And all of it, if that is short enough. */
		put_result(&p, proto, 5000, 2);
		len = pickled_traceback(&p, 512, 512, text, sizeof(text));
		ends_well(text, len);
		assert_memory_equal(text, head, strlen(head));
		pickled_release(&p);
	}
}

static void fits_any_size(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];
	struct pickled p = {0};

	(void)state;
	put_result(&p, 4, 30, 200);
	for (size_t size = 1; size <= sizeof(text); size = size * 3 / 2 + 1) {
		size_t len = pickled_traceback(&p, p.b.len, 0, text, size);

		assert_true(len < size);
		if (size > 100)
			ends_well(text, len);
		if (size > 1000)
			assert_non_null(strstr(text, "\n...\n"));
	}
	pickled_release(&p);
}

/* Between 256 bytes of either and all of them nothing is lost of the last line. */
static void of_any_parts(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];
	struct pickled p = {0};

	(void)state;
	put_result(&p, 4, 700, 10);
	for (size_t prefix = 256; prefix < p.b.len; prefix += 41)
		for (size_t tail = 256; tail < p.b.len; tail += 37)
			ends_well(text, pickled_traceback(&p, prefix, tail, text, sizeof(text)));
	pickled_release(&p);
}

static void of_a_message_without_one(void **state)
{
	char text[64] = "untouched";
	struct pickled p = {0};

	(void)state;
	pickled_begin(&p, 4);
	pickled_int(&p, 1);
	pickled_int(&p, 1);
	pickled_ops(&p, "\x89");
	pickled_global(&p, "builtins", "ValueError");
	pickled_blob(&p, 3000);
	pickled_ops(&p, "\x85R\x86\x87");
	pickled_end(&p);
	assert_int_equal(pickled_traceback(&p, 512, 512, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	pickled_release(&p);
}

/* billiard: what the exception said is where the prefix does not reach, and so in the last line. */
static void tells_the_message(void **state)
{
	char text[PICKLE_TRACEBACK_MAX];
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_int(&p, 1);
	pickled_ops(&p, "(");
	pickled_int(&p, 2);
	pickled_ops(&p, "N\x89");
	pickled_global(&p, "billiard.einfo", "ExceptionInfo");
	pickled_ops(&p, ")\x81}(");
	pickled_text(&p, "type");
	pickled_global(&p, "builtins", "ValueError");
	pickled_text(&p, "tb");
	pickled_ops(&p, "](");
	for (int i = 0; i < 1000; i++)
		pickled_int(&p, i);
	pickled_ops(&p, "e");
	pickled_text(&p, "traceback");
	put_text(&p, 4);
	pickled_text(&p, "exception");
	pickled_global(&p, "billiard.pool", "rebuild_exc");
	pickled_global(&p, "builtins", "ValueError");
	pickled_text(&p, "bad value 5");
	pickled_ops(&p, "\x85R");
	put_text(&p, 4);
	pickled_ops(&p, "\x86Rub\x86");
	pickled_int(&p, 9);
	pickled_ops(&p, "t\x86");
	pickled_end(&p);

	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_READY);
	assert_string_equal(facts.message, "bad value 5");
	assert_false(facts.is_message_derived);
	pickled_read_part(&p, 512, 512, &facts);
	assert_true(facts.is_failed && facts.has_message && facts.is_message_derived);
	assert_string_equal(facts.exc_type, "builtins.ValueError");
	assert_string_equal(facts.message, "bad value 5");
	ends_well(text, pickled_traceback(&p, 512, 512, text, sizeof(text)));
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_whole_where_the_prefix_holds_it),
		cmocka_unit_test(has_its_ends_where_the_middle_is_missing),
		cmocka_unit_test(has_its_end_where_only_the_tail_reaches),
		cmocka_unit_test(fits_any_size),
		cmocka_unit_test(of_any_parts),
		cmocka_unit_test(of_a_message_without_one),
		cmocka_unit_test(tells_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
