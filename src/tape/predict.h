/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guesses the next frame of a segment from those before it, so that only the difference need be
 * stored. Writer and reader run the same guesses over the same frames; a wrong guess costs bytes,
 * never truth. The rules are part of the format of recordings (SEGMENT_CODING in segment.h).
 *
 * Frames that are like each other (the same process doing the same thing) share a slot. A slot
 * guesses: as the last one, and for a message: what was written first is read first, and a
 * worker's result belongs to the task that it read.
 */
#ifndef POOLTOP_PREDICT_H
#define POOLTOP_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "bpf/wire.h"

enum predict_bounds {
	PREDICT_SLOTS = 4096, /* at a time; then the oldest makes room */
	PREDICT_SEARCH = 16, /* messages that may be out of order */
	PREDICT_NONE = 0xffff, /* no such slot, queue or reader */
	PREDICT_MSG = 64, /* bytes of a FRAME_MSG that the rules are about */
};

/* Places of frames are offsets in the segment plus 1; 0 is none. */
struct slot {
	uint64_t key; /* the writer's */
	uint32_t last; /* place of its last frame */
	uint32_t group;
	uint16_t next; /* slot that came after this one the last time */
	uint16_t queue; /* of the pipe that its messages go through */
	uint16_t reader; /* process that they belong to */
	bool by_task; /* the message last read told job and chunk rightly the last time */
};

/* Messages written to one pipe and not yet read: places. */
struct queue {
	uint32_t head;
	uint32_t tail;
};

struct predictor {
	const uint8_t *frames; /* borrowed */
	uint32_t *links; /* by offset / 16: place of the next message in its queue */
	size_t links_count;
	uint64_t t_ns; /* of the last frame */
	struct map queue_by_ino;
	struct map reader_by_pid;
	struct map slot_by_key; /* the writer's */
	uint32_t slots_made;
	uint32_t queues_count;
	uint32_t readers_count;
	uint16_t slot; /* of the last frame, or PREDICT_NONE */
	struct slot slots[PREDICT_SLOTS];
	struct queue queues[PREDICT_SLOTS];
	uint32_t readers[PREDICT_SLOTS]; /* place of the message last read */
};

/* NULL without memory. */
struct predictor *predictor_new(void);

/* NULL is allowed. */
void predictor_free(struct predictor *p);

/* Starts a segment of `bytes`. `frames` is 8-byte aligned, stays where it is and may be filled as
 * it goes. 0 or -ENOMEM. */
int predictor_start(struct predictor *p, const void *frames, size_t bytes);

/* The slot that is expected to come now, or PREDICT_NONE. */
uint16_t predictor_expect(const struct predictor *p);

/* The slot of a frame, or PREDICT_NONE: it needs a new one. Writer only. */
uint16_t predictor_find(const struct predictor *p, const struct frame *f);

/* The slot that predictor_add() would make now. */
uint16_t predictor_next_slot(const struct predictor *p);

/* Makes a slot for the frame at `offset`, which is complete. 0 or -ENOMEM. */
int predictor_add(struct predictor *p, uint32_t offset, uint32_t group);

/* Puts the first PREDICT_MSG bytes of the slot's next message into *ret_msg, or returns false:
 * it is no message, and the slot's last frame is the best guess. */
bool predictor_guess(const struct predictor *p, uint16_t slot, struct frame_msg *ret_msg);

/* Takes note of the frame at `offset`, which is complete and in `slot`. */
void predictor_learn(struct predictor *p, uint16_t slot, uint32_t offset);

#endif
