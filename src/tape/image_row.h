/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A row of the table `image`: the model after so many frames of a segment (image/image.h), packed
 * by zstd. A recording without any is as good, only slower to open; a reader that knows none of
 * them does not see the table. Inside of src/tape.
 */
#ifndef POOLTOP_IMAGE_ROW_H
#define POOLTOP_IMAGE_ROW_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { IMAGE_PACKED_MAX = 2 << 20 }; /* none is larger when packed */

struct image_row {
	int64_t id; /* from 1, in the order of their places */
	int64_t segment; /* its place: after this many frames of that one, at least 1 */
	uint32_t frames;
	uint64_t tick_ns; /* of the newest tick that it has seen */
	uint64_t schema; /* image_schema() of its writer */
	uint64_t previous; /* sum of the segment before: it is of this recording */
	uint32_t bytes; /* unpacked */
	uint64_t sum; /* of the image and all above */
	const void *packed;
	size_t packed_len;
};

#define IMAGE_COLUMNS "id,segment,frames,tick_ns,schema,previous_checksum,bytes,checksum,packed"
#define IMAGE_VALUES "?,?,?,?,?,?,?,?,?"

/* What CREATE TABLE makes; of a reader nothing else is taken. */
#define IMAGE_TABLE                                                                                \
	"CREATE TABLE image(id INTEGER PRIMARY KEY,\n"                                             \
	" segment INTEGER, frames INTEGER, -- stands after that many of the segment's frames\n"    \
	" tick_ns INTEGER, schema INTEGER, previous_checksum INTEGER, bytes INTEGER,\n"            \
	" checksum INTEGER, packed BLOB)"

/*
 * Packs an image; row->packed is malloc'ed, and free() it. id, place, tick_ns, schema and previous
 * are set before. 0, -ENOMEM, or -E2BIG. `image` gets some zeros behind its end.
 */
int image_row_pack(struct image_row *row, struct buf *image);

/* Appends the image. 0, -ENOMEM, or -EBADMSG: it is not what was packed. */
int image_row_unpack(const struct image_row *row, struct buf *image);

/* From a statement that stands on IMAGE_COLUMNS; packed is the statement's. 0, or -EBADMSG: it
 * cannot be one. */
int image_row_read(struct image_row *row, sqlite3_stmt *stmt);

/* Binds to IMAGE_VALUES; packed must stay until the statement is reset. */
void image_row_bind(const struct image_row *row, sqlite3_stmt *stmt);

#endif
