/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames on their way out of the watcher, in order. */
#ifndef POOLTOP_OUTBOX_H
#define POOLTOP_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/wire.h"

/* All zeros is empty. Memory only grows to the largest batch between two drains. */
struct outbox {
	unsigned char *bytes;
	size_t used, cap;
	size_t next; /* start of the frame to hand out */
	uint64_t frames; /* ever put */
	uint64_t lost; /* for want of memory */
};

/*
 * Copies a frame in, with `tail_len` bytes of tail behind it, padded with zeros to a multiple of
 * 8; h.size is set here. `size` is the fixed part's. What does not fit in memory or in a frame
 * is counted as lost.
 */
void outbox_put(
	struct outbox *o, const struct frame *f, size_t size, const void *tail, size_t tail_len);

/* The next frame or NULL; borrowed until the next put, or until next says NULL. */
const struct frame *outbox_next(struct outbox *o);

void outbox_release(struct outbox *o);

#endif
