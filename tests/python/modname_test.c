/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "python/modname.h"

/* Folders of the user's with an __init__.py. */
static bool is_package(void *arg, const char *folder)
{
	static const char *const packages[] = {"/srv/etl/shop", "/srv/etl/shop/deep", "pkg"};

	(void)arg;
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (!strcmp(folder, packages[i]))
			return true;
	return false;
}

static void names_of_files(void **state)
{
	static const struct {
		const char *path, *name;
		enum step_origin origin;
	} rows[] = {
		{"/usr/lib/python3.11/__pycache__/re.cpython-311.pyc", "re", ORIGIN_PYTHON},
		{"/usr/lib/python3.11/encodings/__pycache__/__init__.cpython-311.pyc", "encodings",
			ORIGIN_PYTHON},
		{"/usr/lib/python3.11/multiprocessing/__pycache__/spawn.cpython-311.opt-1.pyc",
			"multiprocessing.spawn", ORIGIN_PYTHON},
		{"/root/x/lib/python3.13t/json/decoder.py", "json.decoder", ORIGIN_PYTHON},
		{"/usr/lib/python3.6/lib-dynload/_bz2.cpython-36m-x86_64-linux-gnu.so", "_bz2",
			ORIGIN_PYTHON},
		{"/usr/lib/python311.zip/os.pyc", "os", ORIGIN_PYTHON},
		{"/usr/lib/python3/dist-packages/numpy/core/__pycache__/_methods.cpython-311.pyc",
			"numpy.core._methods", ORIGIN_INSTALLED},
		{"/v/lib/python3.12/site-packages/numpy/core/"
		 "_multiarray_umath.cpython-312-x86_64-linux-gnu.so",
			"numpy.core._multiarray_umath", ORIGIN_INSTALLED},
		{"/v/lib/python3.12/site-packages/pandas/_libs/lib.cpython-312-x86_64-linux-gnu.so",
			"pandas._libs.lib", ORIGIN_INSTALLED},
		{"/v/lib/python3.12/site-packages/cryptography/_rust.abi3.so", "cryptography._rust",
			ORIGIN_INSTALLED},
		{"/srv/etl/slow.py", "slow", ORIGIN_OWN},
		{"/srv/etl/shop/deep/__pycache__/thing.cpython-39.pyc", "shop.deep.thing",
			ORIGIN_OWN},
		{"/srv/etl/shop/deep/__pycache__/__init__.cpython-39.pyc", "shop.deep", ORIGIN_OWN},
		{"/srv/etl/shop/__main__.py", "shop.__main__", ORIGIN_OWN},
		{"pkg/part.py", "pkg.part", ORIGIN_OWN},
		{"alone.py", "alone", ORIGIN_OWN},
		{"/alone.py", "alone", ORIGIN_OWN},
		{"/home/me/python/slow.py", "slow", ORIGIN_OWN},
	};
	struct modname m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!modname_of(rows[i].path, is_package, NULL, &m))
			fail_msg("%s is no module's file", rows[i].path);
		assert_string_equal(m.name, rows[i].name);
		assert_int_equal(m.origin, rows[i].origin);
	}
}

static void other_files_are_none(void **state)
{
	static const char *const paths[] = {"", "/", ".py", "/srv/.pyc", "/etc/passwd", "<string>",
		"<frozen os>", "/x/numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.dev.so",
		"/x/libfoo.so", "/x/libfoo-1.2.so", "/srv/x.pyx", "/srv/x.cpython-311.so.1"};
	char longest[5000];
	struct modname m;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (modname_of(paths[i], is_package, NULL, &m))
			fail_msg("%s is %s", paths[i], m.name);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + sizeof(longest) - 4, ".py", 4);
	assert_false(modname_of(longest, is_package, NULL, &m));
	memset(longest, '/', sizeof(longest) - 4);
	assert_false(modname_of(longest, is_package, NULL, &m));
}

/* All of it bounded, whatever a hostile path is like. */
static void a_long_name_keeps_its_end(void **state)
{
	char path[900] = "/v/site-packages/";
	struct modname m;
	size_t len = strlen(path);

	(void)state;
	for (; len < sizeof(path) - 20; len += 2)
		memcpy(path + len, "a/", 2);
	memcpy(path + len, "last.py", 8);
	assert_true(modname_of(path, is_package, NULL, &m));
	assert_int_equal(strlen(m.name), MODNAME_MAX - 1);
	assert_string_equal(m.name + MODNAME_MAX - 1 - 7, ".a.last");
}

static void the_main_module_is_known(void **state)
{
	static const struct {
		const char *cmd, *path, *name;
		bool is;
	} rows[] = {
		{"python3 job.py --all", "/srv/job.py", "job", true},
		{"python3 ./job.py", "/srv/job.py", "job", true},
		{"python3 ../x/job.py", "/srv/x/job.py", "job", true},
		{"/usr/bin/python3.11 -u -X dev /srv/job.py", "/srv/job.py", "job", true},
		{"python3 /srv/job.py", "/other/srv/job.py", "job", true},
		{"python3 /srv/job.py", "/srv/slow.py", "slow", false},
		{"python3 b.py", "/srv/job_b.py", "job_b", false},
		{"python3 job.py slow", "/srv/slow.py", "slow", false},
		{"python3 -m shop.tool run", "/srv/shop/tool.py", "shop.tool", true},
		{"python3 -m shop", "/srv/shop/__main__.py", "shop.__main__", true},
		{"python3 -Im shop", "/srv/shop/__main__.py", "shop.__main__", true},
		{"python3 -m shop", "/srv/shop/__init__.py", "shop", true},
		{"python3 -m shop", "/srv/shopping.py", "shopping", false},
		{"python3 shop", "/srv/shop/__main__.py", "shop.__main__", true},
		{"python3 shop/", "/srv/shop/__main__.py", "shop.__main__", true},
		{"/usr/bin/python3 /usr/local/bin/tool x", "/usr/local/bin/tool", NULL, true},
		{"/usr/bin/python3 /usr/local/bin/tool x", "/etc/x", NULL, false},
		{"python3 -Wd -W error -X dev -m shop.tool", "/srv/shop/tool.py", "shop.tool",
			true},
		{"python3 -X job.py", "/srv/job.py", "job", false},
		{"python3 -m", "/srv/job.py", "job", false},
		{"python3 -c pass", "/srv/job.py", "job", false},
		{"python3", "/usr/bin/python3", NULL, false},
		{"", "/srv/job.py", "job", false},
		{"python3 .. . ../ ./ -m", "/srv/job.py", "job", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (modname_is_main(rows[i].cmd, rows[i].path, rows[i].name) != rows[i].is)
			fail_msg("%s: %s", rows[i].cmd, rows[i].path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(other_files_are_none),
		cmocka_unit_test(a_long_name_keeps_its_end),
		cmocka_unit_test(the_main_module_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
