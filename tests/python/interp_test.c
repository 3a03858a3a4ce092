/* SPDX-License-Identifier: GPL-2.0-only */
/* What is refused, and in which words. What is found, tests/live/stack_test.py shows. */
#include "python/interp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/python/false_elf.h"
#include "tests/python/false_memory.h"
#include "tests/python/false_proc.h"

/* The false file is mapped at the beginning of the false memory; its symbol is at its data. */
struct world {
	struct false_proc proc;
	struct false_memory *f;
	unsigned char elf[FALSE_ELF_MAX];
	uint64_t runtime; /* where its one symbol comes to lie */
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	false_proc_init(&w->proc);
	w->f = false_memory_new();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	false_proc_release(&w->proc);
	free(w->f);
	free(w);
	return 0;
}

static void map(struct world *w, const char *name, const char *symbol)
{
	static const char mark[] = "the symbol's value is in front of this";
	struct false_elf what = {.symbol = symbol, .data = mark, .data_len = sizeof(mark)};
	size_t len = false_elf(w->elf, &what);
	char line[256];

	snprintf(line, sizeof(line), "%08x-%08x r--p 00000000 08:02 11 /usr/lib/%s\n", FALSE_BASE,
		FALSE_BASE + 4096, name);
	false_proc_file(&w->proc, "maps", line, (int)strlen(line));
	snprintf(line, sizeof(line), "/usr/lib/%s", name);
	false_proc_link(&w->proc, "exe", line);
	snprintf(line, sizeof(line), "map_files/%x-%x", FALSE_BASE, FALSE_BASE + 4096);
	false_proc_file(&w->proc, line, w->elf, (int)len);
	w->runtime = FALSE_BASE + len - sizeof(mark) - 8;
}

static void put_table(struct world *w, uint64_t hex, uint64_t free_threaded)
{
	false_put(w->f, w->runtime, "xdebugpy", 8);
	false_u64(w->f, w->runtime + 8, hex);
	false_u64(w->f, w->runtime + 16, free_threaded);
}

static void assert_refused(struct world *w, int r, int class, const char *why)
{
	struct interp in;
	struct err err = {0};

	assert_int_equal(interp_find(w->proc.root, &w->f->m, &in, &err), r);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(err.class, class);
	assert_int_equal(interp_find(w->proc.root, &w->f->m, &in, NULL), r);
}

static void test_no_process(void **state)
{
	struct world *w = *state;

	w->f->m.pid = 78;
	assert_refused(w, -ESRCH, ERR_NO_TARGET, "no process 78");
}

static void test_no_python(void **state)
{
	struct world *w = *state;

	map(w, "cat", NULL);
	assert_refused(w, -ENOEXEC, ERR_NO_TARGET, "process 77 runs no CPython");
	false_proc_file(&w->proc, "map_files/10000-11000", "#!/bin/sh\n", 10);
	assert_refused(w, -ENOEXEC, ERR_NO_TARGET, "process 77 runs no CPython");
}

static void test_python_that_has_not_mapped_its_library(void **state)
{
	struct world *w = *state;

	map(w, "python3.11", NULL);
	assert_refused(w, -EAGAIN, ERR_FAILED, "has not started yet");
}

static void test_runtime_without_interpreter(void **state)
{
	struct world *w = *state;

	map(w, "libpython3.11.so.1.0", "_PyRuntime");
	assert_refused(w, -EAGAIN, ERR_FAILED, "has not started yet");
	map(w, "libpython3.9.so.1.0", "_PyRuntime");
	assert_refused(w, -EAGAIN, ERR_FAILED, "has not started yet");
}

static void test_free_threaded(void **state)
{
	struct world *w = *state;

	map(w, "libpython3.13t.so.1.0", "_PyRuntime");
	put_table(w, 0x030d00f0, 1);
	assert_refused(w, -EOPNOTSUPP, ERR_FAILED, "free-threaded CPython (3.13t)");
}

static void test_unknown_version(void **state)
{
	struct world *w = *state;

	map(w, "libpython3.99.so.1.0", "_PyRuntime");
	put_table(w, 0x036300f0, 0);
	assert_refused(w, -EOPNOTSUPP, ERR_FAILED, "Python 3.99 is not known");
}

static void test_what_is_laid_out_as_no_version(void **state)
{
	struct world *w = *state;
	size_t i;

	map(w, "libpython3.10.so.1.0", "_PyRuntime");
	for (i = 0; i < 2048; i += 8) /* pointers to nowhere */
		false_u64(w->f, w->runtime + i, 0x4242424242);
	assert_refused(w, -EOPNOTSUPP, ERR_FAILED, "CPython 3.10 that pooltop knows");
	map(w, "uwsgi", "_PyRuntime");
	assert_refused(w, -EOPNOTSUPP, ERR_FAILED, "any CPython that pooltop knows");
}

static void test_another_machines(void **state)
{
	struct world *w = *state;

	map(w, "libpython3.11.so.1.0", "_PyRuntime");
	w->elf[18] = 22; /* s390 */
	false_proc_file(&w->proc, "map_files/10000-11000", w->elf, sizeof(w->elf));
	assert_refused(w, -EOPNOTSUPP, ERR_FAILED, "another machine");
}

static int not_permitted(struct memory *m, uint64_t address, void *buf, size_t len)
{
	(void)m;
	(void)address;
	(void)buf;
	(void)len;
	return -EPERM;
}

static void test_not_permitted(void **state)
{
	struct world *w = *state;

	map(w, "libpython3.11.so.1.0", "_PyRuntime");
	w->f->m.read = not_permitted;
	assert_refused(w, -EPERM, ERR_PERMISSION, "CAP_SYS_PTRACE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_process, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_python, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_python_that_has_not_mapped_its_library, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_runtime_without_interpreter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_free_threaded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_is_laid_out_as_no_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_machines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_permitted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
