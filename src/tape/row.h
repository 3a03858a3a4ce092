/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of frames in a recording: a segment, or a part of the base (what is left of segments
 * that were dropped, trim.h). Inside of src/tape. */
#ifndef POOLTOP_ROW_H
#define POOLTOP_ROW_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "tape/segment.h"

enum row_table { ROW_BASE = 1, ROW_SEGMENT = 2 };

struct row {
	int64_t id; /* from 1, without a hole */
	uint64_t first_ns; /* smallest and largest time of its frames */
	uint64_t last_ns;
	uint64_t wall_ns; /* wall clock at first_ns */
	uint32_t frames;
	uint32_t structural; /* of them, see kinds.h */
	uint32_t bytes; /* of the frames */
	uint64_t previous; /* sum of the row with the id before; 0: there was none */
	uint64_t sum; /* of the frames and all above */
	const void *packed;
	size_t packed_len;
};

#define ROW_COLUMNS                                                                                \
	"id,first_ns,last_ns,first_wall_ns,frames,structural_frames,frames_bytes,"                 \
	"previous_checksum,checksum,packed"
#define ROW_VALUES "?,?,?,?,?,?,?,?,?,?"

/* What CREATE TABLE makes; a reader takes nothing else. */
#define ROW_TABLE(name)                                                                            \
	"CREATE TABLE " name "(id INTEGER PRIMARY KEY,\n"                                          \
	" first_ns INTEGER, last_ns INTEGER, -- CLOCK_MONOTONIC\n"                                 \
	" first_wall_ns INTEGER, frames INTEGER, structural_frames INTEGER,\n"                     \
	" frames_bytes INTEGER, previous_checksum INTEGER, checksum INTEGER, packed BLOB)"
#define BOUNDS_TABLE                                                                               \
	"CREATE TABLE bounds(id INTEGER PRIMARY KEY, base_rows INTEGER,\n"                         \
	" first_segment INTEGER, last_segment INTEGER, last_frames INTEGER, checksum INTEGER)"

/* Counts a frame in: its time, size and kind. */
void row_count(struct row *row, const struct frame *f);

/* Fills sum and packed, which is the packer's until its next call. 0 or -errno. */
int row_pack(struct row *row, enum row_table table, struct packer *packer, const void *frames);

/* Unpacks into frames[SEGMENT_MAX]. 0, -ENOMEM, or -EBADMSG: not what was packed. */
int row_unpack(const struct row *row, enum row_table table, struct packer *packer, void *frames);

/* From a statement that stands on ROW_COLUMNS; packed is the statement's. 0, or -EBADMSG: it
 * cannot be one. */
int row_read(struct row *row, sqlite3_stmt *stmt);

/* Binds to ROW_VALUES; packed must stay until the statement is reset. */
void row_bind(const struct row *row, sqlite3_stmt *stmt);

/* Where a recording begins and ends: one row, changed with every commit. */
struct bounds {
	int64_t base_rows; /* ids 1..base_rows in base */
	int64_t first; /* segments; last < first: there are none */
	int64_t last;
	uint64_t last_frames; /* in the last segment: it may grow */
	uint64_t sum;
};

#define BOUNDS_COLUMNS "base_rows,first_segment,last_segment,last_frames,checksum"

uint64_t bounds_sum(const struct bounds *b);

/* The same as for rows. */
int bounds_read(struct bounds *b, sqlite3_stmt *stmt);

#endif
