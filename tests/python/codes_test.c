/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/codes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_python.h"

static void test_read_once(void **state)
{
	struct false_python p = false_python_new(layout_row(11));
	uint64_t at = false_code(&p, "Task.run", "/srv/etl.py", 7);
	struct codes c = {0};
	uint32_t first, again;

	(void)state;
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &first), 0);
	assert_string_equal(c.codes[first].function, "Task.run");
	assert_string_equal(c.codes[first].file, "/srv/etl.py");
	assert_int_equal(code_line(&c.codes[first], &p.l, 4), 9);
	assert_int_equal(code_line(&c.codes[first], &p.l, 2 * FALSE_LINES), 0);
	p.f->reads = 0;
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &again), 0);
	assert_int_equal(again, first);
	assert_int_equal(p.f->reads, 1);
	codes_release(&c);
	free(p.f);
}

/* Freed, and another one made in the same place: what was told of the first one stays so. */
static void test_another_in_its_place(void **state)
{
	struct false_python p = false_python_new(layout_row(9));
	uint64_t at = false_code(&p, "first", "a.py", 1),
		 other = false_code(&p, "second", "b.py", 5);
	unsigned char bytes[512];
	struct codes c = {0};
	uint32_t i, k;

	(void)state;
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), 0);
	p.f->m.read(&p.f->m, other, bytes, sizeof(bytes));
	false_put(p.f, at, bytes, sizeof(bytes));
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &k), 0);
	assert_int_not_equal(i, k);
	assert_string_equal(c.codes[i].function, "first");
	assert_string_equal(c.codes[k].function, "second");
	codes_release(&c);
	free(p.f);
}

static void test_what_is_none(void **state)
{
	struct false_python p = false_python_new(layout_row(12));
	uint64_t at = false_code(&p, "f", "a.py", 1), table;
	struct codes c = {0};
	uint32_t i;

	(void)state;
	p.l.code_type += 8;
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), -EINVAL);
	p.l.code_type = 0; /* not known: then its texts must do */
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, 0, &i), -EFAULT);
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, false_room(p.f, 512), &i), -EFAULT);
	p.f->m.read(&p.f->m, at + p.l.code.linetable, &table, sizeof(table));
	false_u64(p.f, table + p.l.object.size, UINT64_MAX);
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), -EINVAL);
	assert_int_equal(c.count, 0);
	p.l.code.linetable = 4000; /* a layout that no interpreter has */
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), -EINVAL);
	codes_release(&c);
	free(p.f);
}

static void test_a_long_table_is_cut(void **state)
{
	struct false_python p = false_python_new(layout_row(12));
	uint64_t at = false_code(&p, "f", "a.py", 1);
	uint64_t table = false_room(p.f, 2 * CODE_TABLE_MAX);
	struct codes c = {0};
	uint32_t i;

	(void)state;
	false_u64(p.f, at + p.l.code.linetable, table);
	false_u64(p.f, table + p.l.object.size, CODE_TABLE_MAX + 1);
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), 0);
	assert_int_equal(c.codes[i].table_len, CODE_TABLE_MAX);
	assert_true(c.codes[i].table_is_cut);
	codes_trim(&c); /* few: all stay */
	assert_int_equal(c.count, 1);
	c.bytes = CODES_BYTES;
	at = false_code(&p, "g", "a.py", 1);
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), -ENOSPC);
	codes_trim(&c);
	assert_int_equal(c.count, 0);
	assert_int_equal(codes_get(&c, &p.f->m, &p.l, at, &i), 0);
	codes_release(&c);
	free(p.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_another_in_its_place),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_a_long_table_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
