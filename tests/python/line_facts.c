/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/line_facts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/lines.h"

enum { TABLE_MAX = 1 << 16 };

/* Bytes of a text in hex, "-" being none; -1 if it is none or too long. */
static int unhex(const char *hex, unsigned char out[static TABLE_MAX])
{
	unsigned int byte;
	int n = 0;

	if (!strcmp(hex, "-"))
		return 0;
	for (; *hex; hex += 2) {
		if (n == TABLE_MAX || sscanf(hex, "%2x", &byte) != 1 || !hex[1])
			return -1;
		out[n++] = (unsigned char)byte;
	}
	return n;
}

static bool is_right(const struct line_table *t, long at, const char *want)
{
	int32_t line = -1;
	int r = lines_at(t, at, &line);

	return *want == '-' ? r < 0 && line == -1 : !r && line == atoi(want);
}

/* All places of one stretch, "OFFSET:LINE", up to the next one. */
static void check_stretch(
	const struct line_table *t, const char *pair, long end, struct line_facts *sum)
{
	const char *want = strchr(pair, ':') + 1;
	long at;

	for (at = atol(pair); at < end; at += 2) {
		sum->places++;
		if (is_right(t, at, want))
			continue;
		sum->wrong++;
		fprintf(stderr, "first line %d, offset %ld: not %s\n", t->first, at, want);
	}
}

static int check_pairs(
	const struct line_table *t, char *pairs, const char *end, struct line_facts *sum)
{
	char *pair = strtok(pairs, ","), *next;

	for (; pair; pair = next) {
		next = strtok(NULL, ",");
		if (!strchr(pair, ':'))
			return -1;
		check_stretch(t, pair, next ? atol(next) : atol(end), sum);
	}
	return 0;
}

int line_facts_check(char *line, struct line_facts *sum)
{
	unsigned char *table = malloc(TABLE_MAX);
	char *word[5] = {NULL}, *rest = line;
	struct line_table t = {.bytes = table};
	int i, n, r = -1;

	for (i = 0; i < 5; i++)
		word[i] = strsep(&rest, " \n");
	n = table && word[4] ? unhex(word[2], table) : -1;
	if (n >= 0) {
		t.lines = (uint32_t)atoi(word[0]);
		t.first = atoi(word[1]);
		t.len = (size_t)n;
		sum->codes++;
		r = check_pairs(&t, word[3], word[4], sum);
	}
	free(table);
	return r;
}
