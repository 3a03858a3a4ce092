/* SPDX-License-Identifier: GPL-2.0-only */
/* The SQLite file of a recording, from its readers' side: never written to, and everything in it
 * may be wrong. Inside of src/tape. */
#ifndef POOLTOP_LOAD_H
#define POOLTOP_LOAD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "tape/row.h"
#include "tape/tape_reader.h"

struct rollback;

enum load_get {
	LOAD_BASE,
	LOAD_SEGMENT,
	LOAD_BOUNDS,
	LOAD_FIRST,
	LOAD_LIST,
	LOAD_IMAGE,
	LOAD_OLDEST_IMAGE,
	LOAD_GETS
};

struct load {
	sqlite3 *db;
	char *path; /* for SQLite */
	const char *name; /* for people; borrowed */
	int fd; /* closed last: a close() drops the process's locks on the file */
	struct rollback *rollback; /* the writer was killed in the middle of a commit; else NULL */
	sqlite3_stmt *get[LOAD_GETS];
	bool has_images; /* the table is there */
	struct packer *packer;
	uint8_t *frames; /* SEGMENT_MAX: of the row that was read last */
};

/* First bytes of the file. */
enum { LOAD_HEADER = 100 };

bool load_is_sqlite(const void *header, size_t len);

/*
 * Opens the recording `name`. Takes over fd, which is open on it, in any case. 0 or -errno with
 * *err worded (ERR_RECORDING: of another version, or damaged).
 */
int load_open(struct load *l, const char *name, int fd, struct err *err);

/* All zeros is allowed. */
void load_close(struct load *l);

/*
 * Each reads one row. 0; -ENOENT: there is none; -EBADMSG: damaged; -EBUSY: the writer is at it,
 * try again; or another -errno with *err worded.
 */
int load_bounds(struct load *l, struct bounds *ret_bounds, struct err *err);
int load_first(struct load *l, int64_t *ret_id, struct err *err);
/* Its frames are in l->frames; packed is not set. */
int load_row(
	struct load *l, enum row_table table, int64_t id, struct row *ret_row, struct err *err);

struct image_wanted;
struct image_row;
/* One image, which is appended to *image; packed is not set. -EBADMSG: ret_row->id is damaged, or
 * 0: that is not known. get: LOAD_IMAGE, or LOAD_OLDEST_IMAGE for any time. */
int load_image(struct load *l, enum load_get get, const struct image_wanted *wanted,
	struct image_row *ret_row, struct buf *image);

/* All segments, oldest first, without their frames. free() the result. */
int load_segments(
	struct load *l, struct tape_segment **ret_segments, size_t *ret_count, struct err *err);

/* Between these all is read as it was at one moment. The same results; the end cannot fail. */
int load_freeze(struct load *l, struct err *err);
void load_thaw(struct load *l);

/* Its writer lives. */
bool load_is_live(const struct load *l);

/* How long to wait for the writer, from now on. */
void load_patience(struct load *l, int ms);

#endif
