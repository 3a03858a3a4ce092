/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of cores, read in false trees of /proc and /sys, and this process's own affinity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/limits.h"

static char folder[LIMITS_FOLDER];

static int root_begin(void **state)
{
	char *root = strdup("/tmp/pooltop-limits-XXXXXX");

	if (!root || !mkdtemp(root))
		abort();
	*state = root;
	return 0;
}

static int root_end(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

/* A file and the folders that it is in. */
static void put(const char *root, const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	for (char *c = whole + strlen(root) + 1; (c = strchr(c, '/')); c++) {
		*c = '\0';
		mkdir(whole, 0755);
		*c = '/';
	}
	f = fopen(whole, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void version_2_is_the_smallest_on_the_way_up(void **state)
{
	const char *root = *state;

	put(root, "proc/7/cgroup", "0::/a/b\n");
	put(root, "sys/fs/cgroup/a/cpu.max", "150000 100000\n");
	put(root, "sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 1500);
	put(root, "sys/fs/cgroup/a/b/cpu.max", "20000 80000\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 250);
	assert_string_equal(strrchr(folder, '/'), "/b");
}

static void version_1_has_files_of_its_own(void **state)
{
	const char *root = *state;

	put(root, "proc/7/cgroup", "9:memory:/x\n4:cpu,cpuacct:/box\n2:cpu:/box\n0::/\n");
	put(root, "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "200000\n");
	put(root, "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 2000);
	put(root, "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
	put(root, "sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 2000);
	put(root, "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "50000\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 500);
}

static void nonsense_is_no_limit(void **state)
{
	const char *root = *state;

	assert_int_equal(limits_quota_milli(root, 7, folder), 0);
	put(root, "proc/7/cgroup", "0::/../../etc\nx\n::\n1:cpu\n0::a\n0::/c\n");
	put(root, "sys/fs/cgroup/c/cpu.max", "9e300 1\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 0);
	put(root, "sys/fs/cgroup/c/cpu.max", "100 0\n");
	assert_int_equal(limits_quota_milli(root, 7, folder), 0);
}

/* Version 1 counts nanoseconds, version 2 microseconds. */
static void throttled_time_is_read(void **state)
{
	const char *root = *state;
	struct quota_times times;
	char path[256];

	snprintf(path, sizeof(path), "%s/one", root);
	assert_false(limits_throttled(path, &times));
	put(root, "one/cpu.stat", "nr_periods 40\nnr_throttled 30\nthrottled_time 5000000000\n");
	assert_true(limits_throttled(path, &times));
	assert_true(times.ns == 5000000000 && times.periods == 40 && times.throttled == 30);
	snprintf(path, sizeof(path), "%s/two", root);
	put(root, "two/cpu.stat",
		"usage_usec 7\nnr_periods 4\nnr_throttled 3\nthrottled_usec 9000\n");
	assert_true(limits_throttled(path, &times));
	assert_true(times.ns == 9000000 && times.periods == 4 && times.throttled == 3);
}

static void affinity_is_counted(void **state)
{
	uint64_t mask[CPU_SETSIZE / 64];
	cpu_set_t all, one;
	int first = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(limits_cpus((uint32_t)getpid(), mask, CPU_SETSIZE / 64), CPU_COUNT(&all));
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		assert_int_equal(mask[cpu / 64] >> cpu % 64 & 1, CPU_ISSET(cpu, &all));
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(limits_cpus((uint32_t)getpid(), mask, CPU_SETSIZE / 64), 1);
	assert_int_equal(mask[first / 64], UINT64_C(1) << first % 64);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(limits_cpus(UINT32_MAX / 2, mask, CPU_SETSIZE / 64), 0);
	for (int word = 0; word < CPU_SETSIZE / 64; word++)
		assert_int_equal(mask[word], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			version_2_is_the_smallest_on_the_way_up, root_begin, root_end),
		cmocka_unit_test_setup_teardown(
			version_1_has_files_of_its_own, root_begin, root_end),
		cmocka_unit_test_setup_teardown(nonsense_is_no_limit, root_begin, root_end),
		cmocka_unit_test_setup_teardown(throttled_time_is_read, root_begin, root_end),
		cmocka_unit_test(affinity_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
