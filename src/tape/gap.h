/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames that were lost in one place: how many, between which times. All zeros is none. */
#ifndef POOLTOP_GAP_H
#define POOLTOP_GAP_H

#include "bpf/wire.h"

struct gap {
	__u64 count;
	__u64 from_ns;
	__u64 to_ns;
};

static inline void gap_add(struct gap *gap, const struct frame *f)
{
	if (!gap->count || f->t_ns < gap->from_ns)
		gap->from_ns = f->t_ns;
	if (f->t_ns > gap->to_ns)
		gap->to_ns = f->t_ns;
	gap->count++;
}

/* The frame that tells of it. */
static inline struct frame_lost gap_frame(const struct gap *gap)
{
	return (struct frame_lost){
		.h = {.kind = FRAME_LOST, .size = sizeof(struct frame_lost), .t_ns = gap->to_ns},
		.count = gap->count,
		.from_ns = gap->from_ns,
		.to_ns = gap->to_ns,
		.where = LOST_STREAM,
	};
}

#endif
