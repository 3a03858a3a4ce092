/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SIZE = 256,
};

int buf_reserve(struct buf *b, size_t more)
{
	size_t size = b->size ? b->size : FIRST_SIZE;
	char *data;

	if (more >= SIZE_MAX / 4 - b->len)
		goto no_memory;
	while (size < b->len + more + 1)
		size *= 2;
	if (size == b->size)
		return 0;
	data = realloc(b->data, size);
	if (!data)
		goto no_memory;
	data[b->len] = '\0';
	b->data = data;
	b->size = size;
	return 0;

no_memory:
	b->is_short = true;
	return -ENOMEM;
}

int buf_add(struct buf *b, const void *bytes, size_t len)
{
	int ret = buf_reserve(b, len);

	if (ret < 0)
		return ret;
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;
	int ret;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ret = len < 0 ? -ENOMEM : buf_reserve(b, (size_t)len);
	if (ret < 0) {
		b->is_short = true;
		return ret;
	}
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
	return 0;
}

void buf_drop(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (!n)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	b->data[b->len] = '\0';
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
