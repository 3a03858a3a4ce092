/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that are there already, and disks that do not want any. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/tape/scratch.h"

static void refuse(const char *path, const struct tape_opts *opts, const char *words)
{
	struct err err = {0};

	assert_null(tape_writer_new(path, opts, &err));
	if (!strstr(err.text, words) || !strstr(err.text, path))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void what_is_there_is_left_alone(void **state)
{
	const struct tape_opts replace = {.replace = true};
	struct scratch *s = *state;
	struct buf frames = {0}, after = {0};

	refuse(s->folder, &replace, "Is a directory");
	refuse("/dev/null", &replace, "no regular file");
	refuse("/nowhere/at/all", &replace, "No such file");
	scratch_save(s->path, "precious", 8);
	refuse(s->path, &replace, "no recording");
	scratch_load(s->path, &after);
	assert_int_equal(after.len, 8);
	unlink(s->path);
	scratch_frames(&frames);
	scratch_record(s, &frames, NULL);
	refuse(s->path, NULL, "there already");
	scratch_expect(s, &frames, 0);
	scratch_record(s, &frames, &replace);
	scratch_expect(s, &frames, 0);
	buf_release(&frames);
	buf_release(&after);
}

static void an_empty_file_is_taken(void **state)
{
	struct scratch *s = *state;
	struct buf frames = {0};

	scratch_frames(&frames);
	scratch_save(s->path, "", 0);
	scratch_record(s, &frames, NULL);
	scratch_expect(s, &frames, 0);
	buf_release(&frames);
}

static void two_writers_cannot_share_a_file(void **state)
{
	const struct tape_opts replace = {.replace = true};
	struct scratch *s = *state;
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);

	assert_non_null(w);
	refuse(s->path, &replace, "another pooltop");
	assert_int_equal(tape_writer_close(w, &err), 0);
}

static void odd_names_are_files(void **state)
{
	static const char *const names[] = {":memory:", "file:x?mode=memory", "a b%20c", "-x"};
	struct scratch *s = *state;
	struct err err = {0};

	assert_int_equal(chdir(s->folder), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(tape_writer_close(tape_writer_new(names[i], NULL, &err), &err), 0);
		assert_int_equal(access(names[i], R_OK), 0);
	}
	assert_int_equal(chdir("/"), 0);
}

/* Records until the disk refuses. The line must say the words; returns an exit status. */
static int record_until(struct scratch *s, const char *words)
{
	struct synth some = {.seed = 8, .tasks_per_s = 3000, .run_ns = 90000, .workers = 3};
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, NULL, &err);
	struct buf frames = {0};
	const struct frame *f;
	size_t at = 0, count;
	int ret = 0;

	some.seconds = 30;
	if (!w)
		return strstr(err.text, words) ? 0 : (fprintf(stderr, "# %s\n", err.text), 1);
	synth_pool(&frames, &some);
	while ((f = synth_next(&frames, &at)) && ret == 0) {
		tape_put(w, f);
		ret = tape_tick(w, f->t_ns, &err);
		if (f->kind == FRAME_TICK)
			usleep(20000);
	}
	if (tape_writer_close(w, &err) >= 0 || !strstr(err.text, words) ||
		!strstr(err.text, s->path)) {
		fprintf(stderr, "# not \"%s\": %s\n", words, err.text);
		return 1;
	}
	count = scratch_expect(s, &frames, SCRATCH_PART);
	buf_release(&frames);
	return count > 1000 ? 0 : 2;
}

static int on_a_full_disk(struct scratch *s)
{
	if (!scratch_mount(s, "size=256k"))
		return SCRATCH_SKIP;
	return record_until(s, "no space is left");
}

static int below_a_size_limit(struct scratch *s)
{
	const struct rlimit limit = {.rlim_cur = 200000, .rlim_max = 200000};

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	return record_until(s, "ulimit -f");
}

static int on_a_read_only_disk(struct scratch *s)
{
	if (!scratch_mount(s, "size=1m") || !scratch_remount_read_only(s))
		return SCRATCH_SKIP;
	return record_until(s, "Read-only file system");
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

static void a_full_disk_is_one_line(void **state)
{
	run_child(*state, on_a_full_disk);
}

static void a_size_limit_is_one_line(void **state)
{
	run_child(*state, below_a_size_limit);
}

static void a_read_only_disk_is_one_line(void **state)
{
	run_child(*state, on_a_read_only_disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_there_is_left_alone),
		TEST(an_empty_file_is_taken),
		TEST(two_writers_cannot_share_a_file),
		TEST(odd_names_are_files),
		TEST(a_full_disk_is_one_line),
		TEST(a_size_limit_is_one_line),
		TEST(a_read_only_disk_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
