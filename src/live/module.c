/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/module.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

struct line {
	unsigned long long start, end, ino;
	const char *name; /* in the text, up to the line's end */
	int name_len;
};

static const char *next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end ? end + 1 : at + strlen(at);
}

static bool parse(const char *at, struct line *ret)
{
	size_t len = strcspn(at, "\n");
	int name = 0;

	if (sscanf(at, "%llx-%llx %*s %*s %*s %llu %n", &ret->start, &ret->end, &ret->ino, &name) <
			3 ||
		!name || (size_t)name > len)
		return false;
	ret->name = at + name;
	ret->name_len = (int)len - name;
	return true;
}

static bool is_file(const char *path, unsigned long long ino)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && st.st_ino == ino;
}

enum { PATH = 1024 };

/* The lines of one file follow each other, and must have one name. */
static bool find_path(const struct line *l, uint32_t pid, char path[static PATH])
{
	snprintf(path, PATH, "/proc/%" PRIu32 "/map_files/%llx-%llx", pid, l->start, l->end);
	if (is_file(path, l->ino))
		return true;
	snprintf(path, PATH, "%.*s", l->name_len, l->name);
	return is_file(path, l->ino);
}

char *module_paths(const char *maps, uint32_t pid)
{
	struct line l, last = {0};
	struct buf text = {0};
	char path[PATH] = "";
	bool found = false;

	for (; *maps; maps = next_line(maps)) {
		if (!parse(maps, &l) || !l.ino)
			continue;
		if (l.ino != last.ino || l.name_len != last.name_len ||
			memcmp(l.name, last.name, (size_t)l.name_len) != 0)
			found = find_path(&l, pid, path);
		last = l;
		if (!found)
			continue;
		buf_add(&text, maps, (size_t)(l.name - maps));
		buf_add(&text, path, strlen(path));
		buf_add(&text, "\n", 1);
	}
	if (text.len && !text.is_short)
		return text.data;
	buf_release(&text);
	return NULL;
}

const char *module_name(const char *maps, uint64_t start, size_t *ret_len)
{
	struct line line;

	for (; *maps; maps = next_line(maps)) {
		if (!parse(maps, &line) || line.start != start)
			continue;
		*ret_len = (size_t)line.name_len;
		return line.name;
	}
	return NULL;
}

bool module_find_vdso(const char *maps, uint64_t *ret_start, uint64_t *ret_end)
{
	static const char name[] = "[vdso]";
	struct line line;

	for (; *maps; maps = next_line(maps)) {
		if (!parse(maps, &line) || line.end <= line.start ||
			line.name_len != (int)sizeof(name) - 1 ||
			memcmp(line.name, name, sizeof(name) - 1) != 0)
			continue;
		*ret_start = line.start;
		*ret_end = line.end;
		return true;
	}
	return false;
}
