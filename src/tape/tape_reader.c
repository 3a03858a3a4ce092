/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/tape_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "tape/kinds.h"
#include "tape/reader.h"
#include "tape/stream.h"

enum {
	PATIENCE_MS = 5000, /* with a writer that is at it */
	FOLLOW_PATIENCE_MS = 50,
};

/* Where, for people: after the last segment that was right. */
static int damaged(const struct tape_reader *r, const char *where, int64_t id, struct err *err)
{
	char wall[FMT_MAX];

	if (!r->row.id)
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s is damaged at %s %lld, its first: nothing can be read", r->name, where,
			(long long)id);
	fmt_wall(wall, r->row.wall_ns + (r->row.last_ns - r->row.first_ns), 0);
	return err_set(err, -EBADMSG, ERR_RECORDING,
		"%s is damaged at %s %lld (%s): what comes before was read", r->name, where,
		(long long)id, wall);
}

static int read_base(struct tape_reader *r, struct err *err)
{
	uint64_t previous = 0;
	struct row row;
	int ret = 0;

	for (int64_t id = 1; ret == 0 && (r->is_open_ended || id <= r->bounds.base_rows); id++) {
		ret = load_row(&r->load, ROW_BASE, id, &row, err);
		if (ret == -ENOENT && r->is_open_ended)
			return 0;
		if (ret == -EBADMSG || ret == -ENOENT || (ret == 0 && row.previous != previous))
			return damaged(r, "part", id, err);
		if (ret == 0 && buf_add(&r->base, r->load.frames, row.bytes) < 0)
			ret = err_set(err, -ENOMEM, ERR_FAILED, "no memory to read %s", r->name);
		previous = row.sum;
	}
	return ret;
}

int reader_bounds(struct tape_reader *r, struct err *err)
{
	int ret = load_bounds(&r->load, &r->bounds, err);

	if (ret != -EBADMSG && ret != -ENOENT)
		return ret;
	r->is_open_ended = true;
	r->bounds = (struct bounds){.first = 1, .last = INT64_MAX};
	ret = load_first(&r->load, &r->bounds.first, err);
	return ret == -EBADMSG || ret == -ENOENT ? 0 : ret;
}

static int start(struct tape_reader *r, struct err *err)
{
	int ret = load_freeze(&r->load, err);

	if (ret < 0)
		return ret == -EBADMSG ? damaged(r, "part", 1, err) : ret;
	buf_release(&r->base);
	ret = reader_bounds(r, err);
	if (ret == 0)
		ret = read_base(r, err);
	load_thaw(&r->load);
	if (ret < 0)
		return ret;
	r->is_started = true;
	r->at = (const uint8_t *)r->base.data;
	r->end = r->at ? r->at + r->base.len : NULL;
	return 0;
}

/* A segment that is not there: trimmed away, or lost? */
static int missing(struct tape_reader *r, int64_t id, struct err *err)
{
	struct bounds now;

	if (load_bounds(&r->load, &now, err) == 0 && id < now.first)
		return err_set(err, -ESTALE, ERR_FAILED,
			"%s has dropped segment %lld (--keep) before it was read: open it again",
			r->name, (long long)id);
	return damaged(r, "segment", id, err);
}

void reader_stand(struct tape_reader *r, const struct row *row, uint32_t taken)
{
	r->row = *row;
	r->is_growing = row->id == r->bounds.last;
	r->taken = taken;
	r->at = r->load.frames;
	r->end = r->at + row->bytes;
	for (; taken; taken--)
		r->at += ((const struct frame *)r->at)->size;
}

static int read_segment(struct tape_reader *r, int64_t id, struct err *err)
{
	struct row row;
	int ret = load_row(&r->load, ROW_SEGMENT, id, &row, err);
	uint32_t skip = r->row.id == id ? r->taken : 0;
	bool follows = r->row.id && r->row.id + 1 == id;

	if (ret == -ENOENT)
		return missing(r, id, err);
	if (ret == 0 && ((follows && row.previous != r->row.sum) || row.frames < skip ||
				(id == r->bounds.last && row.frames < r->bounds.last_frames)))
		ret = -EBADMSG;
	if (ret == -EBADMSG)
		return damaged(r, "segment", id, err);
	if (ret < 0)
		return ret;
	reader_stand(r, &row, skip);
	return 0;
}

/* Is there more than was handed over? 1, 0 or -errno. */
static int has_more(struct tape_reader *r, struct err *err)
{
	struct bounds before = r->bounds;
	int ret;

	if (r->is_open_ended || r->row.id < before.last)
		return before.first <= before.last;
	if (r->taken < before.last_frames)
		return 1;
	if (!r->follow)
		return 0;
	ret = load_bounds(&r->load, &r->bounds, err);
	if (ret == -EBADMSG || ret == -ENOENT)
		return damaged(r, "segment", before.last + 1, err);
	if (ret < 0)
		return ret;
	return r->bounds.last > before.last || r->bounds.last_frames > r->taken;
}

/* The segment to read when has_more(). */
static int64_t next_segment(const struct tape_reader *r)
{
	if (!r->row.id)
		return r->bounds.first;
	return r->is_growing ? r->row.id : r->row.id + 1;
}

/* Looks for frames to hand over. SOURCE_FRAME: look again whether there are any now. */
static int refill(struct tape_reader *r, struct err *err)
{
	bool is_live;
	int ret;

	if (!r->is_started) {
		ret = start(r, err);
		return ret < 0 ? ret : SOURCE_FRAME;
	}
	is_live = r->follow && !r->is_done && load_is_live(&r->load); /* before the last look */
	ret = has_more(r, err);
	if (ret == 0)
		return is_live ? SOURCE_LATER : SOURCE_END;
	if (ret > 0)
		ret = read_segment(r, next_segment(r), err);
	return ret < 0 ? ret : SOURCE_FRAME;
}

static int tape_next(struct source *s, const struct frame **ret_frame, struct err *err)
{
	struct tape_reader *r = (struct tape_reader *)s;
	const struct frame *f;
	int ret;

	while (r->at == r->end) {
		ret = refill(r, err);
		if (ret == -EBUSY && r->follow)
			return SOURCE_LATER;
		if (ret != SOURCE_FRAME)
			return ret;
	}
	f = (const struct frame *)r->at;
	if (r->is_first) {
		ret = check_first_frame(f, r->name, err);
		if (ret < 0)
			return ret;
	}
	r->is_first = false;
	r->is_done = f->kind == FRAME_DONE;
	r->taken += r->row.id != 0;
	r->at += f->size;
	*ret_frame = f;
	return SOURCE_FRAME;
}

static int tape_fd(const struct source *s)
{
	(void)s;
	return -1;
}

static int tape_rewind(struct source *s, struct err *err)
{
	struct tape_reader *r = (struct tape_reader *)s;

	(void)err;
	r->is_started = r->is_open_ended = r->is_growing = r->is_done = false;
	r->is_first = true;
	r->row = (struct row){0};
	r->taken = 0;
	r->at = r->end = NULL;
	return 0;
}

static void tape_free(struct source *s)
{
	struct tape_reader *r = (struct tape_reader *)s;

	load_close(&r->load);
	buf_release(&r->base);
	free(r->name);
	free(r);
}

static const struct source_ops tape_ops = {
	.name = "recording",
	.next = tape_next,
	.fd = tape_fd,
	.rewind = tape_rewind,
	.free = tape_free,
};

/* A regular file that can be read, or -errno. */
static int open_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, -errno, ERR_FAILED,
			"there is no %s: `pooltop record -o FILE` makes recordings", path);
	if (fd < 0 && errno == EACCES)
		return err_set(err, -errno, ERR_PERMISSION,
			"%s may not be read by you: run as its owner, as root, or with "
			"CAP_DAC_READ_SEARCH",
			path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(
			err, -errno, ERR_FAILED, "cannot open %s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode))
		return fd;
	close(fd);
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, ERR_FAILED,
			"%s is a directory: name the recording in it", path);
	return err_set(err, -EINVAL, ERR_FAILED,
		"%s is no regular file: a stream is read with `pooltop replay - <%s`", path, path);
}

static int open_recording(
	const char *path, int fd, bool follow, struct source **ret_source, struct err *err)
{
	struct tape_reader *r = calloc(1, sizeof(*r));
	int ret;

	if (r) {
		*r = (struct tape_reader){.source.ops = &tape_ops, .follow = follow};
		r->is_first = true;
		r->name = strdup(path);
	}
	if (!r || !r->name) {
		ret = err_set(err, -ENOMEM, ERR_FAILED, "no memory to read %s", path);
		close(fd);
	} else {
		ret = load_open(&r->load, r->name, fd, err);
	}
	if (ret < 0) {
		if (r)
			tape_free(&r->source);
		return ret;
	}
	load_patience(&r->load, follow ? FOLLOW_PATIENCE_MS : PATIENCE_MS);
	*ret_source = &r->source;
	return 0;
}

static int open_stream(
	const char *path, int fd, bool follow, struct source **ret_source, struct err *err)
{
	struct source *s = stream_file_new(fd, path, follow, err);

	if (!s)
		return -ENOMEM;
	*ret_source = s;
	return 0;
}

int tape_open(const char *path, bool follow, struct source **ret_source, struct err *err)
{
	uint8_t header[LOAD_HEADER];
	int fd = open_file(path, err);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = pread(fd, header, sizeof(header), 0);
	if (got > 0 && load_is_sqlite(header, (size_t)got))
		return open_recording(path, fd, follow, ret_source, err);
	if (got > 0)
		return open_stream(path, fd, follow, ret_source, err);
	close(fd);
	if (got < 0)
		return err_set(err, -EIO, ERR_FAILED, "cannot read %s", path);
	return err_set(err, -EBADMSG, ERR_RECORDING,
		"%s is empty: whatever should have recorded into it did not start", path);
}

struct tape_reader *reader_of(struct source *s)
{
	return s->ops == &tape_ops ? (struct tape_reader *)s : NULL;
}
