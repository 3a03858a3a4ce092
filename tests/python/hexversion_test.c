/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/hexversion.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_memory.h"

enum { KEYS = 40, HEX = 0x030907f0, ROOM = 8192 };

/* A dict as of 3.9 and one as of 3.11 differ in their keys. */
struct world {
	struct false_memory *f;
	struct py_layout l;
	uint64_t keys, interp, dict;
};

static void entry(struct world *w, uint64_t entries, unsigned int words, unsigned int i)
{
	uint64_t at = entries + (uint64_t)i * words * 8, value = false_room(w->f, 32);
	const char *name = i == KEYS - 1 ? "hexversion" : i % 2 ? "hexversio" : "hexversion_";

	false_u64(w->f, at + (words - 2) * 8, false_str(w->f, &w->l, name));
	false_u64(w->f, at + (words - 1) * 8, value);
	false_u32(w->f, value + 24, i == KEYS - 1 ? HEX : i);
}

static void build_keys(struct world *w)
{
	unsigned int i, words = w->l.version < 0x030b ? 3 : 2;
	uint64_t entries;

	w->keys = false_room(w->f, ROOM);
	if (words == 3) {
		false_u64(w->f, w->keys + 8, 64);
		false_u64(w->f, w->keys + 32, KEYS);
		entries = w->keys + 40 + 64;
	} else {
		false_u8(w->f, w->keys + 8, 6);
		false_u8(w->f, w->keys + 9, 6);
		false_u8(w->f, w->keys + 10, 1);
		false_u64(w->f, w->keys + 24, KEYS);
		entries = w->keys + 32 + 64;
	}
	for (i = 0; i < KEYS; i++)
		entry(w, entries, words, i);
}

static struct world world_of(unsigned int minor)
{
	struct world w = {.f = false_memory_new(), .l = *layout_row(minor)};

	w.l.runtime = false_room(w.f, 2048);
	w.interp = false_room(w.f, 2048);
	w.dict = false_room(w.f, 64);
	false_u64(w.f, w.l.runtime + w.l.interpreters, w.interp);
	false_u64(w.f, w.interp + w.l.interp.sysdict, w.dict);
	build_keys(&w);
	false_u64(w.f, w.dict + 32, w.keys);
	return w;
}

static void test_found(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		struct world w = world_of(minor);
		uint32_t hex = 0;

		assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), 0);
		assert_int_equal(hex, HEX);
		free(w.f);
	}
}

static void test_no_interpreter(void **state)
{
	struct world w = world_of(9);
	uint32_t hex;

	(void)state;
	false_u64(w.f, w.interp + w.l.interp.sysdict, 0);
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EAGAIN);
	false_u64(w.f, w.l.runtime + w.l.interpreters, 0);
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EAGAIN);
	free(w.f);
}

static void test_sub_interpreter_is_passed(void **state)
{
	struct world w = world_of(12);
	uint64_t sub = false_room(w.f, 2048);
	uint32_t hex;

	(void)state;
	false_u64(w.f, w.l.runtime + w.l.interpreters, sub);
	false_u64(w.f, sub + w.l.interp.next, w.interp);
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), 0);
	free(w.f);
}

static void test_hostile(void **state)
{
	struct world w = world_of(9), v = world_of(12);
	uint32_t hex;

	(void)state;
	false_u64(w.f, w.keys + 32, UINT64_MAX); /* entries without end */
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EINVAL);
	false_u64(w.f, w.keys + 32, 4096); /* more than there are */
	false_u64(w.f, w.keys + 8, 1 << 16);
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EINVAL);
	false_u64(w.f, w.keys + 8, UINT64_MAX);
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EINVAL);
	false_u64(w.f, w.interp + w.l.interp.next, w.interp); /* a cycle */
	false_u64(w.f, w.dict + 32, 3);
	w.f->reads = 0;
	assert_int_equal(hexversion_read(&w.f->m, &w.l, &hex), -EFAULT);
	assert_in_range(w.f->reads, 60, 80);
	false_u8(v.f, v.keys + 9, 64); /* indices of 2^64 bytes */
	assert_int_equal(hexversion_read(&v.f->m, &v.l, &hex), -EINVAL);
	v.f->m.left = 100;
	assert_int_equal(hexversion_read(&v.f->m, &v.l, &hex), -EDQUOT);
	free(w.f);
	free(v.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_no_interpreter),
		cmocka_unit_test(test_sub_interpreter_is_passed),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
