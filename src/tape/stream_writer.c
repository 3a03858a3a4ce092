/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tape/gap.h"
#include "tape/kinds.h"

enum { STRUCTURAL_SHARE = 8 };

/* Frames, oldest first, each behind its number; 8-byte aligned, but an entry may go around. */
struct ring {
	uint8_t *bytes;
	size_t size; /* a multiple of 8 */
	size_t head;
	size_t used;
};

struct stream_writer {
	int fd;
	int own_fd; /* fd opened anew with flags of its own, or -1 */
	int old_flags; /* to be put back, or -1 */
	bool is_socket;
	uint64_t next_number;
	uint64_t lost;
	struct ring structural;
	struct ring others;
	struct gap before_others; /* older than all of them */
	struct gap newest; /* structural frames that found no room */
	uint8_t *piece; /* STREAM_PIECE + FRAME_MAX */
	size_t piece_at, piece_end;
};

static void ring_copy_in(struct ring *r, const void *from, size_t len)
{
	size_t at = (r->head + r->used) % r->size;
	size_t first = len < r->size - at ? len : r->size - at;

	memcpy(r->bytes + at, from, first);
	memcpy(r->bytes, (const uint8_t *)from + first, len - first);
	r->used += len;
}

static void ring_copy_out(const struct ring *r, size_t skip, void *to, size_t len)
{
	size_t at = (r->head + skip) % r->size;
	size_t first = len < r->size - at ? len : r->size - at;

	memcpy(to, r->bytes + at, first);
	memcpy((uint8_t *)to + first, r->bytes, len - first);
}

static void ring_drop(struct ring *r, size_t len)
{
	r->head = (r->head + len) % r->size;
	r->used -= len;
}

/* Number of the oldest frame; the largest number if there is none. */
static uint64_t ring_oldest(const struct ring *r, struct frame *ret_frame)
{
	uint64_t number;

	if (!r->used)
		return UINT64_MAX;
	ring_copy_out(r, 0, &number, sizeof(number));
	ring_copy_out(r, sizeof(number), ret_frame, sizeof(*ret_frame));
	return number;
}

/* The descriptor must not block, but its flags may be shared with who knows what: a pipe is opened
 * anew, a socket is told with each call, and only what is neither gets the flag until the end. */
static void unblock(struct stream_writer *w)
{
	char path[32];
	struct stat st;

	if (fstat(w->fd, &st) < 0)
		return;
	w->is_socket = S_ISSOCK(st.st_mode);
	if (w->is_socket || S_ISREG(st.st_mode))
		return;
	if (S_ISFIFO(st.st_mode)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", w->fd);
		w->own_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (w->own_fd >= 0)
			return;
	}
	w->old_flags = fcntl(w->fd, F_GETFL);
	if (w->old_flags >= 0)
		fcntl(w->fd, F_SETFL, w->old_flags | O_NONBLOCK);
}

struct stream_writer *stream_writer_new(int fd, size_t capacity_bytes)
{
	struct stream_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fd = fd;
	w->own_fd = w->old_flags = -1;
	/* The room of each holds any frame. */
	w->structural.size = FRAME_MAX + 8 + capacity_bytes / STRUCTURAL_SHARE / 8 * 8;
	w->others.size = FRAME_MAX + 8 + capacity_bytes / 8 * 8;
	w->structural.bytes = malloc(w->structural.size);
	w->others.bytes = malloc(w->others.size);
	w->piece = malloc(STREAM_PIECE + FRAME_MAX);
	if (!w->structural.bytes || !w->others.bytes || !w->piece) {
		stream_writer_free(w);
		return NULL;
	}
	unblock(w);
	return w;
}

void stream_writer_free(struct stream_writer *w)
{
	if (!w)
		return;
	if (w->own_fd >= 0)
		close(w->own_fd);
	if (w->old_flags >= 0)
		fcntl(w->fd, F_SETFL, w->old_flags);
	free(w->structural.bytes);
	free(w->others.bytes);
	free(w->piece);
	free(w);
}

static void ring_put(struct ring *r, uint64_t number, const struct frame *f)
{
	ring_copy_in(r, &number, sizeof(number));
	ring_copy_in(r, f, f->size);
}

/* Tells of structural frames that were lost once there is room to. */
static void put_newest_gap(struct stream_writer *w)
{
	struct frame_lost lost = gap_frame(&w->newest);

	if (!w->newest.count || w->structural.size - w->structural.used < sizeof(lost) + 8)
		return;
	ring_put(&w->structural, w->next_number++, &lost.h);
	w->newest = (struct gap){0};
}

static void put_structural(struct stream_writer *w, const struct frame *f)
{
	put_newest_gap(w);
	if (w->newest.count || w->structural.size - w->structural.used < f->size + 8u) {
		gap_add(&w->newest, f);
		w->lost++;
		return;
	}
	ring_put(&w->structural, w->next_number++, f);
}

static void put_other(struct stream_writer *w, const struct frame *f)
{
	struct frame oldest;

	while (w->others.size - w->others.used < f->size + 8u) {
		ring_oldest(&w->others, &oldest);
		ring_drop(&w->others, oldest.size + 8u);
		gap_add(&w->before_others, &oldest);
		w->lost++;
	}
	ring_put(&w->others, w->next_number++, f);
}

void stream_put(struct stream_writer *w, const struct frame *f)
{
	if (!frame_is_sound(f))
		return;
	if (tape_kind(f->kind)->structural)
		put_structural(w, f);
	else
		put_other(w, f);
}

static void piece_add(struct stream_writer *w, struct ring *r, size_t size)
{
	ring_copy_out(r, 8, w->piece + w->piece_end, size);
	ring_drop(r, size + 8);
	w->piece_end += size;
}

/* Moves frames from the queues into the piece, in the order in which they were put. */
static void fill_piece(struct stream_writer *w)
{
	struct frame structural, other;

	w->piece_at = w->piece_end = 0;
	while (w->piece_end < STREAM_PIECE) {
		uint64_t a = ring_oldest(&w->structural, &structural);
		uint64_t b = ring_oldest(&w->others, &other);

		if (a == UINT64_MAX && b == UINT64_MAX)
			break;
		if (a < b) {
			piece_add(w, &w->structural, structural.size);
		} else if (w->before_others.count) {
			struct frame_lost lost = gap_frame(&w->before_others);

			memcpy(w->piece + w->piece_end, &lost, sizeof(lost));
			w->piece_end += sizeof(lost);
			w->before_others = (struct gap){0};
		} else {
			piece_add(w, &w->others, other.size);
		}
	}
}

/* Bytes written, 0: none now, or -errno. */
static ssize_t write_piece(const struct stream_writer *w)
{
	const uint8_t *from = w->piece + w->piece_at;
	size_t len = w->piece_end - w->piece_at;
	ssize_t ret;

	if (w->is_socket)
		ret = send(w->fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		ret = write(w->own_fd >= 0 ? w->own_fd : w->fd, from, len);
	if (ret >= 0)
		return ret;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int stream_flush(struct stream_writer *w)
{
	ssize_t ret;

	put_newest_gap(w);
	do {
		if (w->piece_at == w->piece_end)
			fill_piece(w);
		if (w->piece_at == w->piece_end)
			return 0;
		ret = write_piece(w);
		if (ret < 0)
			return (int)ret;
		w->piece_at += (size_t)ret;
	} while (ret > 0);
	return 0;
}

bool stream_wants(const struct stream_writer *w)
{
	return w->piece_at < w->piece_end || w->structural.used || w->others.used ||
	       w->newest.count;
}

size_t stream_held(const struct stream_writer *w)
{
	return w->structural.used + w->others.used;
}

uint64_t stream_lost(const struct stream_writer *w)
{
	return w->lost;
}
