/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as bytes: 7 bits each, the last without the top bit. A number is told by how far it is
 * from the one before it in its column; 0 is its own sign, and most that is 0 stays so. Inside of
 * src/image.
 */
#ifndef POOLTOP_IMAGE_CODE_H
#define POOLTOP_IMAGE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

enum { CODE_MAX = 10 }; /* bytes of one number */

static inline uint64_t code_fold(uint64_t n)
{
	return n << 1 ^ (0 - (n >> 63));
}

static inline uint64_t code_unfold(uint64_t n)
{
	return n >> 1 ^ (0 - (n & 1));
}

/* The distance that would make it 0 is free, since that has a sign of its own. */
static inline uint64_t code_of(uint64_t value, uint64_t before)
{
	uint64_t none = code_fold(0 - before), n = code_fold(value - before);

	return value ? n + (n < none) : 0;
}

static inline uint64_t code_value(uint64_t code, uint64_t before)
{
	uint64_t none = code_fold(0 - before);

	return code ? before + code_unfold(code - (code <= none)) : 0;
}

static inline void code_put(struct buf *b, uint64_t n)
{
	uint8_t *at;

	if (b->size - b->len <= CODE_MAX && buf_reserve(b, 4096) < 0)
		return;
	at = (uint8_t *)b->data + b->len;
	while (n >= 0x80) {
		*at++ = (uint8_t)(n | 0x80);
		n >>= 7;
	}
	*at++ = (uint8_t)n;
	b->len = (size_t)(at - (uint8_t *)b->data);
}

/* Bytes that are read; once something was wrong nothing more comes. */
struct code_in {
	const uint8_t *at, *end;
	bool is_bad;
};

static inline uint64_t code_get(struct code_in *in)
{
	uint64_t n = 0;

	for (unsigned int shift = 0; in->at < in->end && shift < 64; shift += 7) {
		uint8_t byte = *in->at++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80 && !in->is_bad)
			return n;
	}
	in->is_bad = true;
	return 0;
}

/* NULL: there are not so many. */
static inline const void *code_bytes(struct code_in *in, uint64_t len)
{
	const void *bytes = in->at;

	if (in->is_bad || len > (size_t)(in->end - in->at)) {
		in->is_bad = true;
		return NULL;
	}
	in->at += len;
	return bytes;
}

#endif
