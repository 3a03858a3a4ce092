/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/mapping.h"

#include <stdio.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* The first that fits; part: anywhere in the path, else at its beginning. */
static const struct {
	const char *path;
	bool part;
	enum shared_kind kind;
} names[] = {
	{"joblib_memmapping_folder_", true, SHARED_MEMMAP},
	{"/pym-", true, SHARED_ARENA},
	{"/torch_", true, SHARED_TORCH},
	{"/dev/shm/", false, SHARED_NAMED},
	{"/memfd:", false, SHARED_NAMED},
	{"/dev/zero", false, SHARED_ANONYMOUS},
};

static bool find_kind(const char *path, enum shared_kind *ret_kind)
{
	if (begins(path, "/dev/shm/sem."))
		return false;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].part ? !strstr(path, names[i].path) : !begins(path, names[i].path))
			continue;
		*ret_kind = names[i].kind;
		return true;
	}
	return false;
}

bool mapping_parse(const char *line, struct mapping *ret_mapping)
{
	unsigned long long start, end, offset, ino;
	const char *rights = strchr(line, ' ');
	unsigned int major, minor;
	struct mapping r;
	int path = 0;

	/* Nearly all lines are of private mappings: they are not worth the reading. */
	if (!rights || strlen(rights) < 6 || rights[4] != 's')
		return false;
	if (sscanf(line, "%llx-%llx %*4s %llx %x:%x %llu %n", &start, &end, &offset, &major, &minor,
		    &ino, &path) < 6 ||
		!path || end <= start)
		return false;
	r = (struct mapping){
		.dev = major << 20 | (minor & 0xfffff),
		.ino = ino,
		.bytes = offset + (end - start),
	};
	if (!find_kind(line + path, &r.kind))
		return false;
	*ret_mapping = r;
	return true;
}
