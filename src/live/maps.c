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

/* From the inode to the end; NULL: it is no such line. */
static const char *file_of(const char *line, unsigned long long *ret_offset)
{
	int at = 0;

	if (sscanf(line, "%*s %*s %llx %*s %n", ret_offset, &at) < 1 || !at)
		return NULL;
	return line + at;
}

static bool is_line_of(const char *line, const char *file)
{
	unsigned long long offset;
	const char *other = file_of(line, &offset);
	size_t len = strcspn(file, "\n");

	return other && strcspn(other, "\n") == len && !memcmp(other, file, len);
}

/*
 * What a library maps of its own file once more lies as a rule right below where the loader has put
 * it (libffi's trampolines, from 3.4 on), and would be taken for the library's beginning. A file is
 * loaded with its first page lowest.
 */
static void drop_below(struct buf *text)
{
	char *out = text->data, *last = NULL, *run = out;
	const char *end = text->data + text->len;
	bool has_first = false;

	for (char *in = text->data; in < end;) {
		unsigned long long offset = 1;
		const char *file = file_of(in, &offset);
		size_t len = strcspn(in, "\n");

		len += in + len < end;
		if (!last || !file || !is_line_of(last, file)) {
			run = out;
			has_first = false;
		} else if (!offset && !has_first) {
			out = run;
		}
		has_first |= !offset;
		memmove(out, in, len);
		last = out;
		out += len;
		in += len;
	}
	*out = '\0';
	text->len = (size_t)(out - text->data);
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
	if (text.len && !text.is_short) {
		drop_below(&text);
		return text.data;
	}
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
