/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording as a source of frames. Nothing is ever written: a recording may be read-only, in a
 * directory that is, be written to at the moment, or have been left by a writer that was killed.
 */
#ifndef POOLTOP_TAPE_READER_H
#define POOLTOP_TAPE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/source.h"

struct model;

/*
 * Opens what `record -o FILE` wrote, or a stream that was saved into a file. With `follow` the
 * end is SOURCE_LATER as long as its writer lives. source_fd() is -1: ask again some times a
 * second. 0 or -errno with *err worded.
 *
 * Where a recording is damaged, all before that is handed over; then next() fails with
 * -EBADMSG and ERR_RECORDING, which says where. A saved stream has no checksums: only what
 * cannot be a frame is noticed there.
 */
int tape_open(const char *path, bool follow, struct source **ret_source, struct err *err);

struct tape_info {
	bool is_live; /* its writer lives */
	uint64_t first_ns, last_ns; /* of what can be replayed; 0: there is nothing */
	uint64_t first_wall_ns;
	uint64_t segments;
	uint64_t frames;
	uint64_t packed_bytes;
};

/* Frames that were recorded one after another. */
struct tape_segment {
	int64_t id;
	uint64_t first_ns, last_ns;
	uint64_t first_wall_ns;
	uint32_t frames;
	uint32_t packed_bytes;
};

/* Both are for sources that tape_open() gave; -EOPNOTSUPP for a saved stream, which has no table
 * of contents. What they say is not verified as frames are. 0 or -errno with *err worded. */
int tape_info(struct source *s, struct tape_info *ret_info, struct err *err);

/* A place in time: behind the newest image whose newest tick is before one time, and not before
 * another. */
struct tape_reach {
	uint64_t before_ns; /* UINT64_MAX: the newest image of all */
	uint64_t from_ns; /* what is earlier is of no use */
};

/*
 * Goes there by an image of the model: *ret_model, which is overwritten unread, is the model after
 * all frames before that place, and the source goes on with those behind it. Where the oldest
 * segments were dropped (--keep) the recording begins with its oldest image: that one, if none is
 * before that time. 0; or -errno and both are as they were, mostly -ENOENT: there is no image
 * there, or none that this program reads (image/image.h); then the frames tell all.
 */
int tape_seek(struct source *s, struct tape_reach reach, struct model *ret_model);

/* free() the result; oldest first. */
int tape_segments(
	struct source *s, struct tape_segment **ret_segments, size_t *ret_count, struct err *err);

#endif
