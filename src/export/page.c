/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct range {
	uint32_t first, last;
	unsigned int columns;
};

/* What does not take one column, as far as names and messages go. */
static const struct range widths[] = {
	{0x0300, 0x036f, 0}, /* combining marks */
	{0x1100, 0x115f, 2}, /* Hangul */
	{0x200b, 0x200d, 0}, /* joiners */
	{0x2e80, 0xa4cf, 2}, /* CJK */
	{0xac00, 0xd7a3, 2}, /* Hangul */
	{0xf900, 0xfaff, 2}, /* CJK */
	{0xfe00, 0xfe0f, 0}, /* variation selectors */
	{0xfe30, 0xfe6f, 2}, /* CJK */
	{0xff00, 0xff60, 2}, /* full width */
	{0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2}, /* pictures */
	{0x20000, 0x3fffd, 2}, /* CJK */
};

static unsigned int width_of(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			return widths[i].columns;
	return 1;
}

/* Bytes of the character at s, of which len are there (len > 0), and its columns. What is not
 * UTF-8 counts byte by byte. */
static size_t take(const char *s, size_t len, unsigned int *ret_columns)
{
	unsigned char first = (unsigned char)s[0];
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
	uint32_t c;
	size_t i;

	*ret_columns = 1;
	if (n == 1 || n > len)
		return 1;
	c = first & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	*ret_columns = width_of(c);
	return n;
}

static unsigned int columns_of(const char *s, size_t len)
{
	unsigned int sum = 0, columns;
	size_t i = 0;

	while (i < len) {
		i += take(s + i, len - i, &columns);
		sum += columns;
	}
	return sum;
}

unsigned int page_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

/* Bytes of the longest beginning of s that takes at most `columns`. */
static size_t fitting(const char *s, size_t len, unsigned int columns)
{
	unsigned int sum = 0, n;
	size_t i = 0, bytes;

	while (i < len) {
		bytes = take(s + i, len - i, &n);
		if (sum + n > columns)
			break;
		sum += n;
		i += bytes;
	}
	return i;
}

static unsigned int column(const struct page *p)
{
	return p->buf.len > p->line ? columns_of(p->buf.data + p->line, p->buf.len - p->line) : 0;
}

void page_add(struct page *p, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0) {
		p->buf.is_short = true;
		return;
	}
	buf_add(&p->buf, text, (size_t)len);
	free(text);
}

static void blanks(struct page *p, unsigned int n)
{
	while (n--)
		buf_add(&p->buf, " ", 1);
}

void page_to(struct page *p, unsigned int to)
{
	unsigned int at = column(p);

	blanks(p, to > at ? to - at : 0);
}

void page_cell(struct page *p, const struct page_cell *cell, const char *text)
{
	size_t len = strlen(text), skip = 0;
	unsigned int columns = columns_of(text, len), n;

	if (columns <= cell->width) {
		if (cell->right)
			blanks(p, cell->width - columns);
		buf_add(&p->buf, text, len);
		if (!cell->right)
			blanks(p, cell->width - columns);
		return;
	}
	if (!cell->tail) {
		len = fitting(text, len, cell->width - 2);
		page_add(p, "%.*s..", (int)len, text);
		blanks(p, cell->width - 2 - columns_of(text, len));
		return;
	}
	while (columns > cell->width - 2) {
		skip += take(text + skip, len - skip, &n);
		columns -= n;
	}
	page_add(p, "..%s", text + skip);
	blanks(p, cell->width - 2 - columns);
}

static size_t word_length(const char *s)
{
	return strcspn(s, " \n");
}

/* Adds a word; one that is longer than any line is broken where each ends. */
static void break_word(struct page *p, unsigned int indent, const char *s, size_t len)
{
	while (len) {
		unsigned int at = column(p);
		size_t n = at < p->width ? fitting(s, len, p->width - at) : 0;

		if (!n && at <= indent)
			n = len; /* no room for even one character: better wide than for ever */
		buf_add(&p->buf, s, n);
		s += n;
		len -= n;
		if (len) {
			page_end(p);
			page_to(p, indent);
		}
	}
}

void page_words(struct page *p, unsigned int indent, const char *text)
{
	bool first = true;

	for (;;) {
		size_t len;
		unsigned int at, need;

		text += strspn(text, " \n");
		len = word_length(text);
		if (!len)
			return;
		at = column(p);
		need = columns_of(text, len);
		if (at + !first + need > p->width && at > indent && indent + need <= p->width) {
			page_end(p);
			page_to(p, indent);
		} else if (!first) {
			buf_add(&p->buf, " ", 1);
		}
		break_word(p, indent, text, len);
		text += len;
		first = false;
	}
}

void page_say(struct page *p, unsigned int indent, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0) {
		p->buf.is_short = true;
		return;
	}
	page_words(p, indent, text);
	free(text);
}

void page_cut(struct page *p, const char *text, size_t len)
{
	unsigned int at = column(p);
	unsigned int room = at < p->width ? p->width - at : 0;

	if (columns_of(text, len) > room)
		page_add(p, "%.*s..", (int)fitting(text, len, room > 2 ? room - 2 : 0), text);
	else
		buf_add(&p->buf, text, len);
}

void page_end(struct page *p)
{
	while (p->buf.len > p->line && p->buf.data[p->buf.len - 1] == ' ')
		p->buf.data[--p->buf.len] = '\0';
	buf_add(&p->buf, "\n", 1);
	p->line = p->buf.len;
}

int page_finish(struct page *p, char **ret_text, size_t *ret_len)
{
	int r = -ENOMEM;

	if (!p->buf.is_short && p->buf.data) {
		*ret_text = p->buf.data;
		*ret_len = p->buf.len;
		p->buf = (struct buf){0};
		r = 0;
	}
	buf_release(&p->buf);
	p->line = 0;
	return r;
}
