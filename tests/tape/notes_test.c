/* SPDX-License-Identifier: GPL-2.0-only */
/* The plain tables of a recording say what the model says, and are written only when it changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session/session.h"
#include "tape/notes.h"
#include "tests/support/history.h"
#include "tests/tape/scratch.h"

struct fixture {
	struct scratch *scratch;
	struct tape_writer *w;
	struct history history;
	struct session session;
	sqlite3 *db;
};

static int setup(void **state)
{
	static struct fixture f;
	struct err err;

	memset(&f, 0, sizeof(f));
	if (scratch_setup(state) < 0)
		return -1;
	f.scratch = *state;
	*state = &f;
	f.w = tape_writer_new(f.scratch->path, NULL, &err);
	history_init(&f.history);
	return f.w && session_init(&f.session) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *scratch = f->scratch;
	struct err err;

	sqlite3_close(f->db);
	tape_writer_close(f->w, &err);
	session_release(&f->session);
	history_release(&f->history);
	return scratch_teardown(&scratch);
}

static void tell_lively(struct fixture *f)
{
	history_lively(&f->history);
	assert_int_equal(history_feed(&f->history, NULL, &f->session), 0);
}

static void note(struct fixture *f)
{
	struct err err;

	assert_int_equal(tape_note(f->w, &f->session.model, &err), 0);
}

/* All is written; the file can be asked. */
static void finish(struct fixture *f)
{
	struct err err;

	assert_int_equal(tape_writer_close(f->w, &err), 0);
	f->w = NULL;
	assert_int_equal(sqlite3_open(f->scratch->path, &f->db), SQLITE_OK);
}

/* The first column of the first row as text; "(none)" and "NULL" where that is so. */
static void expect(struct fixture *f, const char *sql, const char *answer)
{
	const char *text = "(none)";
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->db));
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		text = text ? text : "NULL";
	}
	if (strcmp(text, answer))
		fail_msg("%s: %s, not %s", sql, text, answer);
	sqlite3_finalize(stmt);
}

static void expect_number(struct fixture *f, const char *sql, uint64_t number)
{
	char answer[24];

	snprintf(answer, sizeof(answer), "%llu", (unsigned long long)number);
	expect(f, sql, answer);
}

static void the_death_is_told(void **state)
{
	struct fixture *f = *state;
	const struct death *d;

	tell_lively(f);
	d = &f->session.model.pools[0].deaths[0];
	note(f);
	finish(f);
	expect(f, "SELECT count(*) FROM death", "1");
	expect(f, "SELECT pid||' '||end_kind||' '||signal FROM death", "4303 signal SIGKILL");
	expect(f, "SELECT sender_pid||' '||sender_comm FROM death", "900 bash");
	expect(f, "SELECT function FROM death", "etl.transform");
	assert_true(d->hand.has);
	expect_number(f, "SELECT job FROM death", (uint64_t)d->hand.key.job);
	expect_number(f, "SELECT chunk FROM death", (uint64_t)d->hand.key.chunk);
	expect(f, "SELECT replaced_by FROM death", "4310");
	expect(f, "SELECT exit_code FROM death", "NULL");
	expect(f, "SELECT oom_limit_bytes FROM death", "NULL");
	expect_number(f, "SELECT t_ns FROM death", d->t_ns);
	expect_number(f, "SELECT age_ns FROM death", d->age_ns);
	expect(f, "SELECT consequence FROM death", *d->consequence ? d->consequence : "NULL");
	expect(f, "SELECT count(*)||' '||max(depth)||' '||min(source) FROM death_frame",
		"6 5 at-death");
	expect(f, "SELECT function||' '||file||':'||line FROM death_frame WHERE depth=0",
		"Table.merge /srv/etl/tables.py:212");
}

static void pools_failures_and_the_session_are_told(void **state)
{
	struct fixture *f = *state;
	const struct pool *p;

	tell_lively(f);
	p = &f->session.model.pools[0];
	note(f);
	finish(f);
	expect(f, "SELECT kind||' '||pid||' '||start_method FROM pool", "Pool 4242 fork");
	expect_number(f, "SELECT done FROM pool", p->totals.done);
	expect_number(f, "SELECT out_bytes FROM pool", p->totals.bytes_out);
	expect_number(f, "SELECT run_p99_ns FROM pool", hist_percentile(&p->run, 99));
	expect(f, "SELECT ended_ns FROM pool", "NULL");
	expect_number(f, "SELECT count(*) FROM failure", p->failures_count);
	expect(f, "SELECT exception||' '||function FROM failure", "ValueError etl.load");
	expect_number(f, "SELECT sum(count) FROM failure", 2);
	expect(f, "SELECT mode||' '||is_done FROM session", "bpf 0");
	expect_number(f, "SELECT count(*) FROM finding", p->findings_count);
}

/* Waits until what was handed over is written. */
static void settle(struct fixture *f)
{
	uint64_t t_ns = f->session.model.now_ns;
	struct err err;

	for (int i = 0; i < 500 && !tape_wants_notes(f->w); i++) {
		tape_tick(f->w, t_ns += HISTORY_S, &err);
		usleep(2000);
	}
	assert_true(tape_wants_notes(f->w));
}

static void what_has_not_changed_is_not_written(void **state)
{
	struct fixture *f = *state;

	tell_lively(f);
	note(f);
	assert_false(tape_wants_notes(f->w));
	settle(f);
	note(f);
	assert_true(tape_wants_notes(f->w));
}

static void what_changed_is_written_again(void **state)
{
	static const struct history_task task = {.job = 90, .func = "etl.more", .bytes_out = 10};
	struct fixture *f = *state;
	size_t at = 0;
	uint64_t sent;

	history_lively(&f->history);
	assert_int_equal(history_feed(&f->history, &at, &f->session), 0);
	note(f);
	settle(f);
	sent = f->session.model.pools[0].totals.sent;
	history_send(&f->history, &history_lively_pool, &task);
	history_tick(&f->history);
	assert_int_equal(history_feed(&f->history, &at, &f->session), 0);
	note(f);
	assert_false(tape_wants_notes(f->w));
	finish(f);
	expect_number(f, "SELECT sent FROM pool", sent + 1);
	expect(f, "SELECT count(*) FROM pool", "1");
	expect(f, "SELECT count(*) FROM death", "1");
}

/* As long as the disk has not taken the last ones there are no more. */
static void notes_wait_for_the_disk(void **state)
{
	struct fixture *f = *state;

	tell_lively(f);
	note(f);
	f->session.model.lost_records++;
	note(f);
	settle(f);
	note(f);
	finish(f);
	expect(f, "SELECT lost_records FROM session", "1");
}

/* Their functions are known last: two rows were of one kind, and the third moves up. */
static void failures_may_turn_out_to_be_of_one_kind(void **state)
{
	static const char *const what[] = {"KeyError", "'x'", "Traceback"};
	static const struct history_pool pool = {.pid = 10, .task_ino = 5, .result_ino = 6};
	static const struct history_task sent[] = {{.job = 1, .func = "etl.one"},
		{.job = 1, .chunk = 1, .func = "etl.one"},
		{.job = 1, .chunk = 2, .func = "etl.two"}};
	struct fixture *f = *state;
	struct history *h = &f->history;
	size_t at = 0;

	history_session(h, MODE_BPF);
	history_found(h, 10, 1, "python3 job.py", "3.11.7");
	history_start_pool(h, &pool, 11, 1);
	history_send(h, &pool, &sent[0]);
	for (int i = 0; i < 3; i++) {
		struct history_task blind = {.job = 1, .chunk = i};

		history_take(h, &pool, 11, &blind);
		history_raise(h, &pool, 11, &blind, what);
	}
	history_tick(h);
	assert_int_equal(history_feed(h, &at, &f->session), 0);
	assert_int_equal(f->session.model.pools[0].failures_count, 3);
	note(f);
	settle(f);
	history_send(h, &pool, &sent[1]);
	history_send(h, &pool, &sent[2]);
	history_tick(h);
	assert_int_equal(history_feed(h, &at, &f->session), 0);
	note(f);
	finish(f);
	expect(f,
		"SELECT group_concat(id||' '||ifnull(function, '-')||' '||count, ', ')"
		" FROM (SELECT * FROM failure ORDER BY id)",
		"1 etl.one 2, 2 etl.two 1");
}

static void quotes_are_quoted(void **state)
{
	static const char *const what[] = {
		"Value'Error", "'); DROP TABLE death; --", "line 1\nline '2'"};
	static const struct history_pool pool = {.pid = 10, .task_ino = 5, .result_ino = 6};
	static const struct history_task task = {.job = 1, .func = "a'b\"c", .bytes_out = 10};
	struct fixture *f = *state;
	struct history *h = &f->history;

	history_session(h, MODE_BPF);
	history_found(h, 10, 1, "python3 it's.py", "3.11.7");
	history_start_pool(h, &pool, 11, 2);
	history_send(h, &pool, &task);
	history_take(h, &pool, 11, &task);
	history_raise(h, &pool, 11, &task, what);
	history_return(h, &pool, &task);
	history_tick(h);
	assert_int_equal(history_feed(h, NULL, &f->session), 0);
	note(f);
	finish(f);
	expect(f, "SELECT message FROM failure", what[1]);
	expect(f, "SELECT traceback FROM failure", what[2]);
	expect(f, "SELECT command FROM pool", "python3 it's.py");
	expect(f, "SELECT count(*) FROM death", "0");
}

static void a_model_of_nothing_has_no_rows(void **state)
{
	struct fixture *f = *state;

	note(f);
	finish(f);
	expect(f, "SELECT * FROM session", "(none)");
	expect(f, "SELECT * FROM pool", "(none)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_death_is_told),
		TEST(pools_failures_and_the_session_are_told),
		TEST(failures_may_turn_out_to_be_of_one_kind),
		TEST(what_has_not_changed_is_not_written),
		TEST(what_changed_is_written_again),
		TEST(notes_wait_for_the_disk),
		TEST(quotes_are_quoted),
		TEST(a_model_of_nothing_has_no_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
