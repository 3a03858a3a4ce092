/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "build.h"

#define TEXT                                                                                       \
	"\n\"\"\"\nTraceback (most recent call last):\n  File \"pool.py\", line 1, in worker\n"    \
	"    result = (True, func(*args, **kwds))\nValueError: bad value 5\n\"\"\""

static void begin_failure(struct pickled *p, int proto, bool is_wrapped)
{
	pickled_begin(p, proto);
	pickled_int(p, 7);
	pickled_int(p, 3);
	pickled_ops(p, "\x89");
	if (is_wrapped)
		pickled_global(p, "multiprocessing.pool", "rebuild_exc");
}

static void end_failure(struct pickled *p, bool is_wrapped)
{
	if (is_wrapped) {
		pickled_text(p, TEXT);
		pickled_ops(p, "\x86R");
	}
	pickled_ops(p, "\x86\x87");
	pickled_end(p);
}

static void put_one_text(struct pickled *p)
{
	pickled_global(p, "builtins", "ValueError");
	pickled_text(p, "bad value 5");
	pickled_ops(p, "\x85R");
}

static void put_two(struct pickled *p)
{
	pickled_global(p, "builtins", "FileNotFoundError");
	pickled_int(p, 2);
	pickled_text(p, "No such file or directory");
	pickled_ops(p, "\x86R");
}

static void put_none(struct pickled *p)
{
	pickled_global(p, "builtins", "NotImplementedError");
	pickled_ops(p, ")R");
}

static void put_state(struct pickled *p)
{
	pickled_global(p, "__mp_main__", "Refused");
	pickled_text(p, "by\x1b[31mme");
	pickled_ops(p, "\x85R}");
	pickled_text(p, "code");
	pickled_int(p, 9);
	pickled_ops(p, "sb");
}

/* dill has Python's own types by name ... */
static void put_dill_builtin(struct pickled *p)
{
	pickled_global(p, "dill._dill", "_load_type");
	pickled_text(p, "ValueError");
	pickled_ops(p, "\x85R");
	pickled_text(p, "bad value 5");
	pickled_ops(p, "\x85R");
}

/* ... and those of the main script by value. */
static void put_dill_class(struct pickled *p)
{
	pickled_global(p, "dill._dill", "_create_type");
	pickled_ops(p, "(");
	pickled_global(p, "dill._dill", "_load_type");
	pickled_text(p, "type");
	pickled_ops(p, "\x85R");
	pickled_text(p, "Refused");
	pickled_global(p, "shop", "Error");
	pickled_ops(p, "\x85}(");
	pickled_text(p, "__module__");
	pickled_text(p, "__mp_main__");
	pickled_text(p, "__doc__");
	pickled_ops(p, "NutR");
	pickled_text(p, "by me");
	pickled_int(p, 9);
	pickled_ops(p, "\x86R");
}

/* Of every kind that an argument can be. */
static void put_many(struct pickled *p)
{
	static const uint8_t half[] = {'G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0};
	static const uint8_t million[] = {'G', 0x41, 0x2e, 0x84, 0x80, 0, 0, 0, 0};

	pickled_global(p, "shop", "Error");
	pickled_ops(p, "(");
	pickled_raw(p, half, sizeof(half));
	pickled_raw(p, million, sizeof(million));
	pickled_int(p, -3);
	pickled_ops(p, "N\x88\x89)]}");
	pickled_raw(p,
		"C\x02"
		"by",
		4);
	pickled_global(p, "shop", "Order");
	pickled_global(p, "shop", "Order");
	pickled_ops(p, ")\x81tR");
}

struct row {
	void (*put)(struct pickled *p);
	const char *type;
	const char *message;
};

static const struct row rows[] = {
	{put_one_text, "builtins.ValueError", "bad value 5"},
	{put_two, "builtins.FileNotFoundError", "2, No such file or directory"},
	{put_none, "builtins.NotImplementedError", ""},
	{put_state, "__main__.Refused", "by?[31mme"},
	{put_dill_builtin, "builtins.ValueError", "bad value 5"},
	{put_dill_class, "__main__.Refused", "by me, 9"},
	{put_many, "shop.Error",
		"0.5, 1000000.0, -3, None, True, False, <tuple>, <list>, <dict>, by, "
		"<shop.Order>, <shop.Order>"},
};

static void check(const struct pickle_facts *facts, const struct row *row)
{
	assert_int_equal(facts->shape, PICKLE_POOL_RESULT);
	assert_true(facts->has_success && facts->is_failed);
	assert_false(facts->is_encoding_error);
	assert_int_equal(facts->items_known, PICKLE_ITEMS_UNKNOWN);
	assert_string_equal(facts->exc_type, row->type);
	assert_true(facts->has_message);
	assert_false(facts->is_message_derived);
	assert_string_equal(facts->message, row->message);
}

static void is_read_with_and_without_its_traceback(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 8; i++) {
		const struct row *row = &rows[i / 8];
		bool is_wrapped = i % 2;
		struct pickled p = {0};

		begin_failure(&p, 2 + (int)(i / 2 % 4), is_wrapped);
		row->put(&p);
		end_failure(&p, is_wrapped);
		pickled_read(&p, &facts);
		check(&facts, row);
		assert_int_equal(facts.has_traceback, is_wrapped);
		pickled_release(&p);
	}
}

/* Cut anywhere it is the same, or not known, or says that there is more. */
static void is_never_wrong(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pickled p = {0};

		begin_failure(&p, 4, true);
		rows[i].put(&p);
		end_failure(&p, true);
		for (size_t cut = 0; cut < p.b.len; cut++) {
			size_t len;

			pickled_read_part(&p, cut, 0, &facts);
			len = strlen(facts.message);
			if (facts.exc_type[0])
				assert_string_equal(facts.exc_type, rows[i].type);
			if (len >= 3 && strcmp(facts.message + len - 3, "...") == 0)
				len -= 3;
			else if (facts.has_message)
				len++;
			if (strncmp(facts.message, rows[i].message, len) != 0)
				fail_msg("of %zu bytes: '%s'", cut, facts.message);
		}
		pickled_release(&p);
	}
}

static void of_a_result_that_cannot_be_pickled(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	begin_failure(&p, 4, false);
	pickled_global(&p, "multiprocessing.pool", "MaybeEncodingError");
	pickled_text(&p, "TypeError(\"cannot pickle 'lock'\")");
	pickled_text(&p, "<lock>");
	pickled_ops(&p, "\x86R}(");
	pickled_text(&p, "exc");
	pickled_text(&p, "TypeError(...)");
	pickled_text(&p, "value");
	pickled_text(&p, "<lock>");
	pickled_ops(&p, "ub");
	end_failure(&p, false);
	pickled_read(&p, &facts);
	assert_true(facts.is_failed && facts.is_encoding_error);
	assert_string_equal(facts.exc_type, "multiprocessing.pool.MaybeEncodingError");
	assert_string_equal(facts.message, "TypeError(\"cannot pickle 'lock'\"), <lock>");
	assert_false(facts.has_traceback);
	pickled_release(&p);
}

/* torch's message is a text of its own; what the exception said stands in it. */
static void of_a_data_loader(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_int(&p, 12);
	pickled_global(&p, "torch._utils", "ExceptionWrapper");
	pickled_ops(&p, ")\x81}(");
	pickled_text(&p, "exc_type");
	pickled_global(&p, "builtins", "ValueError");
	pickled_text(&p, "exc_msg");
	pickled_text(&p, "Traceback (most recent call last):\n  File \"d.py\", line 7, in get\n"
			 "ValueError: bad sample\nof two lines\n");
	pickled_text(&p, "where");
	pickled_text(&p, "in DataLoader worker process 0");
	pickled_ops(&p, "ub\x86");
	pickled_end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_DATA);
	assert_int_equal(facts.job, 12);
	assert_true(facts.is_failed);
	assert_string_equal(facts.exc_type, "builtins.ValueError");
	assert_true(facts.has_message && facts.is_message_derived);
	assert_string_equal(facts.message, "bad sample\nof two lines");
	pickled_release(&p);
}

/* A large exception's message is cut, cleanly. */
static void of_a_long_message(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	begin_failure(&p, 4, true);
	pickled_global(&p, "builtins", "ValueError");
	pickled_blob(&p, 100000);
	pickled_ops(&p, "\x85R");
	end_failure(&p, true);
	pickled_read(&p, &facts);
	assert_int_equal(strlen(facts.message), PICKLE_MESSAGE_MAX - 1);
	pickled_read_part(&p, 512, 512, &facts);
	assert_true(facts.has_message && facts.has_traceback);
	assert_string_equal(facts.message + strlen(facts.message) - 6, "xxx...");
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_with_and_without_its_traceback),
		cmocka_unit_test(is_never_wrong),
		cmocka_unit_test(of_a_result_that_cannot_be_pickled),
		cmocka_unit_test(of_a_data_loader),
		cmocka_unit_test(of_a_long_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
