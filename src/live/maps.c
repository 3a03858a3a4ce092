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

char *maps_read(uint32_t pid)
{
	char path[32], line[1024], name[512];
	struct seen_file seen = {0};
	struct buf text = {0};
	unsigned long ino;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	while (fgets(line, sizeof(line), f) && text.len + sizeof(line) < MAPS_MAX) {
		name[0] = '\0';
		if (sscanf(line, "%*s %*s %*s %*s %lu %511[^\n]", &ino, name) != 2 || !ino ||
			name[0] != '/' || !is_same_file(&seen, name, ino))
			continue;
		buf_add(&text, line, strlen(line));
	}
	fclose(f);
	if (text.len && !text.is_short)
		return text.data;
	buf_release(&text);
	return NULL;
}
