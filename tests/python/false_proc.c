/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/false_proc.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void false_proc_init(struct false_proc *p)
{
	const char *tmp = getenv("TMPDIR");

	if (snprintf(p->root, sizeof(p->root), "%s/pooltop-XXXXXX", tmp ? tmp : "/tmp") >=
		(int)sizeof(p->root))
		strcpy(p->root, "/tmp/pooltop-XXXXXX");
	if (!mkdtemp(p->root))
		abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void false_proc_release(struct false_proc *p)
{
	nftw(p->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

char *false_proc_path(const struct false_proc *p, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%d/%s", p->root, FALSE_PID, name) < 0)
		abort();
	return path;
}

static void make_folders(const struct false_proc *p, char *path)
{
	for (char *at = path + strlen(p->root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
}

void false_proc_file(const struct false_proc *p, const char *name, const void *bytes, int len)
{
	char *path = false_proc_path(p, name);
	int fd;

	make_folders(p, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, bytes, (size_t)len) != len)
		abort();
	close(fd);
	free(path);
}

void false_proc_link(const struct false_proc *p, const char *name, const char *to)
{
	char *path = false_proc_path(p, name);

	make_folders(p, path);
	unlink(path);
	if (symlink(to, path))
		abort();
	free(path);
}
