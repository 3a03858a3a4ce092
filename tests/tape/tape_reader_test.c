/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings that are whole: rewound, listed, followed, and where nothing may be written. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tape/tape_reader.h"
#include "tests/tape/scratch.h"

#define SECOND UINT64_C(1000000000)

enum { NOBODY = 65534 };

static void sql(const struct scratch *s, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void it_can_be_rewound(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};
	struct source *source;
	struct err err = {0};

	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	assert_int_equal(tape_open(s->path, false, &source, &err), 0);
	assert_int_equal(source_fd(source), -1);
	scratch_compare(source, &frames, 0);
	assert_int_equal(source->ops->rewind(source, &err), 0);
	scratch_compare(source, &frames, 0);
	source_free(source);
	buf_release(&frames);
}

static void it_tells_what_is_in_it(void **state)
{
	struct scratch *s = *state;
	struct tape_segment *segments;
	struct buf frames = {0};
	struct tape_info info;
	struct source *source;
	struct err err = {0};
	size_t count;

	synth_session(&frames, SYNTH_START_NS);
	for (uint64_t i = 0; i < 40; i++)
		synth_tick(&frames, SYNTH_START_NS + i * SECOND, i);
	scratch_record(s, &frames, NULL);
	assert_int_equal(tape_open(s->path, false, &source, &err), 0);
	assert_int_equal(tape_info(source, &info, &err), 0);
	assert_int_equal(info.segments, 3);
	assert_int_equal(info.frames, 41);
	assert_int_equal(info.first_ns, SYNTH_START_NS);
	assert_int_equal(info.last_ns, SYNTH_START_NS + 39 * SECOND);
	assert_int_equal(info.first_wall_ns, SYNTH_WALL_NS);
	assert_false(info.is_live);
	assert_int_equal(tape_segments(source, &segments, &count, &err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(segments[1].id, 2);
	assert_int_equal(segments[1].first_ns, segments[0].last_ns + SECOND);
	assert_int_equal(segments[1].first_wall_ns, SYNTH_WALL_NS + 16 * SECOND);
	free(segments);
	source_free(source);
	buf_release(&frames);
}

static void a_saved_stream_opens_too(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};
	struct tape_info info;
	struct source *source;
	struct err err = {0};

	scratch_frames(&frames);
	scratch_save(s->path, frames.data, frames.len);
	scratch_expect(s, &frames, 0);
	assert_int_equal(tape_open(s->path, true, &source, &err), 0);
	scratch_compare(source, &frames, 0);
	assert_int_equal(tape_info(source, &info, &err), -EOPNOTSUPP);
	source_free(source);
	buf_release(&frames);
}

static void refuse(const char *path, int class, const char *words)
{
	struct source *source = NULL;
	const struct frame *f;
	struct err err = {0};
	int ret = tape_open(path, false, &source, &err);

	if (ret == 0)
		while ((ret = source_next(source, &f, &err)) == SOURCE_FRAME)
			;
	source_free(source);
	assert_true(ret < 0);
	if (!strstr(err.text, words) || err.class != class)
		fail_msg("%d \"%s\" does not say \"%s\"", err.class, err.text, words);
}

static void what_is_no_recording_is_refused(void **state)
{
	struct scratch *s = *state;

	refuse(s->path, ERR_FAILED, "there is no ");
	refuse(s->folder, ERR_FAILED, "is a directory");
	assert_int_equal(mkfifo(s->path, 0600), 0);
	refuse(s->path, ERR_FAILED, "replay - <");
	unlink(s->path);
	scratch_save(s->path, "", 0);
	refuse(s->path, ERR_RECORDING, "is empty");
	scratch_save(s->path, "#!/bin/sh\necho this is no recording\n", 36);
	refuse(s->path, ERR_RECORDING, "is not a pooltop recording");
	scratch_save(s->path, "SQLite format 3", 16);
	refuse(s->path, ERR_RECORDING, "is not a pooltop recording");
	unlink(s->path);
	sql(s, "CREATE TABLE t(x)");
	refuse(s->path, ERR_RECORDING, "an SQLite database, but not a pooltop recording");
}

/* A writer in a process of its own, told by bytes on a pipe what to do: 'f': put a tick, hand over,
 * wait until it is written; 'd': put FRAME_DONE and close; 'k': be killed. */
struct follower {
	pid_t pid;
	int tell[2], told[2];
	struct buf frames;
	struct source *source;
	size_t seen;
};

static void writer_put(struct tape_writer *w, struct buf *frames, struct tape_writer **ret_w)
{
	struct err err;
	size_t at = 0;

	while (at < frames->len)
		tape_put(w, synth_next(frames, &at));
	tape_tick(w, ((const struct frame *)frames->data)->t_ns, &err);
	buf_release(frames);
	*ret_w = w;
}

static void write_as_told(struct scratch *s, int in, int out)
{
	struct err err;
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);
	struct buf frames = {0};
	uint64_t t_ns = SYNTH_START_NS;
	char what;

	synth_session(&frames, t_ns);
	writer_put(w, &frames, &w);
	while (read(in, &what, 1) == 1) {
		t_ns += 7 * SECOND;
		if (what == 'k')
			raise(SIGKILL);
		if (what == 'd')
			synth_done(&frames, t_ns);
		else
			synth_tick(&frames, t_ns, t_ns / SECOND);
		writer_put(w, &frames, &w);
		if (what == 'd')
			_exit(tape_writer_close(w, &err) < 0);
		assert_int_equal(write(out, &what, 1), 1);
	}
	_exit(1);
}

static void start_writer(struct scratch *s, struct follower *f)
{
	struct err err = {0};

	*f = (struct follower){0};
	assert_int_equal(pipe(f->tell) | pipe(f->told), 0);
	f->pid = fork();
	if (!f->pid) {
		alarm(60);
		write_as_told(s, f->tell[0], f->told[1]);
	}
	synth_session(&f->frames, SYNTH_START_NS);
	for (int i = 0; i < 500 && tape_open(s->path, true, &f->source, &err) < 0; i++)
		usleep(10000);
	if (!f->source)
		fail_msg("%s", err.text);
}

static void stop_writer(struct follower *f)
{
	waitpid(f->pid, NULL, 0);
	source_free(f->source);
	buf_release(&f->frames);
	for (int i = 0; i < 2; i++) {
		close(f->tell[i]);
		close(f->told[i]);
	}
}

/* Takes frames until all that are known came; returns what comes then. */
static int catch_up(struct follower *f)
{
	const struct frame *got;
	struct err err = {0};
	int ret = SOURCE_LATER;

	for (int i = 0; i < 1000 && f->seen < f->frames.len; i++) {
		ret = source_next(f->source, &got, &err);
		if (ret == SOURCE_FRAME) {
			const struct frame *want = synth_next(&f->frames, &f->seen);

			assert_int_equal(got->size, want->size);
			assert_memory_equal(got, want, want->size);
			continue;
		}
		if (ret != SOURCE_LATER)
			fail_msg("%d %s", ret, err.text);
		usleep(10000);
	}
	assert_int_equal(f->seen, f->frames.len);
	return source_next(f->source, &got, &err);
}

/* Sixteen ticks are several segments, each growing. */
static void tick_on(struct follower *f)
{
	uint64_t t_ns = SYNTH_START_NS;
	char done;

	for (int i = 0; i < 16; i++) {
		t_ns += 7 * SECOND;
		assert_int_equal(write(f->tell[1], "f", 1), 1);
		assert_int_equal(read(f->told[0], &done, 1), 1);
		synth_tick(&f->frames, t_ns, t_ns / SECOND);
		if (i % 3 == 0)
			assert_int_equal(catch_up(f), SOURCE_LATER);
	}
	assert_int_equal(catch_up(f), SOURCE_LATER);
}

static void a_recording_is_followed_until_it_is_done(void **state)
{
	struct follower f;

	start_writer(*state, &f);
	assert_int_equal(catch_up(&f), SOURCE_LATER);
	tick_on(&f);
	assert_int_equal(write(f.tell[1], "d", 1), 1);
	synth_done(&f.frames, SYNTH_START_NS + 17 * 7 * SECOND);
	assert_int_equal(catch_up(&f), SOURCE_END);
	stop_writer(&f);
}

static void a_recording_is_followed_until_its_writer_is_killed(void **state)
{
	const struct frame *got;
	struct tape_info info;
	struct follower f;
	struct err err;

	start_writer(*state, &f);
	assert_int_equal(tape_info(f.source, &info, &err), 0);
	assert_true(info.is_live);
	tick_on(&f);
	assert_int_equal(write(f.tell[1], "k", 1), 1);
	waitpid(f.pid, NULL, 0);
	assert_int_equal(source_next(f.source, &got, &err), SOURCE_END);
	stop_writer(&f);
}

/* Who does not follow gets what there is, also of a file that grows. */
static void a_recording_is_read_while_it_is_written(void **state)
{
	struct scratch *s = *state;
	struct follower f;

	start_writer(s, &f);
	tick_on(&f);
	assert_int_equal(scratch_expect(s, &f.frames, 0), 17);
	assert_int_equal(write(f.tell[1], "k", 1), 1);
	stop_writer(&f);
}

static int read_as_nobody(struct scratch *s)
{
	struct buf frames = {0};

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return SCRATCH_SKIP;
	scratch_frames(&frames);
	scratch_expect(s, &frames, 0);
	buf_release(&frames);
	return access(s->path, W_OK) == 0;
}

static int be_refused_as_nobody(struct scratch *s)
{
	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return SCRATCH_SKIP;
	refuse(s->path, ERR_PERMISSION, "may not be read");
	return 0;
}

static int read_from_read_only_media(struct scratch *s)
{
	struct buf frames = {0};

	if (!scratch_mount(s, "size=2m"))
		return SCRATCH_SKIP;
	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	if (!scratch_remount_read_only(s))
		return 1;
	scratch_expect(s, &frames, 0);
	buf_release(&frames);
	return 0;
}

static void run_child(struct scratch *s, int (*fn)(struct scratch *s))
{
	int status = scratch_child(fn, s);

	if (status == SCRATCH_SKIP) {
		print_message("# SKIP needs root\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void a_folder_that_may_not_be_written_to_will_do(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};

	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	assert_int_equal(chmod(s->path, 0400), 0);
	run_child(s, be_refused_as_nobody);
	assert_int_equal(chmod(s->path, 0444), 0);
	assert_int_equal(chmod(s->folder, 0555), 0);
	run_child(s, read_as_nobody);
	buf_release(&frames);
}

static void read_only_media_will_do(void **state)
{
	run_child(*state, read_from_read_only_media);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_can_be_rewound),
		TEST(it_tells_what_is_in_it),
		TEST(a_saved_stream_opens_too),
		TEST(what_is_no_recording_is_refused),
		TEST(a_recording_is_followed_until_it_is_done),
		TEST(a_recording_is_followed_until_its_writer_is_killed),
		TEST(a_recording_is_read_while_it_is_written),
		TEST(a_folder_that_may_not_be_written_to_will_do),
		TEST(read_only_media_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
