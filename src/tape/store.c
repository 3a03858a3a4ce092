/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tape/notes_schema.h"
#include "tape/sqlite_path.h"

enum {
	BUSY_MS = 1000, /* then the transaction is given up, and tried again later */
	HEADER_BYTES = 100, /* of every SQLite file */
	HEADER_APPLICATION = 68,
};

static const char settings[] = "PRAGMA page_size=4096;"
			       "PRAGMA journal_mode=TRUNCATE;"
			       "PRAGMA synchronous=FULL;"
			       "PRAGMA secure_delete=OFF;"
			       "PRAGMA temp_store=MEMORY;"
			       "PRAGMA mmap_size=0;" /* a full disk would be a SIGBUS */
			       "PRAGMA cache_size=-256;"; /* what is written is not read again */

static const char schema[] =
	ROW_TABLE("base") ";" ROW_TABLE("segment") ";" BOUNDS_TABLE ";" IMAGE_TABLE ";";

/* What went wrong, by SQLite's primary code and errno; 0 stands for any. */
static const struct {
	int code;
	int sys;
	int ret;
	const char *text;
} failures[] = {
	{SQLITE_FULL, 0, -ENOSPC, "no space is left on its disk; make room, or use --keep"},
	{0, ENOSPC, -ENOSPC, "no space is left on its disk; make room, or use --keep"},
	{0, EDQUOT, -EDQUOT, "the disk quota is used up; make room, or use --keep"},
	{0, EFBIG, -EFBIG,
		"the limit for the size of a file is reached; see ulimit -f, or use --keep"},
	{0, EROFS, -EROFS, "its file system is read-only; name a file elsewhere"},
	{SQLITE_READONLY, 0, -EROFS, "it is read-only; name a file elsewhere"},
	{0, EACCES, -EACCES, "permission denied; name a file in a directory of yours"},
	{0, EIO, -EIO, "its disk reports an error; see dmesg"},
	{SQLITE_NOMEM, 0, -ENOMEM, "there is no memory"},
};

/* The connection forgets its errno in some of its ways out; the file remembers. */
static int last_errno(sqlite3 *db)
{
	int sys = sqlite3_system_errno(db);

	if (!sys)
		sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &sys);
	return sys;
}

int store_failed(struct store *s, struct err *err)
{
	int code = sqlite3_errcode(s->db) & 0xff;
	int sys = last_errno(s->db);

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(err, -EBUSY, ERR_FAILED, "%s is locked by another program", s->path);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].code && failures[i].code != code)
			continue;
		if (failures[i].sys && failures[i].sys != sys)
			continue;
		return err_set(err, failures[i].ret, ERR_FAILED,
			"cannot write %s: %s; what was recorded before is kept", s->path,
			failures[i].text);
	}
	return err_set(err, -EIO, ERR_FAILED, "cannot write %s: %s%s%s", s->path,
		sqlite3_errmsg(s->db), sys ? ": " : "", sys ? strerror(sys) : "");
}

int store_exec(struct store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) ? store_failed(s, err) : 0;
}

static bool is_recording(int fd)
{
	static const uint8_t application[] = {0x50, 0x4c, 0x54, 0x50};
	uint8_t header[HEADER_BYTES];

	return pread(fd, header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	       !memcmp(header, "SQLite format 3", 16) &&
	       !memcmp(header + HEADER_APPLICATION, application, sizeof(application));
}

/* Holds the byte that says that the writer lives. */
static int lock_live(int fd)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = STORE_LIVE_BYTE,
		.l_len = 1,
	};

	return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

/* May what is there be taken? 1: as it is; 0: it was removed; or -errno. */
static int take_existing(int fd, const char *path, bool replace, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, ERR_FAILED,
			"cannot record to %s: it is no regular file; -o - writes a stream to "
			"standard output",
			path);
	if (lock_live(fd) < 0)
		return err_set(err, -EBUSY, ERR_FAILED,
			"%s is being recorded to by another pooltop: name another file", path);
	if (st.st_size == 0)
		return 1;
	if (!is_recording(fd))
		return err_set(err, -EEXIST, ERR_FAILED,
			"%s is there and no recording: it is left alone, name another file", path);
	if (!replace)
		return err_set(err, -EEXIST, ERR_FAILED,
			"%s is there already: remove it, or name another file", path);
	if (unlink(path) < 0)
		return err_set(
			err, -errno, ERR_FAILED, "cannot replace %s: %s", path, strerror(errno));
	return 0;
}

static int open_new(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set(err, -errno, ERR_FAILED,
			"cannot record to %s: %s; name a file that can be made", path,
			strerror(errno));
	lock_live(fd); /* where that cannot be, followers see the recording end too early */
	return fd;
}

static int open_file(const char *path, bool replace, struct err *err)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int ret;

	if (fd < 0 && errno == ENOENT)
		return open_new(path, err);
	if (fd < 0)
		return err_set(
			err, -errno, ERR_FAILED, "cannot record to %s: %s", path, strerror(errno));
	ret = take_existing(fd, path, replace, err);
	if (ret == 1)
		return fd;
	close(fd);
	return ret < 0 ? ret : open_new(path, err);
}

static int prepare(struct store *s, const char *sql, sqlite3_stmt **ret_stmt, struct err *err)
{
	return sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL)
		       ? store_failed(s, err)
		       : 0;
}

static int make_tables(struct store *s, struct err *err)
{
	char sql[128];
	int ret;

	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d;PRAGMA user_version=%d;",
		STORE_APPLICATION, STORE_VERSION);
	ret = store_exec(s, sql, err);
	if (ret == 0)
		ret = store_exec(s, schema, err);
	if (ret == 0)
		ret = store_exec(s, notes_schema, err);
	if (ret == 0)
		ret = prepare(s,
			"INSERT OR REPLACE INTO segment(" ROW_COLUMNS ") VALUES(" ROW_VALUES ")",
			&s->put_segment, err);
	if (ret == 0)
		ret = prepare(s,
			"INSERT OR REPLACE INTO bounds(id," BOUNDS_COLUMNS ") VALUES(1,?,?,?,?,?)",
			&s->put_bounds, err);
	if (ret == 0)
		ret = prepare(s,
			"INSERT OR REPLACE INTO image(" IMAGE_COLUMNS ") VALUES(" IMAGE_VALUES ")",
			&s->put_image, err);
	return ret == 0 ? store_put_bounds(s, &(struct bounds){.first = 1}, err) : ret;
}

static int open_db(struct store *s, struct err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int ret;

	if (sqlite3_open_v2(s->path, &s->db, flags, NULL))
		return store_failed(s, err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	ret = store_exec(s, settings, err);
	if (ret == 0)
		ret = store_begin(s, err);
	if (ret == 0)
		ret = make_tables(s, err);
	return ret == 0 ? store_commit(s, err) : ret;
}

/* A journal that an earlier recording of this name left would be rolled back into the new one. */
static void remove_old_journal(const char *path)
{
	char *journal;

	if (asprintf(&journal, "%s-journal", path) < 0)
		return;
	unlink(journal);
	free(journal);
}

int store_create(struct store *s, const char *path, bool replace, struct err *err)
{
	int ret;

	*s = (struct store){.lock_fd = -1};
	s->path = sqlite_path(path);
	if (!s->path)
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to record");
	s->lock_fd = open_file(s->path, replace, err);
	ret = s->lock_fd < 0 ? s->lock_fd : 0;
	if (ret == 0) {
		remove_old_journal(s->path);
		ret = open_db(s, err);
	}
	if (ret < 0)
		store_close(s);
	return ret;
}

void store_close(struct store *s)
{
	if (!s->path)
		return;
	sqlite3_finalize(s->put_segment);
	sqlite3_finalize(s->put_bounds);
	sqlite3_finalize(s->put_image);
	if (s->db)
		sqlite3_exec(s->db, "PRAGMA journal_mode=DELETE;", NULL, NULL, NULL);
	sqlite3_close(s->db);
	/* After SQLite's: the first close() of a file drops all locks but this one. */
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	*s = (struct store){.lock_fd = -1};
}

int store_begin(struct store *s, struct err *err)
{
	return store_exec(s, "BEGIN IMMEDIATE", err);
}

int store_commit(struct store *s, struct err *err)
{
	return store_exec(s, "COMMIT", err);
}

void store_rollback(struct store *s)
{
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static int run(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
	int ret = sqlite3_step(stmt) == SQLITE_DONE ? 0 : store_failed(s, err);

	sqlite3_reset(stmt);
	return ret;
}

int store_put_segment(struct store *s, const struct row *row, struct err *err)
{
	row_bind(row, s->put_segment);
	return run(s, s->put_segment, err);
}

int store_put_image(struct store *s, const struct image_row *row, struct err *err)
{
	image_row_bind(row, s->put_image);
	return run(s, s->put_image, err);
}

int store_put_bounds(struct store *s, const struct bounds *b, struct err *err)
{
	const int64_t numbers[] = {
		b->base_rows,
		b->first,
		b->last,
		(int64_t)b->last_frames,
		(int64_t)bounds_sum(b),
	};

	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(s->put_bounds, i + 1, numbers[i]);
	return run(s, s->put_bounds, err);
}
