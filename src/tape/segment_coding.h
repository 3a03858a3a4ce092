/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of segment_pack.c and segment_unpack.c. A packed segment is one zstd frame around:
 *
 *	u32 groups, u32 new slots
 *	for each group: u16 kind, u16 size, u32 count, a bit for each column that is there
 *	for each frame: low byte of its step; then for each frame the high byte
 *	for each new slot: u32 group
 *	for each group, for each column that is there: count bytes
 *	for each frame: its bytes from the head's end on
 *
 * A group is frames of one kind and size; which of them is the packer's choice, of those that are
 * most alike. Its columns are the bytes of the head's differences from the guess: 64 bits of time,
 * from the frame before; then 32 bits at a time. A column that is not there is zeros. Differences
 * have their sign in the lowest bit.
 */
#ifndef POOLTOP_SEGMENT_CODING_H
#define POOLTOP_SEGMENT_CODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

#include "tape/predict.h"
#include "tape/segment.h"

enum segment_coding {
	HEAD_MAX = 512, /* bytes of a frame that are columns */
	HEAD_TIME = 8, /* the time's first column; the 4 before are kind and size, then pid */
	HEAD_PID = 4,
	STEP_EXPECTED = 0, /* the slot that was expected */
	STEP_NEW = 1, /* a new slot */
	STEP_SLOT = 2, /* and more: that slot */
	GROUP_HEADER = 8,
	COLUMNS_HEADER = 8,
};

struct group {
	uint16_t kind;
	uint16_t size;
	uint32_t count;
	uint32_t head; /* bytes of a frame that are columns */
	uint32_t done; /* frames so far */
	uint32_t last; /* place of the last frame (predict.h) */
	uint8_t there[HEAD_MAX / 8]; /* a bit for each column */
	uint8_t *columns; /* head * count bytes; unpacking: only those that are there */
	/* Unpacking: the words that have columns, by their first one (the time is one of 8). */
	struct {
		uint16_t at;
		uint8_t columns; /* a bit for each that is there */
	} words[HEAD_MAX / 4];
	uint32_t words_count;
};

/* Memory that is kept from segment to segment. */
struct room {
	uint8_t *bytes;
	size_t size;
};

/* Makes it hold at least `size` bytes, of any content. False: no memory. */
bool room_for(struct room *room, size_t size);

struct packer {
	struct predictor *predictor;
	ZSTD_CCtx *zip; /* NULL until needed; so the rest */
	ZSTD_DCtx *unzip;
	struct group *groups;
	uint32_t groups_count, groups_size;
	struct map group_by_kind; /* or pipe's end, of messages */
	uint32_t own_groups; /* of pipes' ends */
	struct room columns;
	struct room steps; /* the columns of steps, then the new slots' groups */
	struct room packed;
};

/* Adds a group with what its kind and size say; NULL without memory. */
struct group *packer_add_group(struct packer *p, uint16_t kind, uint16_t size);

static inline int group_has(const struct group *g, uint32_t column)
{
	return g->there[column / 8] >> column % 8 & 1;
}

/* Bytes of the group's bits for its columns. */
static inline size_t group_bits(const struct group *g)
{
	return (g->head + 7) / 8;
}

/* The words that a frame in this slot or, if that is new, in this group is most like. NULL: none.
 * *msg is space for the first PREDICT_MSG bytes of it; *ret_head what to take these from. */
static inline const uint8_t *guess(const struct packer *p, const struct group *g, uint16_t slot,
	struct frame_msg *msg, const uint8_t **ret_head)
{
	uint32_t last = slot == PREDICT_NONE ? 0 : p->predictor->slots[slot].last;

	if (last && predictor_guess(p->predictor, slot, msg)) {
		*ret_head = (const uint8_t *)msg;
		return p->predictor->frames + last - 1;
	}
	if (!last)
		last = g->last;
	*ret_head = last ? p->predictor->frames + last - 1 : NULL;
	return *ret_head;
}

#endif
