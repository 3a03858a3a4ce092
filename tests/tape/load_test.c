/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings that are damaged, forged or of another version (load.c, tape_reader.c): what comes
 * out is what went in, up to where it says that it is damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "tape/tape_reader.h"
#include "tests/tape/scratch.h"

#define SECOND UINT64_C(1000000000)

static void sql(const struct scratch *s, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
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

static void other_versions_are_refused(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};

	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	sql(s, "PRAGMA user_version=7");
	refuse(s->path, ERR_RECORDING, "version 7");
	buf_release(&frames);
}

/* What a recording could be made to do: tables that are not tables, frames that are others'. */
static void forged_tables_are_refused(void **state)
{
	static const char *const forgeries[] = {
		"ALTER TABLE segment RENAME TO s; CREATE VIEW segment AS SELECT * FROM s",
		"ALTER TABLE segment ADD COLUMN x AS (zeroblob(1<<29))",
		"DROP TABLE segment; CREATE VIRTUAL TABLE segment USING fts5(x)",
		"DROP TABLE bounds",
		"DROP TABLE base",
	};
	struct scratch *s = *state;
	struct buf frames = {0}, file = {0};

	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	scratch_load(s->path, &file);
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		scratch_save(s->path, file.data, file.len);
		sql(s, forgeries[i]);
		refuse(s->path, ERR_RECORDING, "damaged at its start");
	}
	buf_release(&frames);
	buf_release(&file);
}

static void changed_rows_are_damage(void **state)
{
	static const struct {
		const char *sql;
		const char *words;
	} rows[] = {
		{"DELETE FROM segment WHERE id=2", "damaged at segment 2 ("},
		{"DELETE FROM segment WHERE id=3", "damaged at segment 3 ("},
		{"DELETE FROM segment WHERE id=1", "damaged at segment 1, its first"},
		{"UPDATE segment SET packed=zeroblob(50) WHERE id=2", "damaged at segment 2 ("},
		{"UPDATE segment SET last_ns=last_ns+1 WHERE id=3", "damaged at segment 3 ("},
		{"UPDATE bounds SET last_segment=2", "damaged at segment 4 ("},
		{"UPDATE bounds SET checksum=1", "damaged at segment 4 ("},
		{"DELETE FROM bounds", "damaged at segment 4 ("},
		{"DELETE FROM segment", "damaged at segment 1, its first"},
		{"UPDATE segment SET id=-id", "damaged at segment 1, its first"},
	};
	struct scratch *s = *state;
	struct buf frames = {0}, file = {0};

	synth_session(&frames, SYNTH_START_NS);
	for (uint64_t i = 0; i < 40; i++)
		synth_tick(&frames, SYNTH_START_NS + i * SECOND, i);
	scratch_record(s, &frames, NULL);
	scratch_load(s->path, &file);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scratch_save(s->path, file.data, file.len);
		sql(s, rows[i].sql);
		scratch_expect(s, &frames, SCRATCH_PART | SCRATCH_DAMAGED);
		refuse(s->path, ERR_RECORDING, rows[i].words);
	}
	buf_release(&frames);
	buf_release(&file);
}

/* A small file: without the plain tables, and packed together. */
static void record_small(struct scratch *s, struct buf *frames, struct buf *file)
{
	synth_session(frames, SYNTH_START_NS);
	synth_text(frames, SYNTH_START_NS, 1, "python3 etl.py --all");
	for (int32_t i = 0; i < 40; i++)
		synth_msg(
			frames, SYNTH_START_NS + (uint64_t)i * SECOND, SYNTH_PARENT, MSG_WRITE, i);
	scratch_record(s, frames, NULL);
	sql(s, "DROP TABLE session; DROP TABLE pool; DROP TABLE death; DROP TABLE failure;"
	       "DROP TABLE finding; VACUUM");
	scratch_load(s->path, file);
	assert_int_equal(scratch_expect(s, frames, 0), 42);
}

/* Every bit of what is not zero, and of some bytes that are: the frames, or damage. */
static void every_flipped_bit_is_noticed_or_harmless(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0}, file = {0};
	uint64_t damaged = 0, tried = 0;
	int fd;

	record_small(s, &frames, &file);
	fd = open(s->path, O_RDWR);
	for (size_t bit = 0; bit < 8 * file.len; bit++) {
		uint8_t byte = (uint8_t)file.data[bit / 8];
		uint8_t flipped = byte ^ (uint8_t)(1 << bit % 8);

		if (!byte && bit / 8 % 61)
			continue;
		assert_int_equal(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
		damaged += scratch_expect(s, &frames, SCRATCH_PART | SCRATCH_DAMAGED) < 42;
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
		tried++;
	}
	print_message("# %llu bits, %llu of them damage\n", (unsigned long long)tried,
		(unsigned long long)damaged);
	assert_true(damaged > 5000);
	close(fd);
	buf_release(&frames);
	buf_release(&file);
}

/* Every length within the last page, and some of the others: all the frames, or damage. */
static void every_cut_is_noticed(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0}, file = {0};
	size_t longest = 0;

	record_small(s, &frames, &file);
	for (size_t len = 0; len < file.len;) {
		size_t count;

		scratch_save(s->path, file.data, len);
		count = scratch_expect(s, &frames, SCRATCH_DAMAGED);
		longest = count > longest ? count : longest;
		len += len < 100 || len + 4096 >= file.len ? 1 : 9;
	}
	assert_true(longest >= 17);
	buf_release(&frames);
	buf_release(&file);
}

static void any_damage_is_survived(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0}, file = {0};
	uint64_t seed = 31;

	record_small(s, &frames, &file);
	for (int round = 0; round < 600; round++) {
		struct buf bad = {0};
		uint64_t changes = 1 + synth_random(&seed) % 40;
		/* Some of them all in one page, some everywhere. */
		size_t start = synth_random(&seed) % 3 ? synth_random(&seed) % file.len : 0;
		size_t span = start && file.len - start > 64 ? 64 : file.len - start;

		buf_add(&bad, file.data, file.len);
		for (; changes; changes--)
			bad.data[start + synth_random(&seed) % span] = (char)synth_random(&seed);
		scratch_save(s->path, bad.data, bad.len);
		scratch_expect(s, &frames, SCRATCH_DAMAGED);
		buf_release(&bad);
	}
	buf_release(&frames);
	buf_release(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(other_versions_are_refused),
		TEST(forged_tables_are_refused),
		TEST(changed_rows_are_damage),
		TEST(every_flipped_bit_is_noticed_or_harmless),
		TEST(every_cut_is_noticed),
		TEST(any_damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
