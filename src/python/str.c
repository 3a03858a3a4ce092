/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/str.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum { UTF8_MAX = 4, HEAD_BYTES = 64 }; /* of a str object: length and state are among them */

static uint32_t char_at(const unsigned char *chars, size_t i, unsigned int kind)
{
	uint32_t c = 0;

	memcpy(&c, chars + i * kind, kind); /* little-endian */
	return c;
}

/* What is no character becomes one that text_clean() refuses. */
static size_t put_utf8(char *at, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	size_t i;

	if (!c || c > 0x10ffff)
		c = 1, n = 1;
	for (i = n - 1; i > 0; i--) {
		at[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	at[0] = (char)(n == 1 ? c : ((0xf00 >> n) & 0xff) | c);
	return n;
}

size_t str_decode(char *dst, size_t size, const void *chars, size_t count, unsigned int kind)
{
	char utf8[STR_CHARS * UTF8_MAX];
	size_t len = 0, i;

	dst[0] = '\0';
	if (kind != 1 && kind != 2 && kind != 4)
		return 0;
	for (i = 0; i < count && i < STR_CHARS; i++)
		len += put_utf8(utf8 + len, char_at(chars, i, kind));
	return text_clean(dst, size, utf8, len, 0);
}

int str_read(struct memory *m, const struct py_layout *l, uint64_t address, struct str_wish w)
{
	unsigned char head[HEAD_BYTES], chars[STR_CHARS * 4];
	uint64_t length, at, skip = 0;
	uint32_t state, kind;
	int r;

	if (l->str.length > HEAD_BYTES - 8 || l->str.state > HEAD_BYTES - 4)
		return -EINVAL;
	r = memory_read(m, address, head, sizeof(head));
	if (r)
		return r;
	memcpy(&length, head + l->str.length, sizeof(length));
	memcpy(&state, head + l->str.state, sizeof(state));
	kind = state >> PY_STR_KIND_SHIFT & PY_STR_KIND_MASK;
	if ((kind != 1 && kind != 2 && kind != 4) || length > INT64_MAX / 4)
		return -EINVAL;
	at = address + l->str.compact;
	if (!(state & PY_STR_COMPACT))
		r = memory_u64(m, at, &at);
	else if (state & PY_STR_ASCII)
		at = address + l->str.ascii;
	if (w.tail && length > STR_CHARS)
		skip = length - STR_CHARS;
	if (length - skip > STR_CHARS)
		length = STR_CHARS;
	if (!r)
		r = memory_read(m, at + skip * kind, chars, (length - skip) * kind);
	if (!r)
		str_decode(w.dst, w.size, chars, length - skip, kind);
	return r;
}
