/* SPDX-License-Identifier: GPL-2.0-only */
/* Between images.c, which knows what an image is, and the writer and the reader, which keep and
 * find it. Inside of src/tape. */
#ifndef POOLTOP_TAPE_IMAGES_H
#define POOLTOP_TAPE_IMAGES_H

#include "base/buf.h"
#include "tape/tape_reader.h"
#include "tape/tape_writer.h"

/* It is time for one, and there is room. */
bool tape_wants_image(struct tape_writer *w, bool is_last);

/* Behind the last frame that was put. Takes the image over; an empty one: there will be none. */
void tape_hand_image(struct tape_writer *w, struct buf *image, uint64_t tick_ns);

/* Which image is looked for: of this schema, the newest before this tick and this id; if there is
 * none, and the oldest segments were dropped, the oldest. */
struct image_wanted {
	uint64_t schema;
	uint64_t tick_ns;
	int64_t id; /* INT64_MAX: any */
};

/* Where it stands. */
struct image_place {
	int64_t id;
	int64_t segment;
	uint32_t frames;
	uint64_t tick_ns;
	uint64_t previous;
};

/* Finds one and appends it to *image. 0; -ENOENT: there is none; -EBADMSG: that one, which
 * ret_place->id says, is damaged; or another -errno. The source stays where it is. */
int tape_find_image(struct source *s, const struct image_wanted *wanted,
	struct image_place *ret_place, struct buf *image);

/* Goes on behind that place. -errno: it is not there, and the source is where it was. */
int tape_go(struct source *s, const struct image_place *place, bool is_done);

#endif
