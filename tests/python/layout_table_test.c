/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz-corpus/layout/3.13.0 is the table of a real libpython3.13; the other two are put together
 * from offsetof() over the headers of those versions.
 */
#include "python/layout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { HEX = 1, FREE_THREADED = 2, LINETABLE_313 = 38, CODE_SIZE_313 = 34, HOLDER_313 = 18 };

struct words {
	uint64_t word[LAYOUT_TABLE_BYTES / 8];
	size_t len;
};

static struct words words_of(const char *version)
{
	struct words w = {0};
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", TABLES_DIR, version);
	f = fopen(path, "rb");
	assert_non_null(f);
	w.len = fread(w.word, 1, sizeof(w.word), f);
	fclose(f);
	return w;
}

/* What all versions with a table have in common. */
static const struct py_layout common = {
	.lasti = PY_LASTI_POINTER,
	.lines = PY_LINES_POSITIONS,
	.thread = {.next = 8, .interp = 16, .frame = 72, .cframe = PY_ABSENT},
	.frame = {.previous = 8,
		.lasti = 56,
		.shim = 3,
		.entry = PY_ABSENT,
		.trace = PY_ABSENT,
		.lineno = PY_ABSENT},
	.code = {.filename = 112,
		.name = 120,
		.qualname = 128,
		.firstlineno = 68,
		.linetable = 136},
	.str = {.length = 16, .state = 32, .ascii = 40, .compact = 56},
	.object = {.type = 8, .size = 16, .bytes = 32},
	.gil = {.runtime = PY_ABSENT, .interp = 16, .holder = 8, .locked = 16, .size = 208},
	.gc = {.runtime = PY_ABSENT, .interp = PY_ABSENT},
};

static void assert_read(const char *version, const struct py_layout *want)
{
	struct words w = words_of(version);
	struct py_layout got;
	struct err err = {0};

	assert_int_equal(layout_by_table(w.word, w.len, &got, &err), 0);
	assert_memory_equal(&got, want, sizeof(got));
}

static void test_313(void **state)
{
	struct py_layout want = common;

	(void)state;
	want.version = 0x030d;
	want.interpreters = 632;
	want.interp.next = 7264;
	want.interp.threads = 7344;
	want.interp.sysdict = 7640;
	want.thread.id = 152;
	want.thread.native_id = 160;
	want.thread.chunk = 232;
	want.frame.owner = 70;
	want.frame.size = 80;
	want.code.bytecode = 200;
	want.code.firsttraceable = 184;
	want.gc.interp = 7600;
	assert_read("3.13.0", &want);
}

static void test_314(void **state)
{
	struct py_layout want = common;

	(void)state;
	want.version = 0x030e;
	want.interpreters = 808;
	want.interp.next = 7272;
	want.interp.threads = 7344;
	want.interp.sysdict = 7672;
	want.thread.id = 152;
	want.thread.native_id = 160;
	want.thread.chunk = 232;
	want.frame.owner = 74;
	want.frame.code_mask = 3;
	want.frame.size = 88;
	want.code.bytecode = 208;
	want.code.firsttraceable = 192;
	assert_read("3.14.10", &want);
}

static void test_315(void **state)
{
	struct py_layout want = common;

	(void)state;
	want.version = 0x030f;
	want.interpreters = 936;
	want.interp.next = 7264;
	want.interp.threads = 7336;
	want.interp.sysdict = 7576;
	want.thread.id = 176;
	want.thread.native_id = 184;
	want.thread.chunk = 256;
	want.frame.owner = 74;
	want.frame.code_mask = 3;
	want.frame.size = 88;
	want.code.bytecode = 208;
	want.code.firsttraceable = 192;
	assert_read("3.15.2", &want);
}

static void assert_refused(const struct words *w, int r, const char *why)
{
	struct py_layout got = {.version = 7};
	struct err err = {0};

	assert_int_equal(layout_by_table(w->word, w->len, &got, &err), r);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(got.version, 7);
}

static void test_refusals_by_name(void **state)
{
	struct words w = words_of("3.13.0");

	(void)state;
	w.word[FREE_THREADED] = 1;
	assert_refused(&w, -EOPNOTSUPP, "free-threaded CPython (3.13t)");
	w.word[FREE_THREADED] = 0;
	w.word[HEX] = 0x031000a1;
	assert_refused(&w, -EOPNOTSUPP, "Python 3.16 is not known");
	w.word[HEX] = 0x030c0000;
	assert_refused(&w, -EOPNOTSUPP, "Python 3.12");
	w.word[HEX] = 0x1030d00f0;
	assert_refused(&w, -EOPNOTSUPP, "is not known");
}

static void test_contradictions(void **state)
{
	static const struct {
		unsigned int word;
		uint64_t value;
	} lies[] = {
		{LINETABLE_313, 201}, /* the pointer would end behind the object */
		{LINETABLE_313, UINT64_MAX},
		{LINETABLE_313, 1ull << 32},
		{CODE_SIZE_313, 100},
		{CODE_SIZE_313, UINT64_MAX},
		{HOLDER_313, 100}, /* before the GIL */
		{HOLDER_313, 7752 + 4096},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct words w = words_of("3.13.0");

		w.word[lies[i].word] = lies[i].value;
		assert_refused(&w, -EINVAL, "contradicts itself");
	}
}

static void test_cut_anywhere(void **state)
{
	const struct words whole = words_of("3.13.0");
	struct words w = whole;
	struct py_layout got;

	(void)state;
	assert_true(layout_has_table(whole.word, 8));
	assert_false(layout_has_table(whole.word, 7));
	for (w.len = 0; w.len < 73 * 8; w.len++)
		assert_true(layout_by_table(w.word, w.len, &got, NULL) < 0);
	assert_int_equal(layout_by_table(w.word, w.len, &got, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_313),
		cmocka_unit_test(test_314),
		cmocka_unit_test(test_315),
		cmocka_unit_test(test_refusals_by_name),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
