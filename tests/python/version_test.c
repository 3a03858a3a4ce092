/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/version.h"

#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/python/false_elf.h"
#include "tests/python/false_proc.h"

static const char *const script = "import platform, sys\n"
				  "sys.stdout.write(platform.python_version() + '\\n')\n"
				  "sys.stdout.flush()\n"
				  "sys.stdin.read()\n";

struct child {
	pid_t pid;
	int to;
	char says[PYTHON_VERSION_MAX];
};

/* False if it does not run at all. */
static bool start(struct child *c, const char *python)
{
	int in[2], out[2];
	ssize_t n;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	c->pid = fork();
	if (!c->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl(python, python, "-c", script, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	n = read(out[0], c->says, sizeof(c->says) - 1);
	close(out[0]);
	c->says[n > 0 ? n : 0] = '\0';
	c->says[strcspn(c->says, "\n")] = '\0';
	return n > 1;
}

static void stop(struct child *c)
{
	close(c->to);
	waitpid(c->pid, NULL, 0);
}

/* Whether it could be compared. */
static bool compare(const char *python)
{
	char got[PYTHON_VERSION_MAX] = "";
	struct child c;
	bool runs = start(&c, python);

	if (runs) {
		assert_true(python_is_interpreter("/proc", c.pid));
		assert_int_equal(python_version("/proc", c.pid, got), 0);
		assert_string_equal(got, c.says);
		assert_int_equal(python_version_of_file(python, got), 0);
		assert_int_equal(strncmp(got, c.says, 4), 0);
	}
	stop(&c);
	return runs;
}

static void test_every_interpreter_here(void **state)
{
	const char *home = getenv("HOME");
	char pattern[512];
	int compared = 0;
	glob_t found;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/.pyenv/versions/*/bin/python", home ? home : "");
	glob("/usr/bin/python[23].[0-9]", 0, NULL, &found);
	glob("/usr/bin/python3.[0-9][0-9]", GLOB_APPEND, NULL, &found);
	glob("/usr/local/bin/python3.[0-9][0-9]", GLOB_APPEND, NULL, &found);
	glob(pattern, GLOB_APPEND, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		compared += compare(found.gl_pathv[i]);
	globfree(&found);
	if (!compared)
		skip();
}

/* Exit status: 0 right, 1 wrong, 2 could not be tried. */
static int as_nobody(void)
{
	char got[PYTHON_VERSION_MAX] = "";
	struct child c;
	int r;

	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 2;
	if (!start(&c, "/usr/bin/python3"))
		return 2;
	r = python_version("/proc", c.pid, got) || strcmp(got, c.says) ||
	    python_version("/proc", 1, got) != -EACCES;
	stop(&c);
	return r;
}

static void test_without_privileges(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	pid = fork();
	if (!pid)
		_exit(as_nobody());
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_no_python(void **state)
{
	char got[PYTHON_VERSION_MAX] = "untouched";

	(void)state;
	assert_int_equal(python_version("/proc", getpid(), got), -ENOENT);
	assert_false(python_is_interpreter("/proc", getpid()));
	assert_int_equal(python_version_of_file("/proc/self/exe", got), -ENOENT);
	assert_int_equal(python_version_of_file("/no/such", got), -ENOENT);
	assert_int_equal(python_version_of_file("/dev/zero", got), -EINVAL);
	assert_int_equal(python_version("/proc", 0x7ffffff, got), -ENOENT);
	assert_string_equal(got, "untouched");
}

struct row {
	const char *name;
	struct false_elf elf;
	const char *want; /* NULL: -ENOENT */
};

static const struct row rows[] = {
	{"libpython3.13.so.1.0", {"Py_Version", 0x030d00f0, "3.13.9", 7}, "3.13.0"},
	{"libpython3.13.so.1.0", {"Py_Version", 0x030d00c2, "", 0}, "3.13.0rc2"},
	{"libpython3.13.so.1.0", {"Py_Version", 0x030d00a1, "", 0}, "3.13.0a1"},
	{"libpython3.13.so.1.0", {"Py_Version", 0x030d0110, "", 0}, "3.13"},
	{"libpython3.13.so.1.0", {"Py_Version", 0x1030d01f0, "3.13.4", 7}, "3.13.4"},
	{"libpython3.13.so.1.0", {"Py_Version", 0x040d01f0, "", 0}, "3.13"},
	{"libpython3.9.so.1.0", {NULL, 0, "/opt/3.9.18", 12}, "3.9.18"},
	{"libpython3.9.so.1.0", {NULL, 0, "3.8.18", 7}, "3.9"},
	{"uwsgi", {"Py_Version", 0x030b02f0, "", 0}, "3.11.2"},
	{"uwsgi", {"Py_GetVersion", 0, "3.9.2", 6}, "3.9.2"},
	{"git", {NULL, 0, "3.9.2", 6}, NULL},
};

static void test_sources(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct python_image img = {.fd = false_file(buf, false_elf(buf, &rows[i].elf))};
		char got[PYTHON_VERSION_MAX] = "untouched";

		strcpy(img.name, rows[i].name);
		assert_int_equal(python_version_of_image(&img, got), rows[i].want ? 0 : -ENOENT);
		assert_string_equal(got, rows[i].want ? rows[i].want : "untouched");
		python_image_close(&img);
	}
}

static void test_file_out_of_reach(void **state)
{
	struct python_image img = {.fd = -1, .name = "python3.9"};
	char got[PYTHON_VERSION_MAX] = "";

	(void)state;
	assert_int_equal(python_version_of_image(&img, got), 0);
	assert_string_equal(got, "3.9");
	strcpy(img.name, "python3");
	assert_int_equal(python_version_of_image(&img, got), -ENOENT);
}

/* An interpreter that is only a stub: its library speaks. */
static void test_stub(void **state)
{
	static const struct false_elf library = {"Py_Version", 0x030c01f0, "", 0};
	static const struct false_elf stub = {NULL, 0, "", 0};
	unsigned char buf[FALSE_ELF_MAX];
	char got[PYTHON_VERSION_MAX] = "";
	struct false_proc p;
	char *path, *maps;

	(void)state;
	false_proc_init(&p);
	false_proc_file(&p, "bin/python3.12", buf, (int)false_elf(buf, &stub));
	path = false_proc_path(&p, "bin/python3.12");
	assert_int_equal(python_version_of_file(path, got), 0);
	assert_string_equal(got, "3.12");
	false_proc_file(&p, "lib/libpython3.12.so.1.0", buf, (int)false_elf(buf, &library));
	assert_int_equal(python_version_of_file(path, got), 0);
	assert_string_equal(got, "3.12.1");

	/* The same of a process that has just been exec'd. */
	false_proc_link(&p, "exe", path);
	assert_true(asprintf(&maps, "400000-401000 r--p 00000000 08:02 1 %s\n", path) > 0);
	false_proc_file(&p, "maps", maps, (int)strlen(maps));
	strcpy(got, "");
	assert_int_equal(python_version(p.root, FALSE_PID, got), 0);
	assert_string_equal(got, "3.12.1");
	free(maps);
	free(path);
	false_proc_release(&p);
}

/* Whatever is done to the file: an answer, and none that is no version. */
static void test_damaged(void **state)
{
	unsigned char buf[FALSE_ELF_MAX], bad[FALSE_ELF_MAX];
	size_t len = false_elf(buf, &rows[0].elf);
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct python_image img = {.name = "uwsgi"};
		char got[PYTHON_VERSION_MAX] = "";
		size_t keep = len;

		memcpy(bad, buf, len);
		for (int flips = 1 + round % 4; flips; flips--) {
			seed = seed * 1664525 + 1013904223;
			bad[(seed >> 8) % len] = (unsigned char)(seed >> 24);
		}
		if (round % 5 == 0)
			keep = (seed >> 4) % len;
		img.fd = false_file(bad, keep);
		if (!python_version_of_image(&img, got))
			assert_int_equal(strspn(got, "0123456789.abrc+"), strlen(got));
		python_image_close(&img);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_interpreter_here),
		cmocka_unit_test(test_without_privileges),
		cmocka_unit_test(test_no_python),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_file_out_of_reach),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
