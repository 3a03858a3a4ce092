/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SQLite file of a recording, from its writer's side. Inside of src/tape. For one thread.
 *
 * Journal: a rollback journal (TRUNCATE), not WAL: with WAL what is recorded stands in up to
 * three files, a copy of one loses the newest, and a file in a directory that one may not write
 * to cannot be opened at all. synchronous=FULL: a power cut loses what came after the last
 * commit and nothing else; a kill loses what was not yet committed.
 */
#ifndef POOLTOP_STORE_H
#define POOLTOP_STORE_H

#include <stdbool.h>

#include "base/err.h"
#include "tape/image_row.h"
#include "tape/row.h"

#define STORE_APPLICATION 0x504c5450 /* "PLTP", in the file's header */
#define STORE_VERSION SEGMENT_CODING /* the file's user_version */

/* A byte far behind the file's end: its writer holds it locked (F_OFD_SETLK) as long as it lives,
 * which ends with the process, however that ends. */
#define STORE_LIVE_BYTE (INT64_C(1) << 62)

struct store {
	sqlite3 *db;
	char *path;
	int lock_fd;
	sqlite3_stmt *put_segment;
	sqlite3_stmt *put_bounds;
	sqlite3_stmt *put_image;
};

/*
 * Makes the file (mode 0600). An empty one is taken; with `replace` a recording that nobody
 * writes is removed first; anything else that is there is left alone and an error.
 */
int store_create(struct store *s, const char *path, bool replace, struct err *err);

/* Removes the journal. All zeros is allowed. */
void store_close(struct store *s);

/* All return 0, -EBUSY: another program reads and blocks the file, roll back and try again; or
 * another -errno with *err worded. */
int store_begin(struct store *s, struct err *err);
int store_put_segment(struct store *s, const struct row *row, struct err *err);
int store_put_image(struct store *s, const struct image_row *row, struct err *err);
int store_put_bounds(struct store *s, const struct bounds *b, struct err *err);
int store_exec(struct store *s, const char *sql, struct err *err);
int store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s);

/* Words the last failure of the connection. */
int store_failed(struct store *s, struct err *err);

#endif
