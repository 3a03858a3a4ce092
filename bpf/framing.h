/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where messages begin and end on a stream of multiprocessing.Connection: a 4-byte big-endian
 * length, then that many bytes; a length of -1 is followed by the true one in 8 bytes, from 2 GiB
 * on. CPython 3.6 to 3.14, Lib/multiprocessing/connection.py: Connection._send_bytes, _recv_bytes;
 * billiard and loky keep to it.
 *
 * Pure: one struct, told of the sizes of a thread's reads or writes on one descriptor as they end,
 * one after another. Bytes are the caller's: it is told which part of a message they are, and
 * hands in those of a length. Compiles for the kernel and for user space, so that what the kernel
 * program does can be tested and fuzzed outside it (tests/wire, tests/live/frames.c).
 *
 * What is not framed like this is passed over, and what was missed costs one message:
 *  - a writer asks for all that is left of a message, never for more or less;
 *  - a reader asks for what is left or for a part of it (3.14: 64 KiB), never for more; and when
 *    it asks for 4 bytes though more are left, it wants a length.
 */
#ifndef POOLTOP_FRAMING_H
#define POOLTOP_FRAMING_H

#include "wire.h"

enum framing_bounds {
	FRAMING_LENGTH = 4, /* bytes in front of a message ... */
	FRAMING_LONG = 8, /* ... and after a length of -1 */
	FRAMING_AT_ONCE = 16384, /* a longer message's length is written alone */
};

struct framing { /* all 0: between two messages, or not known where */
	__u64 bytes; /* of the message */
	__u64 left; /* of it, or of its long length; 0: none is under way */
	__u64 head; /* what has come of a length ... */
	__u32 head_bytes; /* ... in so many bytes */
	__u32 is_long; /* the length was -1 */
};

/* A read or write that has ended. */
struct framing_io {
	__u64 asked; /* bytes */
	__u64 done; /* of them, not 0 */
	__u32 dir; /* enum msg_dir */
};

enum framing_part {
	PART_NONE = 0, /* of no message */
	PART_LENGTH, /* of a length, at most FRAMING_LONG bytes: framing_length() wants them */
	PART_BEGUN, /* a length and some of the message: framing_begun() wants the length */
	PART_WHOLE, /* a length and all of the message, if framing_is_length() of it */
	PART_BODY, /* of a message, of which more will come */
	PART_LAST, /* of a message, which is whole now: `bytes` are its size */
};

static inline __attribute__((always_inline)) __u32 framing_number(const unsigned char *bytes)
{
	return (__u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static inline __attribute__((always_inline)) int framing_in_step(
	const struct framing *f, const struct framing_io *io)
{
	if (io->dir == MSG_WRITE)
		return io->asked == f->left;
	return io->asked == f->left || (io->asked < f->left && io->asked != FRAMING_LENGTH);
}

/* The next part while no message is under way. */
static inline __attribute__((always_inline)) enum framing_part framing_first(
	struct framing *f, const struct framing_io *io)
{
	__u32 came = f->head_bytes;

	f->head_bytes = 0;
	if (io->dir == MSG_READ) {
		if (io->asked == FRAMING_LENGTH)
			return PART_LENGTH;
		if (!came || io->asked + came != FRAMING_LENGTH)
			return PART_NONE;
		f->head_bytes = came;
		return PART_LENGTH;
	}
	if (io->asked == FRAMING_LENGTH && io->done == FRAMING_LENGTH)
		return PART_LENGTH;
	if (io->done < FRAMING_LENGTH || io->asked > FRAMING_LENGTH + FRAMING_AT_ONCE)
		return PART_NONE;
	return io->done == io->asked ? PART_WHOLE : PART_BEGUN;
}

/* Which part of a message the bytes of this call are. */
static inline __attribute__((always_inline)) enum framing_part framing_next(
	struct framing *f, const struct framing_io *io)
{
	if (f->left && !framing_in_step(f, io)) {
		f->left = 0;
		f->is_long = 0;
		f->head_bytes = 0;
	}
	if (!f->left)
		return framing_first(f, io);
	f->left -= io->done;
	if (f->is_long)
		return PART_LENGTH;
	return f->left ? PART_BODY : PART_LAST;
}

/* A long length is never one that 4 bytes could have said, nor more than memory can hold. */
static inline __attribute__((always_inline)) void framing_long(struct framing *f)
{
	f->is_long = 0;
	f->head_bytes = 0;
	if (f->head > 0x7fffffff && !(f->head >> 56))
		f->bytes = f->left = f->head;
}

/*
 * Takes the n bytes of a PART_LENGTH, n being what was done. Returns 1 if a message is whole with
 * that, an empty one; 0 if its bytes are to come, or more of its length, or it is no length.
 */
static inline __attribute__((always_inline)) int framing_length(
	struct framing *f, const unsigned char *bytes, __u64 n)
{
	if (!f->head_bytes)
		f->head = 0;
	for (unsigned int i = 0; i < FRAMING_LONG && i < n; i++)
		f->head = f->head << 8 | bytes[i];
	f->head_bytes += n;
	if (f->is_long) {
		if (!f->left)
			framing_long(f);
		return 0;
	}
	if (f->head_bytes < FRAMING_LENGTH)
		return 0;
	f->head_bytes = 0;
	f->bytes = f->head;
	if (f->head == 0xffffffff) {
		f->is_long = 1;
		f->left = FRAMING_LONG;
	} else if (f->head <= 0x7fffffff) {
		f->left = f->head;
		return !f->head;
	}
	return 0;
}

/* Are these the first 4 bytes of a write that begins a message and asked for all of it? */
static inline __attribute__((always_inline)) int framing_is_length(
	const struct framing_io *io, const unsigned char *bytes)
{
	return framing_number(bytes) + (__u64)FRAMING_LENGTH == io->asked;
}

/* Takes the length of a PART_BEGUN; the bytes behind it are the message's. Returns 0 if it is no
 * length. */
static inline __attribute__((always_inline)) int framing_begun(
	struct framing *f, const struct framing_io *io, const unsigned char *bytes)
{
	if (!framing_is_length(io, bytes))
		return 0;
	f->bytes = io->asked - FRAMING_LENGTH;
	f->left = io->asked - io->done;
	return 1;
}

#endif
