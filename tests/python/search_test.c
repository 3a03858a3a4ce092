/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/search.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/python/false_elf.h"

static void test_promise(void **state)
{
	static const struct {
		const char *name;
		bool known;
		unsigned int major, minor;
	} rows[] = {
		{"python3.11", true, 3, 11},
		{"python3.9-dbg", true, 3, 9},
		{"python3.13t", true, 3, 13},
		{"libpython3.6m.so.1.0", true, 3, 6},
		{"libpython2.7.so.1.0", true, 2, 7},
		{"libpython3.so", false, 0, 0},
		{"python3", false, 0, 0},
		{"python3.", false, 0, 0},
		{"python3.123", false, 0, 0},
		{"pypy3.9", false, 0, 0},
		{"", false, 0, 0},
		{"lib", false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct version_promise p = version_promise(rows[i].name);

		assert_int_equal(p.known, rows[i].known);
		if (p.known) {
			assert_int_equal(p.major, rows[i].major);
			assert_int_equal(p.minor, rows[i].minor);
		}
	}
}

struct row {
	const char *data;
	size_t len;
	const char *want; /* NULL: none */
};

static void check(const struct row *row, const char *name, const char *symbol)
{
	unsigned char buf[FALSE_ELF_MAX];
	struct false_elf what = {.symbol = symbol, .data = row->data, .data_len = row->len};
	char got[PYTHON_VERSION_MAX] = "untouched";
	int fd = false_file(buf, false_elf(buf, &what));
	struct elf_file e;

	assert_int_equal(elf_file_open(fd, &e), 0);
	assert_int_equal(search_version(&e, version_promise(name), got), row->want ? 0 : -ENOENT);
	assert_string_equal(got, row->want ? row->want : "untouched");
	elf_file_close(&e);
	close(fd);
}

#define ROW(text, want)                                                                            \
	{                                                                                          \
		text, sizeof(text), want                                                           \
	}

static void test_promised(void **state)
{
	static const struct row rows[] = {
		ROW("3.9.18", "3.9.18"),
		ROW("/home/u/versions/3.9.18", "3.9.18"),
		ROW("x\0003.9.0rc2", "3.9.0rc2"),
		ROW("3.9.0a10+", "3.9.0a10+"),
		ROW("3.9.1+", "3.9.1+"),
		ROW("3.10.2\0003.9.18\0003.9.18\00013.9.1", "3.9.18"),
		ROW("13.9.18", NULL),
		ROW("2.3.9.18", NULL),
		ROW("3.9.18 (main)", NULL),
		ROW("3.9.", NULL),
		ROW("3.9.1234", NULL),
		ROW("3.9.1rc", NULL),
		ROW("3.9.1c1", NULL),
		ROW("3.9.17\0003.9.18", NULL),
		{"3.9.18", 6, NULL}, /* no NUL any more */
		{"", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], "python3.9", NULL);
}

static void test_unpromised(void **state)
{
	static const struct row rows[] = {
		ROW("3.8.18\0003.2.0\0003.45.1\0002.7.18", "3.8.18"),
		ROW("3.8.18\0003.9.1", NULL),
		ROW("3.2.0", NULL),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row none = {rows[i].data, rows[i].len, NULL};

		check(&rows[i], "uwsgi", "Py_GetVersion");
		check(&none, "uwsgi", NULL);
	}
}

/* Versions that straddle the edges of the window, and the last bytes of a segment. */
static void test_edges(void **state)
{
	enum { SIZE = 200 << 10 };
	unsigned char *data = malloc(FALSE_ELF_MAX + SIZE);
	size_t head;

	(void)state;
	head = false_elf(data, &(struct false_elf){.data = "", .data_len = 0});
	((Elf64_Phdr *)(void *)(data + ((Elf64_Ehdr *)(void *)data)->e_phoff))->p_filesz =
		head + SIZE;
	for (size_t at = (64 << 10) - 60; at < (64 << 10) + 60; at++) {
		char got[PYTHON_VERSION_MAX] = "";
		struct elf_file e;
		int fd;

		memset(data + head, '.', SIZE);
		memcpy(data + at, "/3.9.18", 8);
		memcpy(data + head + SIZE - 8, "/3.9.18", 8);
		fd = false_file(data, head + SIZE);
		assert_int_equal(elf_file_open(fd, &e), 0);
		assert_int_equal(search_version(&e, version_promise("python3.9"), got), 0);
		assert_string_equal(got, "3.9.18");
		elf_file_close(&e);
		memcpy(data + at + 5, "17", 2);
		assert_int_equal(pwrite(fd, data, head + SIZE, 0), head + SIZE);
		assert_int_equal(elf_file_open(fd, &e), 0);
		assert_int_equal(search_version(&e, version_promise("python3.9"), got), -ENOENT);
		elf_file_close(&e);
		close(fd);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_promised),
		cmocka_unit_test(test_unpromised),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
