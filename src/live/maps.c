/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/maps.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* The lines of one file follow each other: it is looked at once. */
struct seen_file {
	char name[512];
	unsigned long ino;
	bool is_same;
};

static bool is_same_file(struct seen_file *seen, const char *name, unsigned long ino)
{
	struct stat st;

	if (seen->ino == ino && !strcmp(seen->name, name))
		return seen->is_same;
	snprintf(seen->name, sizeof(seen->name), "%s", name);
	seen->ino = ino;
	seen->is_same = !stat(name, &st) && S_ISREG(st.st_mode) && st.st_ino == ino;
	return seen->is_same;
}

/* seen: NULL if it need not be that file by its name. */
static bool is_wanted(struct seen_file *seen, const char *line)
{
	unsigned long ino;
	char name[512];

	if (sscanf(line, "%*s %*s %*s %*s %lu %511[^\n]", &ino, name) != 2)
		return false;
	if (!seen && !strcmp(name, "[vdso]"))
		return true;
	return ino && name[0] == '/' && (!seen || is_same_file(seen, name, ino));
}

static char *read_lines(uint32_t pid, struct seen_file *seen)
{
	struct buf text = {0};
	char path[32], line[1024], space[MAPS_SPACE];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	setvbuf(f, space, _IOFBF, sizeof(space));
	while (fgets(line, sizeof(line), f) && text.len + sizeof(line) < MAPS_MAX)
		if (is_wanted(seen, line))
			buf_add(&text, line, strlen(line));
	fclose(f);
	if (text.len && !text.is_short)
		return text.data;
	buf_release(&text);
	return NULL;
}

char *maps_read(uint32_t pid)
{
	struct seen_file seen = {0};

	return read_lines(pid, &seen);
}

char *maps_read_live(uint32_t pid)
{
	return read_lines(pid, NULL);
}
