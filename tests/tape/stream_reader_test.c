/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tape/stream.h"
#include "tests/tape/synth.h"

struct fixture {
	int fd[2];
	struct source *source;
	struct buf frames;
	size_t seen; /* bytes that came out of it */
	struct err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	if (pipe(f.fd) < 0)
		return -1;
	f.source = stream_reader_new(f.fd[0], &f.err);
	*state = &f;
	return f.source ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	source_free(f->source);
	close(f->fd[0]);
	if (f->fd[1] >= 0)
		close(f->fd[1]);
	buf_release(&f->frames);
	return 0;
}

static void send_bytes(struct fixture *f, const void *bytes, size_t len)
{
	assert_int_equal(write(f->fd[1], bytes, len), len);
}

static void hang_up(struct fixture *f)
{
	close(f->fd[1]);
	f->fd[1] = -1;
}

/* Takes all frames there are, each the next of f->frames; returns what came instead of one. */
static int drain(struct fixture *f)
{
	const struct frame *got;
	int ret;

	while ((ret = source_next(f->source, &got, &f->err)) == SOURCE_FRAME) {
		const struct frame *want = synth_next(&f->frames, &f->seen);

		assert_non_null(want);
		assert_int_equal((uintptr_t)got % 8, 0);
		assert_int_equal(got->size, want->size);
		assert_memory_equal(got, want, want->size);
	}
	return ret;
}

static void frames_come_out_as_they_went_in(void **state)
{
	struct synth s = {
		.seed = 4, .tasks_per_s = 40, .run_ns = 900000, .workers = 2, .seconds = 3};
	struct fixture *f = *state;

	synth_pool(&f->frames, &s);
	assert_int_equal(drain(f), SOURCE_LATER);
	for (size_t at = 0, piece = 1; at < f->frames.len; at += piece, piece = piece * 3 % 997) {
		size_t left = f->frames.len - at;

		send_bytes(f, f->frames.data + at, piece < left ? piece : left);
		assert_int_equal(drain(f), SOURCE_LATER);
	}
	assert_int_equal(f->seen, f->frames.len);
	hang_up(f);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(stream_torn(f->source), 0);
	assert_int_equal(source_fd(f->source), f->fd[0]);
	assert_null(f->source->ops->rewind);
}

static void largest_frames_pass(void **state)
{
	static uint64_t space[FRAME_MAX / 8];
	struct fixture *f = *state;

	fcntl(f->fd[1], F_SETPIPE_SZ, 1 << 18);
	synth_session(&f->frames, 1);
	*(struct frame *)space = (struct frame){.kind = 500, .size = FRAME_MAX};
	for (int i = 0; i < 3; i++)
		buf_add(&f->frames, space, FRAME_MAX);
	send_bytes(f, f->frames.data, f->frames.len);
	hang_up(f);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(f->seen, f->frames.len);
}

static void an_end_in_a_frame_is_an_end(void **state)
{
	struct fixture *f = *state;
	size_t whole;

	synth_session(&f->frames, 1);
	whole = f->frames.len;
	synth_tick(&f->frames, 2, 1);
	send_bytes(f, f->frames.data, f->frames.len - 5);
	assert_int_equal(drain(f), SOURCE_LATER);
	assert_int_equal(stream_torn(f->source), 0);
	hang_up(f);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(f->seen, whole);
	assert_int_equal(stream_torn(f->source), f->frames.len - 5 - whole);
}

static void expect_refusal(struct fixture *f, const char *words)
{
	assert_int_equal(drain(f), -EBADMSG);
	assert_int_equal(f->err.class, ERR_RECORDING);
	if (!strstr(f->err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, words);
}

static void what_is_no_stream_is_refused(void **state)
{
	struct fixture *f = *state;

	send_bytes(f, "#!/bin/sh\necho this is no stream at all\n", 40);
	expect_refusal(f, "the stream is not a pooltop recording");
}

static void a_tick_is_no_start(void **state)
{
	struct fixture *f = *state;

	synth_tick(&f->frames, 2, 1);
	send_bytes(f, f->frames.data, f->frames.len);
	expect_refusal(f, "not a pooltop recording");
}

static void a_newer_format_is_refused(void **state)
{
	struct fixture *f = *state;

	synth_session(&f->frames, 1);
	((struct frame_session *)f->frames.data)->format = WIRE_FORMAT + 4;
	send_bytes(f, f->frames.data, f->frames.len);
	expect_refusal(f, "format 5");
}

static void nothing_is_no_stream(void **state)
{
	struct fixture *f = *state;

	hang_up(f);
	expect_refusal(f, "before its first frame");
}

static void a_size_that_cannot_be_is_damage(void **state)
{
	struct frame bad = {.kind = FRAME_TICK, .size = 20};
	struct fixture *f = *state;

	synth_session(&f->frames, SYNTH_START_NS);
	send_bytes(f, f->frames.data, f->frames.len);
	send_bytes(f, &bad, sizeof(bad));
	expect_refusal(f, "damaged after 192 bytes");
	assert_int_equal(f->seen, f->frames.len);
	assert_int_equal(drain(f), -EBADMSG);
}

/* A file with the frames; returns a descriptor at its start, and keeps another in fd[1]. */
static int saved(struct fixture *f)
{
	char path[] = "/tmp/pooltop-stream-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(f->fd[1]);
	f->fd[1] = fd;
	send_bytes(f, f->frames.data, f->frames.len);
	fd = open(path, O_RDONLY);
	unlink(path);
	return fd;
}

static void a_saved_stream_can_be_rewound(void **state)
{
	struct fixture *f = *state;

	source_free(f->source);
	synth_session(&f->frames, 1);
	synth_tick(&f->frames, 2, 1);
	f->source = stream_file_new(saved(f), "there", false, &f->err);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(f->seen, f->frames.len);
	f->seen = 0;
	assert_int_equal(f->source->ops->rewind(f->source, &f->err), 0);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(f->seen, f->frames.len);
	assert_int_equal(source_fd(f->source), -1);
}

static void a_saved_stream_is_followed_until_it_is_done(void **state)
{
	struct fixture *f = *state;
	size_t before;

	source_free(f->source);
	synth_session(&f->frames, 1);
	f->source = stream_file_new(saved(f), "there", true, &f->err);
	assert_int_equal(drain(f), SOURCE_LATER);
	before = f->frames.len;
	synth_tick(&f->frames, 2, 1);
	send_bytes(f, f->frames.data + before, f->frames.len - before);
	assert_int_equal(drain(f), SOURCE_LATER);
	assert_int_equal(f->seen, f->frames.len);
	before = f->frames.len;
	synth_done(&f->frames, 3);
	send_bytes(f, f->frames.data + before, f->frames.len - before);
	assert_int_equal(drain(f), SOURCE_END);
	assert_int_equal(f->seen, f->frames.len);
}

static void a_quiet_file_is_not_followed(void **state)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct fixture *f = *state;
	int fd;

	source_free(f->source);
	synth_session(&f->frames, 1);
	fd = saved(f);
	futimens(f->fd[1], old);
	f->source = stream_file_new(fd, "there", true, &f->err);
	assert_int_equal(drain(f), SOURCE_END);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frames_come_out_as_they_went_in),
		TEST(largest_frames_pass),
		TEST(an_end_in_a_frame_is_an_end),
		TEST(what_is_no_stream_is_refused),
		TEST(a_tick_is_no_start),
		TEST(a_newer_format_is_refused),
		TEST(nothing_is_no_stream),
		TEST(a_size_that_cannot_be_is_damage),
		TEST(a_saved_stream_can_be_rewound),
		TEST(a_saved_stream_is_followed_until_it_is_done),
		TEST(a_quiet_file_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
