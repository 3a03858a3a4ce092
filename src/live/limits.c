/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/limits.h"

#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CPUS = 4096 };

uint32_t limits_cpus(uint32_t pid, uint64_t *ret_mask, size_t words)
{
	size_t size = CPU_ALLOC_SIZE(MOST_CPUS);
	cpu_set_t *set = CPU_ALLOC(MOST_CPUS);
	uint32_t cpus = 0;

	memset(ret_mask, 0, words * sizeof(*ret_mask));
	if (set && !sched_getaffinity((pid_t)pid, size, set))
		cpus = (uint32_t)CPU_COUNT_S(size, set);
	for (size_t n = 0; cpus && n < 64 * words; n++)
		if (CPU_ISSET_S(n, size, set))
			ret_mask[n / 64] |= UINT64_C(1) << n % 64;
	CPU_FREE(set);
	return cpus;
}

/* Where the files of one version are, and how they tell a quota. */
struct hierarchy {
	const char *folder;
	/* Quota and period in microseconds; false: there is none. */
	bool (*read)(const char *folder, double *ret_quota, double *ret_period);
};

static bool read_line(const char *folder, const char *name, char line[static 64])
{
	char path[PATH_MAX];
	bool good;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return false;
	f = fopen(path, "re");
	good = f && fgets(line, 64, f);
	if (f)
		fclose(f);
	return good;
}

static bool read_max(const char *folder, double *ret_quota, double *ret_period)
{
	char line[64];

	return read_line(folder, "cpu.max", line) &&
	       sscanf(line, "%lf %lf", ret_quota, ret_period) == 2;
}

static bool read_cfs(const char *folder, double *ret_quota, double *ret_period)
{
	char quota[64], period[64];

	if (!read_line(folder, "cpu.cfs_quota_us", quota) ||
		!read_line(folder, "cpu.cfs_period_us", period))
		return false;
	*ret_quota = atof(quota);
	*ret_period = atof(period);
	return true;
}

static const struct hierarchy unified = {"/sys/fs/cgroup", read_max};
static const struct hierarchy cpu_alone = {"/sys/fs/cgroup/cpu", read_cfs};
static const struct hierarchy cpu_joined = {"/sys/fs/cgroup/cpu,cpuacct", read_cfs};

/* Of a line "4:cpu,cpuacct:/path"; NULL: it says nothing of time on cores. */
static const struct hierarchy *hierarchy_of(char *line, char **ret_path)
{
	char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;

	if (!path || path[1] != '/' || strstr(path, "/../"))
		return NULL;
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	*ret_path = path;
	names++;
	if (!*names)
		return &unified;
	if (!strcmp(names, "cpu"))
		return &cpu_alone;
	return !strcmp(names, "cpu,cpuacct") ? &cpu_joined : NULL;
}

/* The smallest on the way up, and where that is. */
static uint32_t climb(const char *root, const struct hierarchy *h, char *path,
	char ret_folder[static LIMITS_FOLDER])
{
	char folder[LIMITS_FOLDER];
	double quota, period, least = 0;

	for (;;) {
		char *up = strrchr(path, '/');

		if (snprintf(folder, sizeof(folder), "%s%s%s", root, h->folder, path) >=
			(int)sizeof(folder))
			return 0;
		if (h->read(folder, &quota, &period) && quota > 0 && period > 0 &&
			(least == 0 || quota / period < least)) {
			least = quota / period;
			memcpy(ret_folder, folder, sizeof(folder));
		}
		if (!up)
			break;
		*up = '\0';
	}
	return least > 0 && least < 1e6 ? (uint32_t)(least * 1000 + 0.5) : 0;
}

uint32_t limits_quota_milli(const char *root, uint32_t pid, char ret_folder[static LIMITS_FOLDER])
{
	char line[PATH_MAX], folder[LIMITS_FOLDER] = "", *path;
	uint32_t least = 0;
	FILE *f;

	ret_folder[0] = '\0';
	if (snprintf(line, sizeof(line), "%s/proc/%u/cgroup", root, pid) >= (int)sizeof(line))
		return 0;
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f)) {
		const struct hierarchy *h = hierarchy_of(line, &path);
		uint32_t milli = h ? climb(root, h, path, folder) : 0;

		if (!milli || (least && milli >= least))
			continue;
		least = milli;
		memcpy(ret_folder, folder, sizeof(folder));
	}
	if (f)
		fclose(f);
	return least;
}

bool limits_throttled(const char *folder, struct quota_times *ret_times)
{
	struct quota_times t = {0};
	const struct {
		const char *name; /* version 1 counts nanoseconds, version 2 microseconds */
		uint64_t *to, times;
	} rows[] = {
		{"nr_periods %" SCNu64, &t.periods, 1},
		{"nr_throttled %" SCNu64, &t.throttled, 1},
		{"throttled_time %" SCNu64, &t.ns, 1},
		{"throttled_usec %" SCNu64, &t.ns, 1000},
	};
	char path[LIMITS_FOLDER + 16], line[128];
	uint64_t value;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.stat", folder);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (sscanf(line, rows[i].name, &value) == 1)
				*rows[i].to = value * rows[i].times;
	fclose(f);
	*ret_times = t;
	return true;
}
