/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/cursor.h"

#include <string.h>

static uint32_t little_endian(const uint8_t *bytes, size_t n)
{
	uint32_t num = 0;

	while (n--)
		num = num << 8 | bytes[n];
	return num;
}

/* Skips what only fills the memo. */
static void skip_memo(struct cursor *c)
{
	while (c->at < c->end) {
		size_t n = *c->at == 0x94 ? 1 : *c->at == 'q' ? 2 : *c->at == 'r' ? 5 : 0;

		if (!n)
			return;
		c->at += n < (size_t)(c->end - c->at) ? n : (size_t)(c->end - c->at);
	}
}

static int take_int(struct cursor *c, size_t n)
{
	if ((size_t)(c->end - c->at) < n)
		return TOKEN_END;
	c->num = n == 4 ? (int32_t)little_endian(c->at, n) : (int64_t)little_endian(c->at, n);
	c->at += n;
	return TOKEN_INT;
}

static int take_long(struct cursor *c)
{
	size_t n = c->at < c->end ? *c->at : SIZE_MAX;
	uint64_t num = 0;

	if (n > sizeof(num) || (size_t)(c->end - c->at) < n + 1)
		return TOKEN_END;
	if (n && c->at[n] & 0x80)
		num = UINT64_MAX;
	for (size_t i = n; i > 0; i--)
		num = num << 8 | c->at[i];
	c->num = (int64_t)num;
	c->at += n + 1;
	return TOKEN_INT;
}

static int take_text(struct cursor *c, size_t len_bytes)
{
	size_t left = (size_t)(c->end - c->at);

	if (left < len_bytes)
		return TOKEN_END;
	c->len = little_endian(c->at, len_bytes);
	if (c->len > left - len_bytes)
		return TOKEN_END;
	c->text = (const char *)c->at + len_bytes;
	c->at += len_bytes + c->len;
	return TOKEN_TEXT;
}

static int take_global(struct cursor *c)
{
	const uint8_t *module_end = memchr(c->at, '\n', (size_t)(c->end - c->at));
	const uint8_t *name_end;

	if (!module_end)
		return TOKEN_END;
	name_end = memchr(module_end + 1, '\n', (size_t)(c->end - module_end - 1));
	if (!name_end)
		return TOKEN_END;
	c->text = (const char *)c->at;
	c->len = (size_t)(module_end - c->at);
	c->name = (const char *)module_end + 1;
	c->name_len = (size_t)(name_end - module_end - 1);
	c->at = name_end + 1;
	return TOKEN_GLOBAL;
}

static int take_token(struct cursor *c)
{
	skip_memo(c);
	if (c->at == c->end)
		return TOKEN_END;
	switch (*c->at++) {
	case 'K':
		return take_int(c, 1);
	case 'M':
		return take_int(c, 2);
	case 'J':
		return take_int(c, 4);
	case 0x8a:
		return take_long(c);
	case 0x8c:
	case 'U':
		return take_text(c, 1);
	case 'X':
		return take_text(c, 4);
	case 'c':
		return take_global(c);
	default:
		return c->at[-1];
	}
}

int cursor_next(struct cursor *c)
{
	c->token = take_token(c);
	return c->token;
}

/* Module and name in hand one after the other; the same text twice is written once. */
static bool take_stack_global(struct cursor *c)
{
	const char *module = c->text;
	size_t len = c->len;

	c->name = module;
	c->name_len = len;
	if (cursor_next(c) == TOKEN_TEXT) {
		c->name = c->text;
		c->name_len = c->len;
	} else if (c->token == TOKEN_GET && c->at < c->end) {
		c->at++;
	} else {
		return c->token == TOKEN_END;
	}
	c->text = module;
	c->len = len;
	return cursor_next(c) == TOKEN_STACK_GLOBAL || c->token == TOKEN_END;
}

bool cursor_global(struct cursor *c)
{
	if (c->token == TOKEN_TEXT)
		return take_stack_global(c);
	return c->token == TOKEN_GLOBAL || c->token == TOKEN_END;
}

bool cursor_text_is(const struct cursor *c, const char *text)
{
	return c->len == strlen(text) && memcmp(c->text, text, c->len) == 0;
}

bool cursor_name_is(const struct cursor *c, const char *name)
{
	return c->name_len == strlen(name) && memcmp(c->name, name, c->name_len) == 0;
}
