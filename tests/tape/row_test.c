/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "tape/row.h"
#include "tests/tape/synth.h"

struct fixture {
	sqlite3 *db;
	struct packer *packer;
	struct buf frames;
	struct row row;
};

static int setup(void **state)
{
	static struct fixture f;
	const struct frame *frame;
	size_t at = 0;

	f = (struct fixture){.packer = packer_new(), .row = {.id = 4, .previous = 99}};
	synth_session(&f.frames, SYNTH_START_NS);
	synth_tick(&f.frames, SYNTH_START_NS + 50, 1);
	synth_msg(&f.frames, SYNTH_START_NS + 20, SYNTH_PARENT, MSG_WRITE, 0);
	while ((frame = synth_next(&f.frames, &at)))
		row_count(&f.row, frame);
	*state = &f;
	return sqlite3_open(":memory:", &f.db) ||
	       sqlite3_exec(f.db, ROW_TABLE("segment") ";" BOUNDS_TABLE, NULL, NULL, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	packer_free(f->packer);
	buf_release(&f->frames);
	return sqlite3_close(f->db);
}

static void counts_what_it_holds(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(f->row.frames, 3);
	assert_int_equal(f->row.structural, 1);
	assert_int_equal(f->row.bytes, f->frames.len);
	assert_int_equal(f->row.first_ns, SYNTH_START_NS);
	assert_int_equal(f->row.last_ns, SYNTH_START_NS + 50);
}

static sqlite3_stmt *prepare(struct fixture *f, const char *sql)
{
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL), SQLITE_OK);
	return stmt;
}

static void put(struct fixture *f)
{
	sqlite3_stmt *stmt =
		prepare(f, "INSERT INTO segment(" ROW_COLUMNS ") VALUES(" ROW_VALUES ")");

	assert_int_equal(row_pack(&f->row, ROW_SEGMENT, f->packer, f->frames.data), 0);
	row_bind(&f->row, stmt);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* Reads the row as if it were of `table`, and unpacks it. */
static int get(struct fixture *f, enum row_table table, void *frames)
{
	sqlite3_stmt *stmt = prepare(f, "SELECT " ROW_COLUMNS " FROM segment");
	struct row row;
	int ret;

	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	ret = row_read(&row, stmt);
	if (ret == 0)
		ret = row_unpack(&row, table, f->packer, frames);
	sqlite3_finalize(stmt);
	return ret;
}

static void comes_back_from_a_table(void **state)
{
	static uint64_t frames[SEGMENT_MAX / 8];
	struct fixture *f = *state;

	put(f);
	assert_int_equal(get(f, ROW_SEGMENT, frames), 0);
	assert_memory_equal(frames, f->frames.data, f->frames.len);
	assert_int_equal(get(f, ROW_BASE, frames), -EBADMSG);
}

static void no_column_can_change(void **state)
{
	static const char *const changes[] = {
		"id=id+1",
		"first_ns=first_ns+1",
		"last_ns=last_ns-1",
		"first_wall_ns=1",
		"frames=frames-1",
		"frames=-1",
		"frames=4000000000",
		"structural_frames=2",
		"structural_frames=-2",
		"frames_bytes=frames_bytes-8",
		"frames_bytes=-8",
		"frames_bytes=1<<40",
		"previous_checksum=98",
		"checksum=checksum+1",
		"packed=NULL",
		"packed=x''",
		"packed='text'",
		"packed=substr(packed,2)",
	};
	static uint64_t frames[SEGMENT_MAX / 8];
	struct fixture *f = *state;

	put(f);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		char sql[100] = "UPDATE segment SET ";

		strcat(sql, changes[i]);
		sqlite3_exec(f->db, "BEGIN", NULL, NULL, NULL);
		assert_int_equal(sqlite3_exec(f->db, sql, NULL, NULL, NULL), SQLITE_OK);
		if (get(f, ROW_SEGMENT, frames) != -EBADMSG)
			fail_msg("%s went unnoticed", changes[i]);
		sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
	}
}

static void bounds_are_summed(void **state)
{
	static const struct bounds written = {
		.base_rows = 2, .first = 5, .last = 9, .last_frames = 7};
	struct fixture *f = *state;
	struct bounds b = {0};
	sqlite3_stmt *stmt = prepare(f, "SELECT ?,?,?,?,?");
	int64_t numbers[] = {2, 5, 9, 7, (int64_t)bounds_sum(&written)};

	for (int change = -1; change < 5; change++) {
		for (int i = 0; i < 5; i++)
			sqlite3_bind_int64(stmt, i + 1, numbers[i] ^ (i == change ? 4 : 0));
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_int_equal(bounds_read(&b, stmt), change < 0 ? 0 : -EBADMSG);
		sqlite3_reset(stmt);
		assert_int_equal(b.last, 9);
	}
	sqlite3_finalize(stmt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_what_it_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_back_from_a_table, setup, teardown),
		cmocka_unit_test_setup_teardown(no_column_can_change, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_are_summed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
