/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/python/false_proc.h"

static int set_up(void **state)
{
	struct false_proc *p = calloc(1, sizeof(*p));

	false_proc_init(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	false_proc_release(*state);
	free(*state);
	return 0;
}

static void maps(const struct false_proc *p, const char *text)
{
	false_proc_file(p, "maps", text, (int)strlen(text));
}

/* What the image's file begins with. */
static void assert_content(struct python_image *img, const char *want)
{
	char got[64] = "";

	assert_true(img->fd >= 0);
	assert_true(pread(img->fd, got, sizeof(got) - 1, 0) >= 0);
	assert_string_equal(got, want);
	python_image_close(img);
	assert_int_equal(img->fd, -1);
}

static void test_library_before_executable(void **state)
{
	struct false_proc *p = *state;
	struct python_image img;

	false_proc_link(p, "exe", "/usr/bin/python3.12");
	false_proc_file(p, "map_files/7f0000-7f1000", "library", 7);
	false_proc_file(p, "map_files/400000-401000", "executable", 10);
	maps(p, "00400000-00401000 r--p 00000000 08:02 11 /usr/bin/python3.12\n"
		"00401000-00402000 r-xp 00001000 08:02 11 /usr/bin/python3.12\n"
		"00700000-00701000 rw-p 00000000 00:00 0 [heap]\n"
		"006f0000-006f1000 r--p 00000000 08:02 13 /usr/lib/libpython3.so\n"
		"006f2000-006f3000 r-xp 00001000 08:02 12 /usr/lib/libpython3.12.so.1.0\n"
		"7f0000-7f1000 r--p 00000000 08:02 12 /usr/lib/libpython3.12.so.1.0\n");
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), 0);
	assert_string_equal(img.name, "libpython3.12.so.1.0");
	assert_int_equal(img.start, 0x7f0000);
	assert_content(&img, "library");
}

static void test_executable(void **state)
{
	struct false_proc *p = *state;
	struct python_image img;

	false_proc_link(p, "exe", "/opt/a b/python3.9 (deleted)");
	false_proc_file(p, "map_files/400000-401000", "gone", 4);
	maps(p, "003f0000-003f1000 r--p 00000000 08:02 9 /lib/libc.so.6\n"
		"00400000-00401000 r--p 00000000 08:02 11     /opt/a b/python3.9 (deleted)\n");
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), 0);
	assert_string_equal(img.name, "python3.9");
	assert_content(&img, "gone");
}

/* Without map_files: below the process's root; but not what lies at a deleted file's path now. */
static void test_ways_to_the_file(void **state)
{
	struct false_proc *p = *state;
	struct python_image img;
	struct stat st;
	char *path;

	false_proc_link(p, "exe", "/usr/bin/python3.9");
	false_proc_file(p, "root/no/such/libpython3.9.so.1.0", "below root", 10);
	maps(p, "7f0000-7f1000 r--p 00000000 08:02 12 /no/such/libpython3.9.so.1.0\n");
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), 0);
	path = false_proc_path(p, "root/no/such/libpython3.9.so.1.0");
	assert_int_equal(stat(path, &st), 0);
	free(path);
	assert_int_equal(img.dev, st.st_dev);
	assert_int_equal(img.ino, st.st_ino);
	assert_content(&img, "below root");

	maps(p, "7f0000-7f1000 r--p 00000000 08:02 12 /no/such/libpython3.9.so.1.0 (deleted)\n");
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), 0);
	assert_int_equal(img.fd, -1);
	assert_string_equal(img.name, "libpython3.9.so.1.0");
	assert_int_equal(img.dev, makedev(8, 2));
	assert_int_equal(img.ino, 12);
	python_image_close(&img);
}

static void test_nothing_to_find(void **state)
{
	struct false_proc *p = *state;
	struct python_image img = {.fd = 5};

	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), -ENOENT);
	maps(p, "7f0000-7f1000 r--p 00000000 08:02 12 /lib/libc.so.6\n");
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), -ENOENT);
	assert_false(python_is_interpreter(p->root, FALSE_PID));
	assert_int_equal(img.fd, 5);
}

/* A path longer than a path may be cannot make up a line of its own. */
static void test_long_and_broken_lines(void **state)
{
	static char text[16384];
	struct false_proc *p = *state;
	struct python_image img;
	size_t len;

	len = (size_t)sprintf(text, "7f0000-7f1000 r--p 00000000 08:02 12 /");
	memset(text + len, 'a', 4096 + 128 - 1 - len);
	len = 4096 + 128 - 1;
	len += (size_t)sprintf(text + len,
		"1f0000-1f1000 r--p 00000000 08:02 12 /lib/libpython3.9.so.1.0\n"
		"nonsense\n\n7f0000-\n"
		"7f0000-7f1000 r--p 0 zz:02 12 /lib/libpython3.8.so.1.0\n"
		"7f0000-7f1000 r--p 00000000 08:02 12\n"
		"7f0000-7f1000 r--p 00000000 08:02 12 /lib/libpython3.");
	maps(p, text);
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), -ENOENT);
	sprintf(text + len, "7.so");
	maps(p, text);
	assert_int_equal(python_image_open(p->root, FALSE_PID, &img), 0);
	assert_string_equal(img.name, "libpython3.7.so");
	python_image_close(&img);
}

static void test_is_interpreter(void **state)
{
	struct false_proc *p = *state;

	maps(p, "");
	false_proc_link(p, "exe", "/usr/bin/python3");
	assert_true(python_is_interpreter(p->root, FALSE_PID));
	false_proc_link(p, "exe", "/opt/python/bin/uwsgi");
	assert_false(python_is_interpreter(p->root, FALSE_PID));
	maps(p, "7f0000-7f1000 r--p 00000000 08:02 12 /lib/libpython2.7.so.1.0\n");
	assert_false(python_is_interpreter(p->root, FALSE_PID));
	maps(p, "7f0000-7f1000 r--p 00000000 08:02 12 /lib/libpython3.10.so.1.0\n");
	assert_true(python_is_interpreter(p->root, FALSE_PID));
}

static void test_no_regular_file(void **state)
{
	struct false_proc *p = *state;
	char *path = false_proc_path(p, "pipe");
	char *folder = false_proc_path(p, ".");

	false_proc_file(p, "x", "", 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(python_image_open_path(path), -EINVAL);
	assert_int_equal(python_image_open_path(folder), -EINVAL);
	assert_int_equal(python_image_open_path("/dev/zero"), -EINVAL);
	assert_int_equal(python_image_open_path("/no/such"), -ENOENT);
	free(path);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_library_before_executable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_executable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ways_to_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing_to_find, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_and_broken_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_is_interpreter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_regular_file, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
