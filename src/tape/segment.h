/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A segment: some seconds of frames, made small. Each frame is taken from its guess (predict.h),
 * what remains is laid out in columns of bytes that are alike, and zstd packs these. Unpacking
 * gives the same bytes back.
 */
#ifndef POOLTOP_SEGMENT_H
#define POOLTOP_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/wire.h"

enum segment_bounds {
	SEGMENT_CODING = 1, /* number of this way of packing; in a recording's user_version */
	SEGMENT_BYTES = 1 << 20, /* of frames: when it has these it is full */
	SEGMENT_MAX = SEGMENT_BYTES + 65536, /* so one more frame always fits */
	SEGMENT_PACKED_MAX = 3 * SEGMENT_MAX, /* no segment is larger when packed */
};

/* Working memory of packing and unpacking: a few times what the largest segment so far needed. For
 * one thread. */
struct packer;

/* NULL without memory. */
struct packer *packer_new(void);

/* NULL is allowed. */
void packer_free(struct packer *p);

/*
 * Packs frames, which are whole and follow one another in `bytes` <= SEGMENT_MAX bytes, 8-byte
 * aligned. The result is borrowed until the next call. 0, -ENOMEM, or -EINVAL: no such frames.
 */
int segment_pack(struct packer *p, const void *frames, size_t bytes, const void **ret_packed,
	size_t *ret_len);

/* What is to be unpacked; it may be anything. */
struct packed {
	const void *data;
	size_t len;
	uint32_t count; /* frames that there must be */
	size_t bytes; /* in all */
};

/* Unpacks into frames[packed->bytes], 8-byte aligned; each has a size that has been checked. 0,
 * -ENOMEM, or -EBADMSG: damaged. */
int segment_unpack(struct packer *p, const struct packed *packed, void *frames);

/* Sum over whole 8-byte words; changes with every bit of them and with `seed`. */
uint64_t segment_sum(uint64_t seed, const void *words, size_t bytes);

#endif
