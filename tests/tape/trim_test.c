/* SPDX-License-Identifier: GPL-2.0-only */
/* --keep: what is old goes, and the rest can be replayed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "tape/tape_reader.h"
#include "tests/tape/scratch.h"

#define SECOND UINT64_C(1000000000)

static void record_minutes(struct scratch *s, const struct tape_opts *opts, uint32_t minutes)
{
	struct synth some = {.seed = 6, .tasks_per_s = 100, .run_ns = 3000000, .workers = 2};
	struct buf frames = {0};

	some.seconds = minutes * 60;
	synth_pool(&frames, &some);
	synth_process(&frames, SYNTH_START_NS + minutes * 60 * SECOND, 9999);
	scratch_record(s, &frames, opts);
	buf_release(&frames);
}

static void count_kinds(const struct scratch *s, uint64_t counts[40], uint64_t *ret_oldest_ns)
{
	const struct frame *f;
	struct source *source;
	struct err err = {0};
	int ret;

	*ret_oldest_ns = UINT64_MAX;
	memset(counts, 0, 40 * sizeof(*counts));
	assert_int_equal(tape_open(s->path, false, &source, &err), 0);
	while ((ret = source_next(source, &f, &err)) == SOURCE_FRAME) {
		counts[f->kind % 40]++;
		if (f->kind == FRAME_MSG && f->t_ns < *ret_oldest_ns)
			*ret_oldest_ns = f->t_ns;
	}
	if (ret < 0)
		fail_msg("%s", err.text);
	source_free(source);
}

static void old_segments_go_by_age(void **state)
{
	const struct tape_opts opts = {.keep_ns = 60 * SECOND};
	struct scratch *s = *state;
	uint64_t counts[40], oldest_ns;

	record_minutes(s, &opts, 5);
	count_kinds(s, counts, &oldest_ns);
	assert_true(oldest_ns >= SYNTH_START_NS + (240 - 4 - 16) * SECOND);
	assert_true(oldest_ns <= SYNTH_START_NS + 240 * SECOND);
	assert_true(counts[FRAME_MSG] >= 60 * 400);
	assert_int_equal(counts[FRAME_SESSION], 1);
	assert_int_equal(counts[FRAME_TEXT], 6);
	assert_int_equal(counts[FRAME_FORK], 3);
	assert_int_equal(counts[FRAME_PIPE], 6);
}

static void old_segments_go_by_size(void **state)
{
	const struct tape_opts opts = {.keep_bytes = TAPE_KEEP_MIN};
	struct scratch *s = *state;
	uint64_t counts[40], oldest_ns;
	struct stat st;

	record_minutes(s, &opts, 28);
	assert_int_equal(stat(s->path, &st), 0);
	if (st.st_size > TAPE_KEEP_MIN + 100 * 1024 || st.st_size < TAPE_KEEP_MIN / 2)
		fail_msg("the file has %lld bytes", (long long)st.st_size);
	count_kinds(s, counts, &oldest_ns);
	assert_true(oldest_ns > SYNTH_START_NS + 20 * SECOND);
	assert_int_equal(counts[FRAME_SESSION], 1);
	assert_int_equal(counts[FRAME_FORK], 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_segments_go_by_age),
		TEST(old_segments_go_by_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
