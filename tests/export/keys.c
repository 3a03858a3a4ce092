/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/export/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int has(const json_t *value, const char *path)
{
	size_t len = strcspn(path, ".[?");
	const char *rest = path + len;
	char key[64];
	size_t i;

	if (!*path)
		return 1;
	snprintf(key, sizeof(key), "%.*s", (int)len, path);
	value = json_object_get(value, key);
	if (!value)
		return 0;
	if (*rest == '?' && json_is_null(value))
		return 1;
	if (*rest == '[') {
		for (i = 0; i < json_array_size(value); i++)
			if (!has(json_array_get(value, i), rest + 2 + (rest[2] == '.')))
				return 0;
		return json_array_size(value) > 0;
	}
	rest += *rest == '?';
	return has(value, rest + (*rest == '.'));
}

int has_keys(const json_t *root, const char *const *paths)
{
	int all = 1;

	for (; *paths; paths++) {
		if (has(root, *paths))
			continue;
		fprintf(stderr, "not there: %s\n", *paths);
		all = 0;
	}
	return all;
}

const json_t *value_at(const json_t *root, const char *path)
{
	while (root && *path) {
		size_t len = strcspn(path, ".");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		root = json_is_array(root) ? json_array_get(root, strtoul(key, NULL, 10))
					   : json_object_get(root, key);
		path += len + (path[len] == '.');
	}
	return root;
}
