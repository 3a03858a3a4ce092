/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks of long messages, by which the same payload is known again without any of it leaving the
 * kernel: 16 bytes at each of some thirty places are mixed into 64 bits.
 *
 * The places are a power of two apart, chosen by the message's length, and counted from one end:
 * so a few bytes more or less at the other end move none of them.
 */
#ifndef POOLTOP_MARK_H
#define POOLTOP_MARK_H

#include "watch.h"

#define MARK_LEAST (32 << 10) /* bytes of a message that is worth it */
#define MARK_PLACES 31 /* the 32nd may lie at the other end already */

static __always_inline __u64 mix(__u64 mark, __u64 word)
{
	mark = (mark ^ word) * 0x9e3779b97f4a7c15ULL;
	return mark ^ mark >> 29;
}

/* Distance of the places: 32 to 63 of them fit. */
static __always_inline __u64 mark_stride(__u64 bytes)
{
	__u64 stride = MARK_LEAST / 32;

	for (int i = 0; i < 24 && bytes / 64 >= stride; i++)
		stride *= 2;
	return stride;
}

/* Of `bytes` at `buf` in user space; 0: not to be read. */
static __noinline __u64 mark_of(const unsigned char *buf, __u64 bytes, bool from_end)
{
	__u64 stride = mark_stride(bytes), mark = mark_salt, words[2] = {};

	for (__u64 i = 1; i <= MARK_PLACES; i++) {
		__u64 at = from_end ? bytes - i * stride : i * stride;

		if (bpf_probe_read_user(words, sizeof(words), buf + at))
			return 0;
		mark = mix(mix(mark, words[0]), words[1]);
	}
	return mark ?: 1;
}

#endif
