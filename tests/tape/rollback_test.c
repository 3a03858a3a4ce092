/* SPDX-License-Identifier: GPL-2.0-only */
/* A writer that was killed in the middle of a commit left its journal: the recording reads as it
 * was before, and nobody writes a byte. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
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

struct wreck {
	struct scratch *s;
	char journal_path[128];
	struct buf frames;
	struct buf file, journal; /* as they were left */
};

/* Changes much, has it written to the file, and dies. */
static void die_in_a_commit(const struct scratch *s)
{
	sqlite3 *db;

	sqlite3_open(s->path, &db);
	sqlite3_exec(db,
		"PRAGMA journal_mode=TRUNCATE; PRAGMA cache_size=1; PRAGMA cache_spill=1;"
		"BEGIN IMMEDIATE; UPDATE segment SET packed=randomblob(20000);"
		"DELETE FROM bounds; UPDATE segment SET id=-id; DELETE FROM segment WHERE id<-1;"
		"CREATE TABLE t(x); INSERT INTO t VALUES(randomblob(100000))",
		NULL, NULL, NULL);
	raise(SIGKILL);
}

static int setup(void **state)
{
	static struct wreck w;
	pid_t pid;

	w = (struct wreck){0};
	if (scratch_setup(state) < 0)
		return -1;
	w.s = *state;
	*state = &w;
	snprintf(w.journal_path, sizeof(w.journal_path), "%s-journal", w.s->path);
	scratch_frames(&w.frames);
	scratch_record(w.s, &w.frames, NULL);
	pid = fork();
	if (!pid)
		die_in_a_commit(w.s);
	waitpid(pid, NULL, 0);
	scratch_load(w.s->path, &w.file);
	scratch_load(w.journal_path, &w.journal);
	return 0;
}

static int teardown(void **state)
{
	struct wreck *w = *state;
	void *scratch = w->s;

	buf_release(&w->frames);
	buf_release(&w->file);
	buf_release(&w->journal);
	return scratch_teardown(&scratch);
}

static void expect_same(const char *path, const struct buf *before)
{
	struct buf after = {0};

	scratch_load(path, &after);
	assert_int_equal(after.len, before->len);
	assert_memory_equal(after.data, before->data, before->len);
	buf_release(&after);
}

static void it_reads_as_before_and_nothing_is_written(void **state)
{
	struct wreck *w = *state;

	assert_true(w->journal.len > 512);
	scratch_expect(w->s, &w->frames, 0);
	expect_same(w->s->path, &w->file);
	expect_same(w->journal_path, &w->journal);
}

static void without_the_journal_it_is_damaged(void **state)
{
	struct wreck *w = *state;

	unlink(w->journal_path);
	assert_int_equal(scratch_expect(w->s, &w->frames, SCRATCH_PART | SCRATCH_DAMAGED), 0);
}

static int read_without_permission(struct scratch *s)
{
	struct source *source;
	struct err err = {0};

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return SCRATCH_SKIP;
	if (tape_open(s->path, false, &source, &err) >= 0)
		return 1;
	return !strstr(err.text, "recording-journal");
}

static void a_journal_that_cannot_be_read_is_named(void **state)
{
	struct wreck *w = *state;
	int status;

	chmod(w->s->folder, 0755);
	chmod(w->s->path, 0644);
	chmod(w->journal_path, 0);
	status = scratch_child(read_without_permission, w->s);
	if (status == SCRATCH_SKIP) {
		print_message("# SKIP needs root\n");
		skip();
	}
	assert_int_equal(status, 0);
}

/* Cut or flipped anywhere: a prefix of the frames, and what is not all of them is damage. */
static void a_damaged_journal_is_survived(void **state)
{
	struct wreck *w = *state;
	uint64_t seed = 5;

	for (int i = 0; i < 400; i++) {
		size_t at = synth_random(&seed) % (i % 2 ? 64 : w->journal.len);
		uint8_t byte = (uint8_t)w->journal.data[at];

		if (i % 4 == 0) {
			scratch_save(w->journal_path, w->journal.data, at);
		} else {
			w->journal.data[at] = (char)(byte ^ (1 << synth_random(&seed) % 8));
			scratch_save(w->journal_path, w->journal.data, w->journal.len);
			w->journal.data[at] = (char)byte;
		}
		scratch_expect(w->s, &w->frames, SCRATCH_DAMAGED);
	}
}

/* An empty journal is what a writer between two commits leaves. */
static void an_empty_journal_is_none(void **state)
{
	struct wreck *w = *state;
	const struct tape_opts replace = {.replace = true};

	unlink(w->s->path);
	scratch_record(w->s, &w->frames, &replace);
	scratch_save(w->journal_path, "", 0);
	scratch_expect(w->s, &w->frames, 0);
}

/* A new recording of the same name must not meet the old one's journal. */
static void a_new_recording_removes_it(void **state)
{
	struct wreck *w = *state;

	unlink(w->s->path);
	scratch_record(w->s, &w->frames, NULL);
	assert_int_equal(access(w->journal_path, F_OK), -1);
	scratch_expect(w->s, &w->frames, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_reads_as_before_and_nothing_is_written),
		TEST(without_the_journal_it_is_damaged),
		TEST(a_journal_that_cannot_be_read_is_named),
		TEST(a_damaged_journal_is_survived),
		TEST(an_empty_journal_is_none),
		TEST(a_new_recording_removes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
