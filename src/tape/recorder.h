/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns frames into the rows of a recording: what the writer's thread does. Inside of src/tape.
 *
 * The newest segment is open: each commit writes it anew with the frames that came, until it has
 * SEGMENT_BYTES or spans RECORDER_SEGMENT_NS. So little is lost by a kill, and yet segments are
 * large enough to pack well.
 */
#ifndef POOLTOP_RECORDER_H
#define POOLTOP_RECORDER_H

#include <stdbool.h>

#include "tape/trim.h"

enum {
	RECORDER_PENDING_MAX = 8 << 20, /* packed bytes that wait for a commit */
	IMAGE_FRAMES = 50000, /* at least so many lie between two images ... */
	IMAGE_SHARE = 25, /* ... and packed bytes: so many times those of the last image */
	IMAGE_KEPT = 16, /* with --keep: at least so many images are among what is kept */
};
#define RECORDER_SEGMENT_NS (UINT64_C(15) * 1000000000)

struct recorder {
	struct store store;
	struct keep keep;
	struct packer *packer;
	uint8_t *frames; /* SEGMENT_MAX, of the open segment */
	struct row open;
	size_t open_packed_len; /* when it was written last */
	struct row *pending; /* closed, not committed; packed is ours */
	uint32_t pending_count, pending_size;
	size_t pending_bytes;
	struct bounds bounds; /* committed */
	bool is_dirty; /* there is something to commit */
	struct image_row *images; /* not committed; packed is ours */
	uint32_t images_count, images_size;
	int64_t last_image; /* id */
	uint32_t image_every; /* frames, instead of what images cost; 0: by that */
	size_t image_len; /* packed, of the last */
	uint64_t image_ns; /* newest frame when the last was taken */
	uint32_t frames_since; /* the last image */
	size_t bytes_since; /* packed, in closed segments */
	uint64_t wall_less_t;
};

/* Makes the file, see store_create(). */
int recorder_init(struct recorder *r, const char *path, bool replace, struct err *err);

/* Commits nothing. All zeros is allowed. */
void recorder_release(struct recorder *r);

/* Takes a copy of whole frames. 0 or -ENOMEM with *err worded. */
int recorder_add(struct recorder *r, const void *frames, size_t bytes, struct err *err);

/* So much was added since the last image that the next pays; image_every does not count. */
bool recorder_wants_image(const struct recorder *r);

/* The model after all that was added: what image_encode() gave, and the time of its newest tick.
 * Without memory, or room, there is none. */
void recorder_add_image(struct recorder *r, struct buf *image, uint64_t tick_ns);

/* No more should be added before a commit. */
bool recorder_is_full(const struct recorder *r);

/* Writes all that was added, and runs `notes` (SQL, may be NULL), in one transaction. 0, -EBUSY:
 * nothing was written, try again later; or another -errno with *err worded. */
int recorder_commit(struct recorder *r, const char *notes, struct err *err);

#endif
