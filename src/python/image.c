/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/image.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MAPS_LINES = 1 << 18 }; /* four times what a kernel allows unless told otherwise */

static const char deleted[] = " (deleted)";

/* One line of maps. */
struct mapping {
	unsigned long long start, end, offset, ino;
	unsigned int major, minor;
	bool deleted;
	char path[PATH_MAX];
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool cut_deleted(char *path)
{
	size_t len = strlen(path);
	size_t tail = sizeof(deleted) - 1;

	if (len < tail || strcmp(path + len - tail, deleted))
		return false;
	path[len - tail] = '\0';
	return true;
}

/* libpython3.11.so.1.0, but not the stub libpython3.so, which holds nothing. */
static bool is_libpython(const char *path)
{
	const char *name = base_name(path);

	return !strncmp(name, "libpython", 9) && isdigit((unsigned char)name[9]) &&
	       name[10] == '.' && isdigit((unsigned char)name[11]);
}

/* The first mapping of a file; false for all others and for what is no file. */
static bool parse_mapping(char *line, struct mapping *ret)
{
	struct mapping m = {0};
	int at = 0;

	if (sscanf(line, "%llx-%llx %*4s %llx %x:%x %llu %n", &m.start, &m.end, &m.offset, &m.major,
		    &m.minor, &m.ino, &at) < 6 ||
		at == 0 || line[at] != '/' || m.offset)
		return false;
	if ((size_t)snprintf(m.path, sizeof(m.path), "%s", line + at) >= sizeof(m.path))
		return false;
	m.deleted = cut_deleted(m.path);
	*ret = m;
	return true;
}

/* False at the end. A line that is too long comes back empty. */
static bool read_line(FILE *f, char *line, size_t size)
{
	size_t len;
	int c;

	if (!fgets(line, (int)size, f))
		return false;
	len = strcspn(line, "\n");
	if (line[len] == '\n') {
		line[len] = '\0';
		return true;
	}
	do
		c = fgetc(f);
	while (c != '\n' && c != EOF);
	if (len == size - 1)
		line[0] = '\0';
	return true;
}

static int read_exe(const char *proc, int pid, char ret[static PATH_MAX])
{
	char link[PATH_MAX], path[PATH_MAX];
	ssize_t n;

	if ((size_t)snprintf(link, sizeof(link), "%s/%d/exe", proc, pid) >= sizeof(link))
		return -ENAMETOOLONG;
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	cut_deleted(path);
	memcpy(ret, path, (size_t)n + 1);
	return 0;
}

/*
 * The mapping of a libpython, else that of the executable `exe` (may be empty). 0, -ENOENT if
 * there is neither, or another -errno.
 */
static int find_mapping(const char *proc, int pid, const char *exe, struct mapping *ret)
{
	char path[PATH_MAX], line[PATH_MAX + 128];
	struct mapping m;
	int found = -ENOENT;
	int i;
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "%s/%d/maps", proc, pid) >= sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	for (i = 0; i < MAPS_LINES && read_line(f, line, sizeof(line)); i++) {
		if (!parse_mapping(line, &m))
			continue;
		if (is_libpython(m.path)) {
			*ret = m;
			found = 0;
			break;
		}
		if (found && *exe && !strcmp(m.path, exe)) {
			*ret = m;
			found = 0;
		}
	}
	fclose(f);
	return found;
}

int python_image_open_path(const char *path)
{
	char self[64];
	struct stat st;
	int fd, handle;

	handle = open(path, O_PATH | O_CLOEXEC);
	if (handle < 0)
		return -errno;
	if (fstat(handle, &st)) {
		fd = -errno;
	} else if (!S_ISREG(st.st_mode)) {
		fd = -EINVAL;
	} else {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", handle);
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			fd = -errno;
	}
	close(handle);
	return fd;
}

/*
 * map_files works for deleted files, chroots and other mount namespaces, but only for root. The
 * paths name what lies there now, which for a deleted file is another one.
 */
static int open_mapping(const char *proc, int pid, const struct mapping *m, bool is_exe)
{
	char path[2 * PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%d/map_files/%llx-%llx", proc, pid, m->start, m->end);
	fd = python_image_open_path(path);
	if (fd >= 0)
		return fd;
	if (is_exe) {
		snprintf(path, sizeof(path), "%s/%d/exe", proc, pid);
		fd = python_image_open_path(path);
	}
	if (fd >= 0 || m->deleted)
		return fd;
	snprintf(path, sizeof(path), "%s/%d/root%s", proc, pid, m->path);
	fd = python_image_open_path(path);
	return fd >= 0 ? fd : python_image_open_path(m->path);
}

int python_image_open(const char *proc, int pid, struct python_image *ret)
{
	char exe[PATH_MAX] = "";
	struct mapping m;
	struct stat st;
	int r;

	r = read_exe(proc, pid, exe);
	if (r && r != -ENOENT)
		return r;
	r = find_mapping(proc, pid, exe, &m);
	if (r)
		return r;
	ret->start = m.start;
	ret->fd = open_mapping(proc, pid, &m, !strcmp(m.path, exe));
	ret->dev = m.ino ? makedev(m.major, m.minor) : 0;
	ret->ino = m.ino;
	if (ret->fd < 0)
		ret->fd = -1;
	else if (!fstat(ret->fd, &st)) {
		ret->dev = st.st_dev;
		ret->ino = st.st_ino;
	}
	snprintf(ret->name, sizeof(ret->name), "%.63s", base_name(m.path));
	return 0;
}

void python_image_close(struct python_image *img)
{
	if (img->fd >= 0)
		close(img->fd);
	img->fd = -1;
}

bool python_is_interpreter(const char *proc, int pid)
{
	char exe[PATH_MAX];
	struct mapping m;

	if (!read_exe(proc, pid, exe) && !strncmp(base_name(exe), "python", 6))
		return true;
	return !find_mapping(proc, pid, "", &m) && !strncmp(base_name(m.path), "libpython3.", 11);
}
