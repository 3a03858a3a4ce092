/* SPDX-License-Identifier: GPL-2.0-only */
/* tape_writer.c and recorder.c: what is put is there, or is counted. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tape/tape_reader.h"
#include "tests/tape/scratch.h"

#define SECOND UINT64_C(1000000000)

static void what_was_put_comes_back(void **state)
{
	struct synth some = {
		.seed = 8, .tasks_per_s = 2000, .run_ns = 900000, .workers = 3, .seconds = 20};
	struct scratch *s = *state;
	struct buf frames = {0};
	struct stat st;

	synth_pool(&frames, &some);
	scratch_record(s, &frames, NULL);
	scratch_expect(s, &frames, 0);
	assert_int_equal(stat(s->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	strcat(s->path, "-journal");
	assert_int_equal(stat(s->path, &st), -1);
	buf_release(&frames);
}

static void nothing_is_a_recording_too(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};

	scratch_record(s, &frames, NULL);
	assert_int_equal(scratch_expect(s, &frames, 0), 0);
}

/* Asks the file one number. */
static int64_t ask(const struct scratch *s, const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(sqlite3_open_v2(s->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void segments_are_large_and_told_of(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};

	synth_session(&frames, SYNTH_START_NS);
	for (uint64_t i = 0; i < 60; i++)
		synth_tick(&frames, SYNTH_START_NS + i * SECOND, i);
	scratch_record(s, &frames, NULL);
	assert_int_equal(ask(s, "SELECT count(*) FROM segment"), 4);
	assert_int_equal(ask(s, "SELECT sum(frames) FROM segment"), 61);
	assert_int_equal(ask(s, "SELECT last_segment FROM bounds"), 4);
	assert_int_equal(ask(s, "SELECT first_wall_ns FROM segment"), SYNTH_WALL_NS);
	assert_int_equal(ask(s, "PRAGMA application_id"), 0x504c5450);
	buf_release(&frames);
}

/* The thread takes what a tick hands over within a moment; then it is there for others. */
static void a_tick_makes_it_readable(void **state)
{
	struct scratch *s = *state;
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);
	struct buf frames = {0};
	int64_t count = 0;

	assert_non_null(w);
	synth_session(&frames, SYNTH_START_NS);
	tape_put(w, (const struct frame *)frames.data);
	assert_int_equal(tape_tick(w, SYNTH_START_NS, &err), 0);
	for (int i = 0; i < 500 && !count; i++) {
		usleep(10000);
		count = ask(s, "SELECT coalesce(sum(frames),0) FROM segment");
	}
	assert_int_equal(count, 1);
	assert_int_equal(tape_writer_close(w, &err), 0);
	buf_release(&frames);
}

/* Frames that no packing makes smaller. */
static void put_noise(struct tape_writer *w, uint64_t *seed, uint64_t *t_ns, uint32_t count)
{
	struct buf frames = {0};
	const struct frame *f;
	struct err err;
	size_t at = 0;

	synth_noise(&frames, seed, count);
	while ((f = synth_next(&frames, &at))) {
		struct frame *own = (struct frame *)f;

		own->kind = FRAME_MSG;
		own->t_ns = *t_ns += 100000;
		assert_int_equal(tape_put(w, f), 0);
	}
	assert_int_equal(tape_tick(w, *t_ns, &err), 0);
	buf_release(&frames);
}

/* Reads to the end; returns the frames that came, and *ret_told how many FRAME_LOST told of. */
static uint64_t read_all(const struct scratch *s, uint64_t *ret_told)
{
	const struct frame *f;
	struct source *source;
	struct err err = {0};
	uint64_t count = 0;
	int ret;

	*ret_told = 0;
	assert_int_equal(tape_open(s->path, false, &source, &err), 0);
	while ((ret = source_next(source, &f, &err)) == SOURCE_FRAME) {
		if (f->kind == FRAME_LOST)
			*ret_told += ((const struct frame_lost *)f)->count;
		else
			count++;
	}
	assert_int_equal(ret, SOURCE_END);
	source_free(source);
	return count;
}

/* Somebody's `sqlite3 FILE 'select ...' | less`: recording goes on in memory, and what does not
 * fit there is counted. */
static void a_locked_file_loses_only_what_does_not_fit(void **state)
{
	struct scratch *s = *state;
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);
	uint64_t seed = 21, t_ns = SYNTH_START_NS, put = 1, told, lost;
	struct buf session = {0};
	sqlite3 *db;

	assert_non_null(w);
	synth_session(&session, t_ns);
	tape_put(w, (const struct frame *)session.data);
	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT * FROM bounds", 0, 0, 0), SQLITE_OK);
	for (; !tape_lost(w) && put < 2000000; put += 1000)
		put_noise(w, &seed, &t_ns, 1000);
	assert_true(tape_lost(w) > 0);
	assert_int_equal(sqlite3_exec(db, "COMMIT", 0, 0, 0), SQLITE_OK);
	sqlite3_close(db);
	for (int i = 0; i < 5; i++, put += 1000) {
		usleep(300000);
		put_noise(w, &seed, &t_ns, 1000);
	}
	lost = tape_lost(w);
	assert_int_equal(tape_writer_close(w, &err), 0);
	assert_int_equal(read_all(s, &told) + told, put);
	assert_int_equal(told, lost);
	buf_release(&session);
}

static void frames_of_no_size_are_refused(void **state)
{
	struct scratch *s = *state;
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);
	struct frame bad = {.kind = FRAME_TICK, .size = 9};

	assert_int_equal(tape_put(w, &bad), -EINVAL);
	assert_int_equal(tape_writer_close(w, &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_put_comes_back),
		TEST(nothing_is_a_recording_too),
		TEST(segments_are_large_and_told_of),
		TEST(a_tick_makes_it_readable),
		TEST(a_locked_file_loses_only_what_does_not_fit),
		TEST(frames_of_no_size_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
