/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tape/stream.h"
#include "tests/tape/synth.h"

enum { CAPACITY = 65536, MANY = 20000 };

struct fixture {
	int fd[2]; /* read, write */
	struct stream_writer *w;
	struct source *reader;
	uint64_t kept, told; /* frames that came, that a FRAME_LOST told of */
	uint64_t structural;
	int32_t last_chunk;
};

static int finish(struct fixture *f)
{
	struct err err;

	signal(SIGPIPE, SIG_IGN);
	f->w = stream_writer_new(f->fd[1], CAPACITY);
	f->reader = stream_reader_new(f->fd[0], &err);
	f->last_chunk = -1;
	return f->w && f->reader ? 0 : -1;
}

static int setup_pipe(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	*state = &f;
	if (pipe(f.fd) < 0)
		return -1;
	fcntl(f.fd[1], F_SETPIPE_SZ, 4096);
	return finish(&f);
}

static int setup_socket(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	*state = &f;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, f.fd) < 0 ? -1 : finish(&f);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	stream_writer_free(f->w);
	source_free(f->reader);
	if (f->fd[0] >= 0)
		close(f->fd[0]);
	close(f->fd[1]);
	return 0;
}

/* Reads what there is: messages in order, and losses just where they were. */
static void take(struct fixture *f)
{
	const struct frame *got;
	struct err err;

	while (source_next(f->reader, &got, &err) == SOURCE_FRAME) {
		const struct frame_lost *lost = (const struct frame_lost *)got;
		const struct frame_msg *msg = (const struct frame_msg *)got;

		if (got->kind == FRAME_LOST) {
			assert_int_equal(lost->where, LOST_STREAM);
			assert_true(lost->from_ns <= lost->to_ns);
			f->told += lost->count;
			f->last_chunk += (int32_t)lost->count;
			continue;
		}
		f->kept++;
		f->structural += got->kind != FRAME_MSG;
		if (got->kind != FRAME_MSG)
			continue;
		assert_true(msg->chunk > f->last_chunk);
		f->last_chunk = msg->chunk;
	}
}

static void put_session(struct fixture *f)
{
	struct buf frame = {0};

	synth_session(&frame, 1);
	stream_put(f->w, (const struct frame *)frame.data);
	buf_release(&frame);
}

static void put_msg(struct fixture *f, int32_t chunk)
{
	struct buf frame = {0};

	synth_msg(&frame, 1000 + (uint64_t)chunk, 7, MSG_READ, chunk);
	stream_put(f->w, (const struct frame *)frame.data);
	buf_release(&frame);
}

static void put_text(struct fixture *f, uint32_t id)
{
	struct buf frame = {0};

	synth_text(&frame, 1, id, "a text");
	stream_put(f->w, (const struct frame *)frame.data);
	buf_release(&frame);
}

static void flush_all(struct fixture *f)
{
	while (stream_wants(f->w)) {
		assert_int_equal(stream_flush(f->w), 0);
		take(f);
	}
}

static void a_reader_that_keeps_up_gets_all(void **state)
{
	struct fixture *f = *state;

	assert_false(stream_wants(f->w));
	put_session(f);
	assert_true(stream_wants(f->w));
	for (int32_t i = 0; i < MANY; i++) {
		put_msg(f, i);
		if (i % 100 == 0)
			flush_all(f);
	}
	flush_all(f);
	assert_int_equal(f->kept, MANY + 1);
	assert_int_equal(f->told, 0);
	assert_int_equal(stream_lost(f->w), 0);
}

/* The oldest go, in one piece, and not one is unaccounted for. */
static void a_reader_that_sleeps_loses_the_oldest(void **state)
{
	struct fixture *f = *state;

	put_session(f);
	for (int32_t i = 0; i < MANY; i++) {
		put_msg(f, i);
		assert_int_equal(stream_flush(f->w), 0);
	}
	assert_true(stream_lost(f->w) > MANY / 2);
	flush_all(f);
	assert_int_equal(f->kept + f->told, MANY + 1);
	assert_int_equal(f->told, stream_lost(f->w));
	assert_int_equal(f->last_chunk, MANY - 1);
}

static void texts_outlive_messages(void **state)
{
	struct fixture *f = *state;

	put_session(f);
	for (int32_t i = 0; i < MANY; i++) {
		put_msg(f, i);
		if (i % 100 == 0)
			put_text(f, (uint32_t)i + 1);
	}
	flush_all(f);
	assert_int_equal(f->structural, 1 + MANY / 100);
	assert_int_equal(f->kept + f->told, 1 + MANY + MANY / 100);
}

static void even_texts_have_a_bound(void **state)
{
	struct fixture *f = *state;

	put_session(f);
	for (uint32_t i = 0; i < MANY; i++)
		put_text(f, i + 1);
	assert_true(stream_lost(f->w) > 0);
	flush_all(f);
	put_text(f, 1);
	flush_all(f);
	assert_int_equal(f->kept + f->told, 2 + MANY);
	assert_true(f->structural > 1000);
}

static void what_is_no_frame_is_not_sent(void **state)
{
	struct fixture *f = *state;
	struct frame bad = {.kind = FRAME_TICK, .size = 12};

	stream_put(f->w, &bad);
	bad.size = 65535;
	stream_put(f->w, &bad);
	assert_false(stream_wants(f->w));
}

static void the_largest_frame_fits_the_smallest_queue(void **state)
{
	static uint64_t space[FRAME_MAX / 8];
	struct fixture *f = *state;

	stream_writer_free(f->w);
	f->w = stream_writer_new(f->fd[1], 0);
	put_session(f);
	*(struct frame *)space = (struct frame){.kind = 500, .size = FRAME_MAX};
	for (int i = 0; i < 3; i++) {
		stream_put(f->w, (const struct frame *)space);
		flush_all(f);
	}
	assert_int_equal(f->kept, 4);
}

static void nobody_reads_is_an_error(void **state)
{
	struct fixture *f = *state;

	put_session(f);
	close(f->fd[0]);
	f->fd[0] = -1;
	assert_int_equal(stream_flush(f->w), -EPIPE);
}

/* Others may share the descriptor: it must not stop blocking for them. */
static void flags_are_left_alone(void **state)
{
	struct fixture *f = *state;
	int flags = fcntl(f->fd[1], F_GETFL);

	assert_int_equal(flags & O_NONBLOCK, 0);
	put_session(f);
	stream_flush(f->w);
	assert_int_equal(fcntl(f->fd[1], F_GETFL), flags);
}

#define PIPE(name) cmocka_unit_test_setup_teardown(name, setup_pipe, teardown)
#define SOCKET(name)                                                                               \
	{                                                                                          \
		"socket: " #name, name, setup_socket, teardown, NULL                               \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIPE(a_reader_that_keeps_up_gets_all),
		PIPE(a_reader_that_sleeps_loses_the_oldest),
		PIPE(texts_outlive_messages),
		PIPE(even_texts_have_a_bound),
		PIPE(what_is_no_frame_is_not_sent),
		PIPE(the_largest_frame_fits_the_smallest_queue),
		PIPE(nobody_reads_is_an_error),
		PIPE(flags_are_left_alone),
		SOCKET(a_reader_that_keeps_up_gets_all),
		SOCKET(a_reader_that_sleeps_loses_the_oldest),
		SOCKET(nobody_reads_is_an_error),
		SOCKET(flags_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
