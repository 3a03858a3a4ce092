/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "live/codebook.h"

#define ADDRESS 0x7f0012345670ull

static void code_is_found_by_its_process_and_address(void **state)
{
	struct codebook b = {0};
	uint32_t of_7 = 0, of_8 = 0;

	(void)state;
	codebook_add(&b, 7, ADDRESS, &of_7)->function = 1;
	codebook_add(&b, 8, ADDRESS, &of_8)->function = 2;
	codebook_add(&b, 7, ADDRESS + 16, &of_7)->function = 3;
	assert_int_equal(codebook_get(&b, 7, ADDRESS)->function, 1);
	assert_int_equal(codebook_get(&b, 8, ADDRESS)->function, 2);
	assert_int_equal(codebook_get(&b, 7, ADDRESS + 16)->function, 3);
	assert_null(codebook_get(&b, 9, ADDRESS));
	assert_ptr_equal(codebook_add(&b, 8, ADDRESS, &of_8), codebook_get(&b, 8, ADDRESS));
	codebook_release(&b);
}

static void sum_up(void *arg, const struct book_code *code)
{
	*(uint32_t *)arg += code->function;
}

static void a_process_takes_its_code_along(void **state)
{
	struct codebook b = {0};
	uint32_t of_7 = 0, of_8 = 0, sum = 0;

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++) {
		codebook_add(&b, 7, ADDRESS + 16 * i, &of_7)->function = i;
		codebook_add(&b, 8, ADDRESS + 16 * i, &of_8)->function = 1;
	}
	codebook_get(&b, 7, ADDRESS + 16)->table = malloc(8);
	codebook_drop(&b, &of_7, sum_up, &sum);
	assert_int_equal(sum, 500500);
	assert_int_equal(of_7, 0);
	assert_null(codebook_get(&b, 7, ADDRESS + 16));
	assert_non_null(codebook_get(&b, 8, ADDRESS + 16));
	/* What it leaves is used again. */
	for (uint32_t i = 1; i <= 1000; i++)
		assert_non_null(codebook_add(&b, 9, ADDRESS + 16 * i, &of_7));
	assert_int_equal(b.count, 2000);
	codebook_drop(&b, &of_8, NULL, NULL);
	codebook_release(&b);
}

static void it_is_bounded(void **state)
{
	struct codebook b = {0};
	uint32_t list = 0, added = 0;

	(void)state;
	for (uint32_t i = 0; i < BOOK_CODES + 1000; i++)
		added += codebook_add(&b, 7, 16 * (uint64_t)i, &list) != NULL;
	assert_int_equal(added, BOOK_CODES);
	codebook_release(&b);
}

/* Lines of 3.10's kind: 4 bytes of code of line 10, 6 of line 12. */
static void lines_are_read_as_each_version_has_them(void **state)
{
	static const unsigned char table[] = {4, 0, 6, 2};
	struct book_code code = {
		.address = ADDRESS, .lasti = PY_LASTI_UNITS, .lines = PY_LINES_RANGES, .first = 10};

	(void)state;
	assert_int_equal(codebook_line(&code, 1), 0);
	code.table = malloc(sizeof(table));
	assert_non_null(code.table);
	memcpy(code.table, table, sizeof(table));
	code.table_len = sizeof(table);
	assert_int_equal(codebook_line(&code, 1), 10);
	assert_int_equal(codebook_line(&code, 3), 12);
	code.lasti = PY_LASTI_POINTER;
	code.bytecode = 100;
	assert_int_equal(codebook_line(&code, ADDRESS + 100 + 6), 12);
	assert_int_equal(codebook_line(&code, ADDRESS + 100 + 60), 0);
	free(code.table);
}

static void stacks_have_one_id(void **state)
{
	struct trace_place a[] = {{1, 2, 3, 0}, {4, 5, 0, 0}}, b[] = {{1, 2, 4, 0}, {4, 5, 0, 0}};
	struct trace_ids t = {0};
	bool is_new;

	(void)state;
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){a, 2, 0}, &is_new), 1);
	assert_true(is_new);
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){b, 2, 0}, &is_new), 2);
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){a, 2, 0}, &is_new), 1);
	assert_false(is_new);
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){a, 1, 0}, &is_new), 3);
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){a, 2, TRACE_MORE}, &is_new), 4);
	assert_int_equal(trace_ids_get(&t, (struct trace_wish){a, 0, 0}, &is_new), 0);
	trace_ids_release(&t);
}

static void when_there_are_many_short_ones_still_have_room(void **state)
{
	struct trace_place places[2] = {{0}};
	struct trace_ids t = {0};
	uint32_t whole = 0, cut = 0;
	bool is_new;

	(void)state;
	for (uint32_t i = 1; i <= 2 * BOOK_TRACES; i++) {
		places[0].line = i;
		whole += trace_ids_get(&t, (struct trace_wish){places, 2, 0}, &is_new) != 0;
	}
	for (uint32_t i = 1; i <= 2 * BOOK_TRACES; i++) {
		places[0].line = i;
		cut += trace_ids_get(&t, (struct trace_wish){places, 1, 0}, &is_new) != 0;
	}
	assert_int_equal(whole, BOOK_TRACES / 4 * 3);
	assert_int_equal(cut, BOOK_TRACES / 4);
	trace_ids_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_is_found_by_its_process_and_address),
		cmocka_unit_test(a_process_takes_its_code_along),
		cmocka_unit_test(it_is_bounded),
		cmocka_unit_test(lines_are_read_as_each_version_has_them),
		cmocka_unit_test(stacks_have_one_id),
		cmocka_unit_test(when_there_are_many_short_ones_still_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
