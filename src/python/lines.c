/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/lines.h"

#include <errno.h>

enum {
	NO_LINE_310 = -128,
	VARINT_BYTES = 6, /* of 6 bits: more than an int has */
	ENTRY_NONE = 15,
	ENTRY_LONG = 14,
	ENTRY_LINE = 13,
	ENTRY_ONE_LINE = 10, /* to 12: the delta is the difference */
};

static int say(int64_t line, int32_t *ret)
{
	if (line < 0 || line > INT32_MAX)
		return -EINVAL;
	*ret = (int32_t)line;
	return 0;
}

/* Pairs: so many bytes of code further, so many lines on. */
static int at_lnotab(const struct line_table *t, int64_t lasti, int32_t *ret)
{
	int64_t at = 0, line = t->first;
	size_t i;

	for (i = 0; i + 1 < t->len; i += 2) {
		at += t->bytes[i];
		if (at > lasti)
			return say(line, ret);
		line += (int8_t)t->bytes[i + 1];
	}
	return t->is_cut ? -ERANGE : say(line, ret);
}

/* Pairs: so many lines on, and that holds for so many bytes of code. */
static int at_ranges(const struct line_table *t, int64_t lasti, int32_t *ret)
{
	int64_t end = 0, line = t->first;
	size_t i;

	for (i = 0; i + 1 < t->len; i += 2) {
		int8_t delta = (int8_t)t->bytes[i + 1];

		if (delta != NO_LINE_310)
			line += delta;
		end += t->bytes[i];
		if (lasti < end)
			return delta == NO_LINE_310 ? -ENODATA : say(line, ret);
	}
	return -ERANGE;
}

/* A signed number: its lowest bit is the sign. *at moves behind it. */
static int64_t take_signed(const struct line_table *t, size_t *at)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < VARINT_BYTES && *at < t->len; i++) {
		unsigned char byte = t->bytes[(*at)++];

		n |= (uint64_t)(byte & 63) << (6 * i);
		if (!(byte & 64))
			break;
	}
	return n & 1 ? -(int64_t)(n >> 1) : (int64_t)(n >> 1);
}

/* Entries that start with a byte >= 128; the columns that follow are passed over. */
static int at_positions(const struct line_table *t, int64_t lasti, int32_t *ret)
{
	int64_t end = 0, line = t->first;
	size_t i = 0;

	while (i < t->len) {
		unsigned int code = t->bytes[i] >> 3 & 15;

		end += 2 * ((t->bytes[i] & 7) + 1);
		i++;
		if (code == ENTRY_LONG || code == ENTRY_LINE)
			line += take_signed(t, &i);
		else if (code >= ENTRY_ONE_LINE && code != ENTRY_NONE)
			line += code - ENTRY_ONE_LINE;
		if (t->is_cut && i >= t->len)
			return -ERANGE;
		if (lasti < end)
			return code == ENTRY_NONE ? -ENODATA : say(line, ret);
		while (i < t->len && t->bytes[i] < 128)
			i++;
	}
	return -ERANGE;
}

int lines_at(const struct line_table *t, int64_t lasti, int32_t *ret)
{
	/* CPython too says the first line of what has not begun. */
	if (lasti < 0)
		return say(t->first, ret);
	if (t->lines == PY_LINES_LNOTAB)
		return at_lnotab(t, lasti, ret);
	if (t->lines == PY_LINES_RANGES)
		return at_ranges(t, lasti, ret);
	return at_positions(t, lasti, ret);
}
