/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "tape/image_row.h"
#include "tape/images.h"
#include "tape/rollback.h"
#include "tape/sqlite_path.h"
#include "tape/store.h"

enum {
	OPEN_MS = 5000,
	HEADER_VERSION = 60,
	HEADER_APPLICATION = 68,
	TABLES = 3,
};

static const char settings[] =
	"PRAGMA writable_schema=ON;" /* so that a file that was cut is read as far as it goes */
	"PRAGMA trusted_schema=OFF;"
	"PRAGMA cell_size_check=ON;"
	"PRAGMA mmap_size=0;"
	"PRAGMA cache_size=-1024;";

static const char *const tables[TABLES] = {
	ROW_TABLE("base"),
	ROW_TABLE("segment"),
	BOUNDS_TABLE,
};

#define LIST_QUERY                                                                                 \
	"SELECT id,first_ns,last_ns,first_wall_ns,frames,length(packed) "                          \
	"FROM main.segment ORDER BY id"

static const char *const queries[LOAD_GETS] = {
	[LOAD_BASE] = "SELECT " ROW_COLUMNS " FROM main.base WHERE id=?",
	[LOAD_SEGMENT] = "SELECT " ROW_COLUMNS " FROM main.segment WHERE id=?",
	[LOAD_BOUNDS] = "SELECT " BOUNDS_COLUMNS " FROM main.bounds WHERE id=1",
	[LOAD_LIST] = LIST_QUERY,
	[LOAD_IMAGE] = "SELECT " IMAGE_COLUMNS " FROM main.image WHERE id<? AND schema=? "
		       "AND tick_ns<? ORDER BY id DESC LIMIT 1",
	[LOAD_OLDEST_IMAGE] = "SELECT " IMAGE_COLUMNS " FROM main.image WHERE id<? AND schema=? "
			      "ORDER BY id LIMIT 1",
	[LOAD_FIRST] = "SELECT id FROM main.segment ORDER BY id LIMIT 1",
};

/* SQLite's result as one of ours; wording what is neither damage nor waiting. */
static int load_failed(const struct load *l, struct err *err)
{
	int code = sqlite3_errcode(l->db) & 0xff;
	int sys = sqlite3_system_errno(l->db);

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(err, -EBUSY, ERR_FAILED,
			"%s is locked by another program: try again when that is done", l->name);
	if (code == SQLITE_NOMEM)
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to read %s", l->name);
	if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
		return err_set(err, -EIO, ERR_FAILED, "cannot read %s: %s", l->name,
			sys ? strerror(sys) : sqlite3_errmsg(l->db));
	return -EBADMSG;
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool load_is_sqlite(const void *header, size_t len)
{
	return len >= LOAD_HEADER && !memcmp(header, "SQLite format 3", 16);
}

static int check_header(const struct load *l, struct err *err)
{
	uint8_t header[LOAD_HEADER];

	if (pread(l->fd, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return -EBADMSG;
	if (get32(header + HEADER_APPLICATION) != STORE_APPLICATION)
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s is an SQLite database, but not a pooltop recording", l->name);
	if (get32(header + HEADER_VERSION) != STORE_VERSION)
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s is a recording of version %u, and this pooltop reads version %d: use "
			"the pooltop that wrote it, or a newer one",
			l->name, get32(header + HEADER_VERSION), STORE_VERSION);
	return 0;
}

/* The tables are just those that the writer makes: no views, no triggers, nothing that computes. */
static int check_tables(struct load *l, struct err *err)
{
	sqlite3_stmt *stmt;
	int found = 0, step;
	int ret = 0;

	if (sqlite3_prepare_v2(l->db,
		    "SELECT sql FROM main.sqlite_schema WHERE type='table' AND rootpage>0", -1,
		    &stmt, NULL))
		return load_failed(l, err);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *sql = (const char *)sqlite3_column_text(stmt, 0);

		for (int i = 0; sql && i < TABLES; i++)
			found += !strcmp(sql, tables[i]);
		l->has_images |= sql && !strcmp(sql, IMAGE_TABLE);
	}
	if (step != SQLITE_DONE)
		ret = load_failed(l, err);
	else if (found != TABLES)
		ret = -EBADMSG;
	sqlite3_finalize(stmt);
	return ret;
}

static void disconnect(struct load *l)
{
	for (int i = 0; i < LOAD_GETS; i++) {
		sqlite3_finalize(l->get[i]);
		l->get[i] = NULL;
	}
	sqlite3_close(l->db);
	l->db = NULL;
}

static int connect_plain(struct load *l, struct err *err)
{
	const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	const char *vfs = l->rollback ? rollback_vfs(l->rollback) : NULL;
	int ret;

	if (sqlite3_open_v2(l->path, &l->db, flags, vfs))
		return load_failed(l, err);
	sqlite3_busy_timeout(l->db, OPEN_MS);
	sqlite3_limit(l->db, SQLITE_LIMIT_LENGTH, SEGMENT_PACKED_MAX + 4096);
	if (sqlite3_exec(l->db, settings, NULL, NULL, NULL))
		return load_failed(l, err);
	ret = check_tables(l, err);
	for (int i = 0; ret == 0 && i < (l->has_images ? LOAD_GETS : LOAD_IMAGE); i++)
		if (sqlite3_prepare_v3(
			    l->db, queries[i], -1, SQLITE_PREPARE_PERSISTENT, &l->get[i], NULL))
			ret = load_failed(l, err);
	return ret;
}

/* True if a killed writer's journal stands in the way and now no longer does: connect again. */
static bool rolled_back(struct load *l, int *ret, struct err *err)
{
	if (l->rollback || sqlite3_extended_errcode(l->db) != SQLITE_READONLY_ROLLBACK)
		return false;
	disconnect(l);
	*ret = rollback_new(l->path, &l->rollback);
	if (*ret < 0)
		err_set(err, *ret, ERR_FAILED,
			"%s needs %s-journal, since its writer was killed, and that cannot be "
			"read: %s",
			l->name, l->name, strerror(-*ret));
	return *ret == 0;
}

static int connect(struct load *l, struct err *err)
{
	int ret = connect_plain(l, err);

	if (ret < 0 && rolled_back(l, &ret, err))
		ret = connect_plain(l, err);
	return ret;
}

int load_open(struct load *l, const char *name, int fd, struct err *err)
{
	int ret;

	*l = (struct load){.name = name, .fd = fd, .path = sqlite_path(name)};
	l->packer = packer_new();
	l->frames = malloc(SEGMENT_MAX);
	if (!l->path || !l->packer || !l->frames)
		ret = err_set(err, -ENOMEM, ERR_FAILED, "no memory to read %s", name);
	else
		ret = check_header(l, err);
	if (ret == 0) {
		ret = connect(l, err);
		if (ret == -EBADMSG)
			err_set(err, ret, ERR_RECORDING,
				"%s is damaged at its start: nothing can be read", name);
	}
	if (ret < 0)
		load_close(l);
	return ret;
}

void load_close(struct load *l)
{
	if (!l->name)
		return;
	disconnect(l);
	rollback_free(l->rollback);
	close(l->fd);
	packer_free(l->packer);
	free(l->frames);
	free(l->path);
	*l = (struct load){0};
}

/* Steps a statement that gives one row; 0: it stands on it. */
static int step(struct load *l, enum load_get get, int64_t id, struct err *err)
{
	int ret, code;

	for (int again = 0;; again++) {
		if (sqlite3_bind_parameter_count(l->get[get]))
			sqlite3_bind_int64(l->get[get], 1, id);
		code = sqlite3_step(l->get[get]);
		if (code == SQLITE_ROW)
			return 0;
		sqlite3_reset(l->get[get]);
		if (code == SQLITE_DONE)
			return -ENOENT;
		ret = load_failed(l, err);
		if (again || !rolled_back(l, &ret, err))
			return ret;
		ret = connect_plain(l, err);
		if (ret < 0)
			return ret;
	}
}

int load_bounds(struct load *l, struct bounds *ret_bounds, struct err *err)
{
	int ret = step(l, LOAD_BOUNDS, 0, err);

	if (ret < 0)
		return ret;
	ret = bounds_read(ret_bounds, l->get[LOAD_BOUNDS]);
	sqlite3_reset(l->get[LOAD_BOUNDS]);
	return ret;
}

int load_first(struct load *l, int64_t *ret_id, struct err *err)
{
	int ret = step(l, LOAD_FIRST, 0, err);

	if (ret < 0)
		return ret;
	*ret_id = sqlite3_column_int64(l->get[LOAD_FIRST], 0);
	sqlite3_reset(l->get[LOAD_FIRST]);
	return 0;
}

int load_row(struct load *l, enum row_table table, int64_t id, struct row *ret_row, struct err *err)
{
	enum load_get get = table == ROW_BASE ? LOAD_BASE : LOAD_SEGMENT;
	struct row row;
	int ret = step(l, get, id, err);

	if (ret < 0)
		return ret;
	ret = row_read(&row, l->get[get]);
	if (ret < 0 && sqlite3_errcode(l->db) == SQLITE_NOMEM)
		ret = -ENOMEM;
	if (ret == 0)
		ret = row_unpack(&row, table, l->packer, l->frames);
	sqlite3_reset(l->get[get]);
	if (ret == -ENOMEM)
		return err_set(err, ret, ERR_FAILED, "no memory to unpack %s", l->name);
	if (ret < 0)
		return ret;
	row.packed = NULL;
	*ret_row = row;
	return row.id == id ? 0 : -EBADMSG;
}

int load_image(struct load *l, enum load_get get, const struct image_wanted *wanted,
	struct image_row *ret_row, struct buf *image)
{
	sqlite3_stmt *stmt = l->get[get];
	struct image_row row;
	struct err err;
	int ret;

	if (!l->has_images)
		return -ENOENT;
	ret_row->id = 0;
	sqlite3_bind_int64(stmt, 2, (int64_t)wanted->schema);
	if (get == LOAD_IMAGE)
		sqlite3_bind_int64(stmt, 3, (int64_t)wanted->tick_ns);
	ret = step(l, get, wanted->id, &err);
	if (ret < 0)
		return ret;
	ret_row->id = sqlite3_column_int64(l->get[get], 0);
	ret = image_row_read(&row, l->get[get]);
	if (ret == 0)
		ret = image_row_unpack(&row, image);
	sqlite3_reset(l->get[get]);
	row.packed = NULL;
	if (ret == 0)
		*ret_row = row;
	return ret;
}

static int add_segment(struct buf *segments, sqlite3_stmt *stmt)
{
	struct tape_segment segment = {
		.id = sqlite3_column_int64(stmt, 0),
		.first_ns = (uint64_t)sqlite3_column_int64(stmt, 1),
		.last_ns = (uint64_t)sqlite3_column_int64(stmt, 2),
		.first_wall_ns = (uint64_t)sqlite3_column_int64(stmt, 3),
		.frames = (uint32_t)sqlite3_column_int64(stmt, 4),
		.packed_bytes = (uint32_t)sqlite3_column_int64(stmt, 5),
	};

	return buf_add(segments, &segment, sizeof(segment));
}

int load_segments(
	struct load *l, struct tape_segment **ret_segments, size_t *ret_count, struct err *err)
{
	struct buf segments = {0};
	int code, ret = 0;

	while ((code = sqlite3_step(l->get[LOAD_LIST])) == SQLITE_ROW && ret == 0)
		ret = add_segment(&segments, l->get[LOAD_LIST]);
	sqlite3_reset(l->get[LOAD_LIST]);
	if (ret < 0)
		err_set(err, ret, ERR_FAILED, "no memory to read %s", l->name);
	else if (code != SQLITE_DONE)
		ret = load_failed(l, err);
	if (ret == -EBADMSG)
		err_set(err, ret, ERR_RECORDING, "%s is damaged: its segments cannot be listed",
			l->name);
	if (ret < 0) {
		buf_release(&segments);
		return ret;
	}
	*ret_segments = (struct tape_segment *)segments.data;
	*ret_count = segments.len / sizeof(struct tape_segment);
	return 0;
}

int load_freeze(struct load *l, struct err *err)
{
	return sqlite3_exec(l->db, "BEGIN", NULL, NULL, NULL) ? load_failed(l, err) : 0;
}

void load_thaw(struct load *l)
{
	sqlite3_exec(l->db, "COMMIT", NULL, NULL, NULL);
}

bool load_is_live(const struct load *l)
{
	struct flock lock = {
		.l_type = F_RDLCK,
		.l_whence = SEEK_SET,
		.l_start = STORE_LIVE_BYTE,
		.l_len = 1,
	};

	return fcntl(l->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void load_patience(struct load *l, int ms)
{
	sqlite3_busy_timeout(l->db, ms);
}
