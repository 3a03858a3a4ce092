/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/export/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *f)
{
	enum { MOST = 1 << 20 };
	char *text = malloc(MOST);
	size_t len = text ? fread(text, 1, MOST - 1, f) : 0;

	if (text)
		text[len] = '\0';
	return text;
}

static void say_where(const char *name, const char *want, const char *got)
{
	int line = 1;

	while (*want && *want == *got) {
		line += *want++ == '\n';
		got++;
	}
	fprintf(stderr, "%s, line %d: want ...%.*s\n                got ...%.*s\n", name, line,
		(int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

int golden_is(const char *name, const char *text)
{
	const char *mode = getenv("POOLTOP_GOLDEN");
	int writing = mode && !strcmp(mode, "write");
	char path[1024];
	char *want;
	FILE *f;
	int same;

	snprintf(path, sizeof(path), "%s/%s", GOLDEN_DIR, name);
	f = fopen(path, writing ? "w" : "r");
	if (!f) {
		perror(path);
		return 0;
	}
	if (writing) {
		fputs(text, f);
		return !fclose(f);
	}
	want = read_all(f);
	fclose(f);
	same = want && !strcmp(want, text);
	if (want && !same)
		say_where(name, want, text);
	free(want);
	return same;
}
