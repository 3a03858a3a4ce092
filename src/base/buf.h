/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that grow. What could not be added for want of memory is remembered, so that a caller may
 * add many times and ask once. */
#ifndef POOLTOP_BUF_H
#define POOLTOP_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros is empty. */
struct buf {
	char *data; /* NULL, or len bytes and a terminating 0 behind them */
	size_t len;
	size_t size; /* allocated */
	bool is_short; /* something did not get in */
};

/* Each returns 0 or -ENOMEM; then nothing was added, and is_short is set. */
int buf_add(struct buf *b, const void *bytes, size_t len);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for `more` bytes behind the end; the caller fills them and adds to len. */
int buf_reserve(struct buf *b, size_t more);

/* Drops the first n bytes (all, if there are fewer). */
void buf_drop(struct buf *b, size_t n);

/* Frees; empty afterwards. */
void buf_release(struct buf *b);

#endif
