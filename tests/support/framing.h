/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel program makes of bpf/framing.h, over bytes in memory. */
#ifndef POOLTOP_TESTS_FRAMING_H
#define POOLTOP_TESTS_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/framing.h"

struct framing_call {
	struct framing_io io;
	const unsigned char *data; /* that were read or written ... */
	size_t data_bytes; /* ... of them, the first: at least as many as a length has */
};

/*
 * Takes one call. Returns whether a message is whole with it, and its size in *ret_bytes.
 * *ret_skip: bytes of the call that belong to a length; SIZE_MAX: it is of no message.
 */
static inline bool framing_take(
	struct framing *f, const struct framing_call *c, __u64 *ret_bytes, size_t *ret_skip)
{
	enum framing_part part = framing_next(f, &c->io);

	*ret_skip = part == PART_BODY || part == PART_LAST ? 0 : SIZE_MAX;
	if (part == PART_LAST) {
		*ret_bytes = f->bytes;
		return true;
	}
	if (part == PART_LENGTH && c->io.done <= FRAMING_LONG && c->data_bytes >= c->io.done) {
		*ret_bytes = 0;
		return framing_length(f, c->data, c->io.done);
	}
	if ((part != PART_WHOLE && part != PART_BEGUN) || c->data_bytes < FRAMING_LENGTH)
		return false;
	if (part == PART_WHOLE ? !framing_is_length(&c->io, c->data)
			       : !framing_begun(f, &c->io, c->data))
		return false;
	*ret_skip = FRAMING_LENGTH;
	*ret_bytes = c->io.done - FRAMING_LENGTH;
	return part == PART_WHOLE;
}

#endif
