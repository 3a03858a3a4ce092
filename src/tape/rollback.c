/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/rollback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"

enum {
	HEADER_BYTES = 28,
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	SECTOR_MIN = 32,
	SECTOR_MAX = 65536,
	SUM_STEP = 200, /* every 200th byte of a page is summed */
};

static const uint8_t magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

struct rollback {
	sqlite3_vfs vfs;
	char name[40];
	int journal_fd;
	uint32_t page_bytes; /* 0: the journal holds nothing to roll back */
	uint64_t file_bytes; /* before the commit */
	struct map records; /* by page number: its place in the journal, in `places` */
	uint64_t *places;
	uint32_t places_count;
};

struct shown_file {
	sqlite3_file base;
	const struct rollback *rollback;
	int fd;
};

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_power_between(uint32_t n, uint32_t min, uint32_t max)
{
	return n >= min && n <= max && !(n & (n - 1));
}

/* A stretch of the journal: a header, and the records that it vouches for. */
struct stretch {
	uint32_t records;
	uint32_t nonce;
	uint32_t file_pages;
	uint32_t sector_bytes;
	uint32_t page_bytes;
};

static bool read_header(int fd, uint64_t at, struct stretch *ret_stretch)
{
	uint8_t header[HEADER_BYTES];
	struct stretch s;

	if (pread(fd, header, sizeof(header), (off_t)at) != (ssize_t)sizeof(header) ||
		memcmp(header, magic, sizeof(magic)))
		return false;
	s = (struct stretch){
		.records = get32(header + 8),
		.nonce = get32(header + 12),
		.file_pages = get32(header + 16),
		.sector_bytes = get32(header + 20),
		.page_bytes = get32(header + 24),
	};
	if (!is_power_between(s.page_bytes, PAGE_MIN, PAGE_MAX) ||
		!is_power_between(s.sector_bytes, SECTOR_MIN, SECTOR_MAX))
		return false;
	*ret_stretch = s;
	return true;
}

static bool is_record_whole(const struct stretch *s, const uint8_t *record)
{
	const uint8_t *page = record + 4;
	uint32_t sum = s->nonce;

	for (uint32_t i = s->page_bytes - SUM_STEP; (int32_t)i > 0; i -= SUM_STEP)
		sum += page[i];
	return get32(record) && get32(page + s->page_bytes) == sum;
}

static int add_place(struct rollback *r, uint32_t page, uint64_t place)
{
	uint64_t *places;

	if (map_get(&r->records, page, NULL))
		return 0;
	places = realloc(r->places, (r->places_count + 1) * sizeof(*places));
	if (!places)
		return -ENOMEM;
	r->places = places;
	places[r->places_count] = place;
	return map_put(&r->records, page, r->places_count++);
}

/* Takes the records of one stretch. 1: all were whole; 0: the journal ends here; or -errno. */
static int read_records(struct rollback *r, const struct stretch *s, uint64_t *at)
{
	size_t len = s->page_bytes + 8u;
	uint8_t *record = malloc(len);
	int ret = 1;

	if (!record)
		return -ENOMEM;
	for (uint32_t i = 0; ret == 1 && i < s->records; i++, *at += len) {
		if (pread(r->journal_fd, record, len, (off_t)*at) != (ssize_t)len ||
			!is_record_whole(s, record))
			ret = 0;
		else if (add_place(r, get32(record), *at + 4) < 0)
			ret = -ENOMEM;
	}
	free(record);
	return ret;
}

static int read_journal(struct rollback *r)
{
	struct stretch s;
	uint64_t at = 0;
	int ret = 1;

	while (ret == 1 && read_header(r->journal_fd, at, &s)) {
		if (!r->page_bytes) {
			r->page_bytes = s.page_bytes;
			r->file_bytes = (uint64_t)s.file_pages * s.page_bytes;
		}
		if (s.page_bytes != r->page_bytes)
			break;
		at += s.sector_bytes;
		ret = read_records(r, &s, &at);
		at = (at + s.sector_bytes - 1) / s.sector_bytes * s.sector_bytes;
	}
	return ret < 0 ? ret : 0;
}

static int file_close(sqlite3_file *file)
{
	close(((struct shown_file *)file)->fd);
	return SQLITE_OK;
}

static uint64_t shown_size(const struct shown_file *f)
{
	struct stat st;

	if (f->rollback->page_bytes)
		return f->rollback->file_bytes;
	return fstat(f->fd, &st) < 0 ? 0 : (uint64_t)st.st_size;
}

/* SQLite never reads across the end of a page. */
static int file_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	const struct shown_file *f = (const struct shown_file *)file;
	const struct rollback *r = f->rollback;
	int fd = f->fd;
	uint64_t from = (uint64_t)at;
	uint64_t size = shown_size(f);
	uint32_t i;
	ssize_t got;

	if (r->page_bytes && map_get(&r->records, from / r->page_bytes + 1, &i)) {
		from = r->places[i] + from % r->page_bytes;
		fd = r->journal_fd;
	} else if (from >= size) {
		memset(to, 0, (size_t)len);
		return SQLITE_IOERR_SHORT_READ;
	}
	got = pread(fd, to, (size_t)len, (off_t)from);
	if (got == len)
		return SQLITE_OK;
	if (got < 0)
		return SQLITE_IOERR_READ;
	memset((uint8_t *)to + got, 0, (size_t)(len - got));
	return SQLITE_IOERR_SHORT_READ;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	*ret_size = (sqlite3_int64)shown_size((const struct shown_file *)file);
	return SQLITE_OK;
}

static int file_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	(void)file, (void)from, (void)len, (void)at;
	return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file, (void)size;
	return SQLITE_READONLY;
}

static int file_flags(sqlite3_file *file, int flags)
{
	(void)file, (void)flags;
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *ret_reserved)
{
	(void)file;
	*ret_reserved = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
	(void)file, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

/* The writer is gone, so nothing changes any more: SQLite then locks nothing, and does not look for
 * the journal. */
static int file_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_flags,
	.xFileSize = file_size,
	.xLock = file_flags,
	.xUnlock = file_flags,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

static int vfs_open(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	struct shown_file *f = (struct shown_file *)file;

	f->base.pMethods = NULL;
	if (!path || !(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	f->rollback = vfs->pAppData;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return SQLITE_CANTOPEN;
	f->base.pMethods = &methods;
	if (ret_flags)
		*ret_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	(void)vfs, (void)path, (void)sync;
	return SQLITE_READONLY;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_is)
{
	(void)vfs, (void)path, (void)flags;
	*ret_is = 0;
	return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *path, int size, char *ret_path)
{
	(void)vfs;
	return snprintf(ret_path, (size_t)size, "%s", path) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

int rollback_new(const char *path, struct rollback **ret_rollback)
{
	struct rollback *r = calloc(1, sizeof(*r));
	sqlite3_vfs *plain = sqlite3_vfs_find(NULL);
	char *journal = NULL;
	int ret = 0;

	if (!r || asprintf(&journal, "%s-journal", path) < 0) {
		free(r);
		return -ENOMEM;
	}
	r->journal_fd = open(journal, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->journal_fd < 0)
		ret = -errno;
	free(journal);
	if (ret == 0)
		ret = read_journal(r);
	snprintf(r->name, sizeof(r->name), "pooltop-%p", (void *)r);
	r->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = sizeof(struct shown_file),
		.mxPathname = plain->mxPathname,
		.zName = r->name,
		.pAppData = r,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = plain->xRandomness,
		.xSleep = plain->xSleep,
		.xCurrentTime = plain->xCurrentTime,
	};
	if (ret == 0 && sqlite3_vfs_register(&r->vfs, 0))
		ret = -ENOMEM;
	if (ret < 0) {
		rollback_free(r);
		return ret;
	}
	*ret_rollback = r;
	return 0;
}

void rollback_free(struct rollback *r)
{
	if (!r)
		return;
	sqlite3_vfs_unregister(&r->vfs);
	if (r->journal_fd >= 0)
		close(r->journal_fd);
	map_release(&r->records);
	free(r->places);
	free(r);
}

const char *rollback_vfs(const struct rollback *r)
{
	return r->name;
}
