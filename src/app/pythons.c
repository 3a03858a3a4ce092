/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/pythons.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "python/version.h"

enum { OLDEST_MINOR = 6, NEWEST_MINOR = 14 }; /* CPython 3.x whose messages are known */

static void judge(struct python_found *p)
{
	int major = 0, minor = 0;

	if (sscanf(p->version, "%d.%d", &major, &minor) != 2) {
		p->why = "its version cannot be read: not an interpreter, or not permitted";
		return;
	}
	p->ok = major == 3 && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR;
	if (!p->ok)
		p->why = major < 3 || minor < OLDEST_MINOR
				 ? "too old: pools of Python 3.6 to 3.14 are known"
				 : "newer than this pooltop: pools of Python 3.6 to 3.14 are known";
}

/* pyenv's shims are scripts of the same names. */
static bool is_program(const char *path)
{
	static const char magic[4] = {0x7f, 'E', 'L', 'F'};
	FILE *f = fopen(path, "re");
	char head[4];
	bool is = f && fread(head, 1, 4, f) == 4 && !memcmp(head, magic, 4);

	if (f)
		fclose(f);
	return is;
}

static size_t add(struct python_found *found, size_t count, const char *path)
{
	char real[PATH_MAX];

	if (count == PYTHONS_MAX || access(path, X_OK) || !realpath(path, real) ||
		strlen(real) >= PYTHON_PATH_MAX || !is_program(real))
		return count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(found[i].path, real))
			return count;
	found[count] = (struct python_found){.ok = false};
	strcpy(found[count].path, real);
	python_version_of_file(real, found[count].version);
	judge(&found[count]);
	return count + 1;
}

static size_t add_from_path(struct python_found *found, size_t count)
{
	const char *dirs = getenv("PATH");

	while (dirs && *dirs) {
		int len = strcspn(dirs, ":");
		char path[PATH_MAX];

		for (int minor = OLDEST_MINOR - 1; minor <= NEWEST_MINOR + 1; minor++) {
			char suffix[16] = "";

			if (minor >= OLDEST_MINOR)
				snprintf(suffix, sizeof(suffix), ".%d", minor);
			snprintf(path, sizeof(path), "%.*s/python3%s", len, dirs, suffix);
			count = add(found, count, path);
		}
		dirs += len + (dirs[len] == ':');
	}
	return count;
}

size_t pythons_find(const struct model *m, struct python_found ret_pythons[static PYTHONS_MAX])
{
	size_t count = add_from_path(ret_pythons, 0);

	for (uint32_t i = 0; m && i < m->procs_cap; i++) {
		const struct proc *p = &m->procs[i];

		if (p->pid && p->python)
			count = add(ret_pythons, count, model_text(m, p->exe, ""));
	}
	return count;
}
