/* SPDX-License-Identifier: GPL-2.0-only */
/* Between tape_reader.c, which hands frames over, and contents.c, which looks and goes elsewhere.
 * Inside of src/tape. */
#ifndef POOLTOP_TAPE_READER_INSIDE_H
#define POOLTOP_TAPE_READER_INSIDE_H

#include "base/buf.h"
#include "tape/load.h"

struct tape_reader {
	struct source source;
	struct load load;
	char *name;
	bool follow;
	bool is_started; /* bounds and base were read */
	bool is_open_ended; /* the bounds are damaged: it goes on until something is missing */
	bool is_first; /* no frame was handed over yet */
	bool is_done; /* FRAME_DONE was */
	struct bounds bounds;
	struct buf base; /* its frames, first to be handed over */
	struct row row; /* id 0: none yet */
	bool is_growing; /* that segment was the last when it was read */
	uint32_t taken; /* frames of that segment that were handed over */
	const uint8_t *at, *end; /* what is to be handed over now */
};

/* NULL: it is none. */
struct tape_reader *reader_of(struct source *s);

/* Reads the bounds anew, and makes the best of it if they are damaged. */
int reader_bounds(struct tape_reader *r, struct err *err);

/* After so many frames of that segment, which was read just now. */
void reader_stand(struct tape_reader *r, const struct row *row, uint32_t taken);

#endif
