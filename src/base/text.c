/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct range {
	uint32_t first;
	uint32_t last;
};

/* What a terminal obeys, or what makes a line read otherwise than it is. */
static const struct range unsafe[] = {
	{0x0080, 0x009f}, /* C1 */
	{0x061c, 0x061c}, /* Arabic letter mark */
	{0x200e, 0x200f}, /* left-to-right and right-to-left mark */
	{0x2028, 0x202e}, /* line and paragraph separator, embeddings, overrides */
	{0x2066, 0x2069}, /* isolates */
	{0xd800, 0xdfff}, /* halves of surrogate pairs: not UTF-8 */
	{0x110000, UINT32_MAX},
};

static bool is_unsafe(uint32_t c)
{
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

/* Bytes of the character that starts at s, 0 if there is none; then *ret_c is what it is. */
static size_t utf8_decode(const unsigned char *s, size_t len, uint32_t *ret_c)
{
	static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c;

	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	c = s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < smallest[n])
		return 0;
	*ret_c = c;
	return n;
}

static char clean_ascii(unsigned char c, int keep_lines)
{
	if (c == '\n')
		return keep_lines ? '\n' : ' ';
	if (c == '\t')
		return ' ';
	return c < 0x20 || c == 0x7f ? '?' : (char)c;
}

size_t text_clean(char *dst, size_t size, const char *src, size_t len, int keep_lines)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t out = 0;
	size_t i = 0;

	while (i < len && s[i] && out + 1 < size) {
		uint32_t c = 0;
		size_t n;

		if (s[i] < 0x80) {
			dst[out++] = clean_ascii(s[i++], keep_lines);
			continue;
		}
		n = utf8_decode(s + i, len - i, &c);
		if (!n || is_unsafe(c)) {
			dst[out++] = '?';
			i += n ? n : 1;
			continue;
		}
		if (out + n >= size)
			break;
		memcpy(dst + out, s + i, n);
		out += n;
		i += n;
	}
	dst[out] = '\0';
	return out;
}

char *text_clean_dup(const char *src, size_t len, size_t limit, int keep_lines)
{
	size_t max = len < limit ? len : limit; /* cleaning never makes text longer */
	char *dst = malloc(max + 1);

	if (dst)
		text_clean(dst, max + 1, src, len, keep_lines);
	return dst;
}
