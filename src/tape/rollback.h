/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording whose writer was killed in the middle of a commit has a journal (FILE-journal) with
 * the pages as they were before. SQLite rolls it back only where it may write. Recordings are
 * opened by people who may not, and from media that cannot: so here the file is shown as if it
 * had been rolled back, and nothing is written. Inside of src/tape.
 *
 * Format of the journal: sqlite.org/fileformat2.html#the_rollback_journal.
 */
#ifndef POOLTOP_ROLLBACK_H
#define POOLTOP_ROLLBACK_H

#include <sqlite3.h>

/* An SQLite VFS of its own that shows one file, read-only. */
struct rollback;

/* Reads the journal of the file at `path`, which stays open. 0, or -errno: it cannot be read. */
int rollback_new(const char *path, struct rollback **ret_rollback);

/* After the connection was closed. NULL is allowed. */
void rollback_free(struct rollback *r);

/* For sqlite3_open_v2(). */
const char *rollback_vfs(const struct rollback *r);

#endif
