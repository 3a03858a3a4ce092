/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A source hands frames over: the running machine (src/live), a recording or a stream (src/tape),
 * and in tests an array in memory. What reads a source does not know which one it is.
 */
#ifndef POOLTOP_SOURCE_H
#define POOLTOP_SOURCE_H

#include "base/err.h"
#include "bpf/wire.h"

struct source;

enum source_next {
	SOURCE_END = 0, /* there will be no more */
	SOURCE_FRAME = 1, /* here is one */
	SOURCE_LATER = 2, /* none now; poll source_fd(), or ask again later if that is -1 */
};

struct source_ops {
	const char *name;

	/*
	 * The next frame. Returns an enum source_next or -errno with *err worded. *ret_frame is
	 * set for SOURCE_FRAME only; it is 8-byte aligned, its size field has been checked against
	 * the bytes that are there, and it is borrowed until the next call on this source.
	 */
	int (*next)(struct source *s, const struct frame **ret_frame, struct err *err);

	/* A descriptor that polls readable when next() may have something new; -1: there is none,
	 * ask again after a while. Owned by the source. */
	int (*fd)(const struct source *s);

	/* Starts again from the first frame. NULL where that cannot be (a pipe, the machine). */
	int (*rewind)(struct source *s, struct err *err);

	void (*free)(struct source *s);
};

/* Embedded as the first member of each kind of source. */
struct source {
	const struct source_ops *ops;
};

static inline int source_next(struct source *s, const struct frame **ret_frame, struct err *err)
{
	return s->ops->next(s, ret_frame, err);
}

static inline int source_fd(const struct source *s)
{
	return s->ops->fd(s);
}

/* NULL is allowed. */
static inline void source_free(struct source *s)
{
	if (s)
		s->ops->free(s);
}

#endif
