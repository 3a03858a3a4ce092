/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "tape/kinds.h"

enum {
	READ_BYTES = 128 * 1024, /* holds any frame */
};

struct stream_reader {
	struct source source;
	int fd;
	bool follow;
	bool is_first; /* no frame was handed over yet */
	bool is_done; /* a FRAME_DONE was */
	bool has_caught_up; /* its end was seen: what is read now has grown since */
	bool has_ended;
	char *name;
	uint8_t *buf; /* READ_BYTES; frames start at multiples of 8 */
	size_t at, end;
	uint64_t passed; /* bytes handed over */
	uint64_t wall_less_t; /* from the session, for errors */
	uint64_t t_ns; /* of the last frame */
	int64_t grown_ms; /* when the file grew, on the monotonic clock */
};

static int64_t now_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

/* SOURCE_FRAME: something was read. */
static int fill(struct stream_reader *r, struct err *err)
{
	struct pollfd pollfd = {.fd = r->fd, .events = POLLIN};
	ssize_t got;

	memmove(r->buf, r->buf + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	/* Asked first, since the flags of a descriptor that others share are not ours to set. */
	if (poll(&pollfd, 1, 0) == 0)
		return SOURCE_LATER;
	got = read(r->fd, r->buf + r->end, READ_BYTES - r->end);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return SOURCE_LATER;
	if (got < 0)
		return err_set(
			err, -errno, ERR_FAILED, "cannot read %s: %s", r->name, strerror(errno));
	if (got == 0)
		return SOURCE_END;
	r->end += (size_t)got;
	if (r->has_caught_up)
		r->grown_ms = now_ms(CLOCK_MONOTONIC);
	return SOURCE_FRAME;
}

static int at_end(struct stream_reader *r, struct err *err)
{
	r->has_caught_up = true;
	if (r->follow && !r->is_done && now_ms(CLOCK_MONOTONIC) - r->grown_ms < STREAM_QUIET_MS)
		return SOURCE_LATER;
	if (r->is_first)
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s ends before its first frame: whatever should have written it did not "
			"start",
			r->name);
	r->has_ended = true;
	return SOURCE_END;
}

static int damaged(const struct stream_reader *r, struct err *err)
{
	char wall[FMT_MAX];

	return err_set(err, -EBADMSG, ERR_RECORDING,
		"%s is damaged after %llu bytes (%s): what comes before was read", r->name,
		(unsigned long long)r->passed, fmt_wall(wall, r->t_ns + r->wall_less_t, 0));
}

/* The frame at the start of the buffer; NULL with *ret 0: not all of it is there. */
static const struct frame *whole_frame(struct stream_reader *r, int *ret, struct err *err)
{
	const struct frame *f = (const struct frame *)(r->buf + r->at);

	*ret = 0;
	if (r->end - r->at < sizeof(*f))
		return NULL;
	if (r->is_first && (f->kind != FRAME_SESSION || !frame_is_sound(f)))
		*ret = check_first_frame(f, r->name, err);
	else if (!frame_is_sound(f))
		*ret = damaged(r, err);
	if (*ret == 0 && r->end - r->at >= f->size && r->is_first)
		*ret = check_first_frame(f, r->name, err);
	return *ret == 0 && r->end - r->at >= f->size ? f : NULL;
}

static void hand_over(struct stream_reader *r, const struct frame *f)
{
	if (r->is_first)
		r->wall_less_t = ((const struct frame_session *)f)->wall_ns - f->t_ns;
	r->is_first = false;
	r->is_done = f->kind == FRAME_DONE;
	r->t_ns = f->t_ns;
	r->at += f->size;
	r->passed += f->size;
}

static int stream_next(struct source *s, const struct frame **ret_frame, struct err *err)
{
	struct stream_reader *r = (struct stream_reader *)s;
	const struct frame *f;
	int ret;

	for (;;) {
		f = whole_frame(r, &ret, err);
		if (ret < 0)
			return ret;
		if (f)
			break;
		ret = fill(r, err);
		if (ret == SOURCE_END)
			return at_end(r, err);
		if (ret != SOURCE_FRAME)
			return ret;
	}
	hand_over(r, f);
	*ret_frame = f;
	return SOURCE_FRAME;
}

static int stream_fd(const struct source *s)
{
	return ((const struct stream_reader *)s)->fd;
}

static void stream_free(struct source *s)
{
	struct stream_reader *r = (struct stream_reader *)s;

	free(r->name);
	free(r->buf);
	free(r);
}

static const struct source_ops stream_ops = {
	.name = "stream",
	.next = stream_next,
	.fd = stream_fd,
	.free = stream_free,
};

/* A file always polls readable. */
static int file_fd(const struct source *s)
{
	(void)s;
	return -1;
}

static int file_rewind(struct source *s, struct err *err)
{
	struct stream_reader *r = (struct stream_reader *)s;

	if (lseek(r->fd, 0, SEEK_SET) < 0)
		return err_set(err, -errno, ERR_FAILED, "cannot go back in %s: %s", r->name,
			strerror(errno));
	r->at = r->end = 0;
	r->passed = 0;
	r->is_first = true;
	r->is_done = r->has_ended = r->has_caught_up = false;
	return 0;
}

static void file_free(struct source *s)
{
	close(((struct stream_reader *)s)->fd);
	stream_free(s);
}

static const struct source_ops file_ops = {
	.name = "saved stream",
	.next = stream_next,
	.fd = file_fd,
	.rewind = file_rewind,
	.free = file_free,
};

static struct stream_reader *reader_new(int fd, const char *name, const struct source_ops *ops)
{
	struct stream_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	*r = (struct stream_reader){.source.ops = ops, .fd = fd, .is_first = true};
	r->name = strdup(name);
	r->buf = malloc(READ_BYTES);
	if (r->name && r->buf)
		return r;
	stream_free(&r->source);
	return NULL;
}

struct source *stream_reader_new(int fd, struct err *err)
{
	struct stream_reader *r = reader_new(fd, "the stream", &stream_ops);

	if (!r) {
		err_set(err, -ENOMEM, ERR_FAILED, "no memory to read the stream");
		return NULL;
	}
	return &r->source;
}

struct source *stream_file_new(int fd, const char *name, bool follow, struct err *err)
{
	struct stream_reader *r = reader_new(fd, name, &file_ops);
	struct stat st;

	if (!r) {
		close(fd);
		err_set(err, -ENOMEM, ERR_FAILED, "no memory to read %s", name);
		return NULL;
	}
	r->follow = follow;
	if (follow && fstat(fd, &st) == 0) {
		int64_t quiet = now_ms(CLOCK_REALTIME) - st.st_mtim.tv_sec * INT64_C(1000);

		r->grown_ms = now_ms(CLOCK_MONOTONIC) - quiet;
	}
	return &r->source;
}

size_t stream_torn(const struct source *s)
{
	const struct stream_reader *r = (const struct stream_reader *)s;

	return r->has_ended ? r->end - r->at : 0;
}
