/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "tape/base.h"
#include "tests/tape/synth.h"

static uint32_t count(const struct buf *frames, uint16_t kind)
{
	const struct frame *f;
	uint32_t n = 0;
	size_t at = 0;

	while ((f = synth_next(frames, &at)))
		n += !kind || f->kind == kind;
	return n;
}

static const struct frame *nth(const struct buf *frames, uint16_t kind, uint32_t n)
{
	const struct frame *f;
	size_t at = 0;

	while ((f = synth_next(frames, &at)))
		if (f->kind == kind && n-- == 0)
			return f;
	return NULL;
}

static void messages_and_sums_go(void **state)
{
	struct synth s = {
		.seed = 1, .tasks_per_s = 50, .run_ns = 1000000, .workers = 2, .seconds = 3};
	struct buf frames = {0};

	(void)state;
	synth_pool(&frames, &s);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(((const struct frame *)frames.data)->kind, FRAME_SESSION);
	assert_int_equal(count(&frames, FRAME_TEXT), 6);
	assert_int_equal(count(&frames, FRAME_FORK), 2);
	assert_int_equal(count(&frames, FRAME_PROC), 2);
	assert_int_equal(count(&frames, FRAME_PIPE), 4);
	assert_int_equal(count(&frames, 0), 15);
	buf_release(&frames);
}

static void the_gone_go_and_the_living_stay(void **state)
{
	struct buf frames = {0};

	(void)state;
	synth_session(&frames, 1);
	synth_process(&frames, 10, 100);
	synth_process(&frames, 20, 101);
	synth_exit(&frames, 30, 100);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(count(&frames, 0), 5);
	assert_int_equal(((const struct frame_fork *)nth(&frames, FRAME_FORK, 0))->child, 101);
	assert_int_equal(nth(&frames, FRAME_PROC, 0)->pid, 101);
	buf_release(&frames);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	struct buf frames = {0};

	(void)state;
	synth_process(&frames, 10, 100);
	synth_exit(&frames, 30, 100);
	synth_process(&frames, 40, 100);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(count(&frames, 0), 4);
	assert_int_equal(nth(&frames, FRAME_FORK, 0)->t_ns, 40);
	buf_release(&frames);
}

static void the_newest_of_a_process_and_the_first_of_a_text(void **state)
{
	struct buf frames = {0};
	struct frame_proc proc = {.h = {.kind = FRAME_PROC, .size = sizeof(proc), .pid = 7}};

	(void)state;
	synth_text(&frames, 1, 3, "one");
	proc.cmd = 3;
	buf_add(&frames, &proc, sizeof(proc));
	synth_text(&frames, 2, 4, "two");
	proc.cmd = 4;
	buf_add(&frames, &proc, sizeof(proc));
	synth_text(&frames, 9, 3, "one");
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(count(&frames, 0), 3);
	assert_int_equal(nth(&frames, FRAME_TEXT, 0)->t_ns, 1);
	assert_int_equal(((const struct frame_proc *)nth(&frames, FRAME_PROC, 0))->cmd, 4);
	buf_release(&frames);
}

static void add_lost(struct buf *frames, uint64_t n, uint64_t from, uint64_t to, uint32_t where)
{
	struct frame_lost f = {
		.h = {.kind = FRAME_LOST, .size = sizeof(f), .t_ns = to},
		.count = n,
		.from_ns = from,
		.to_ns = to,
		.where = where,
	};

	buf_add(frames, &f, sizeof(f));
}

static void losses_add_up(void **state)
{
	struct buf frames = {0};
	const struct frame_lost *ring, *stream;

	(void)state;
	add_lost(&frames, 5, 100, 200, LOST_RING);
	add_lost(&frames, 1, 50, 60, LOST_STREAM);
	add_lost(&frames, 7, 300, 400, LOST_RING);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	add_lost(&frames, 2, 500, 600, LOST_RING);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(count(&frames, 0), 2);
	ring = (const struct frame_lost *)nth(&frames, FRAME_LOST, 0);
	stream = (const struct frame_lost *)nth(&frames, FRAME_LOST, 1);
	assert_int_equal(ring->where, LOST_RING);
	assert_int_equal(ring->count, 14);
	assert_int_equal(ring->from_ns, 100);
	assert_int_equal(ring->to_ns, 600);
	assert_int_equal(stream->where, LOST_STREAM);
	assert_int_equal(stream->count, 1);
	buf_release(&frames);
}

static void too_many_texts_go_and_are_counted(void **state)
{
	struct buf frames = {0};
	const struct frame_lost *lost;

	(void)state;
	synth_session(&frames, 1);
	for (uint32_t id = 1; id <= 100; id++)
		synth_text(&frames, id, id, "some text of forty bytes or so, all told");
	assert_int_equal(base_compact(&frames, 4000), 0);
	assert_true(frames.len <= 4000 + sizeof(struct frame_lost));
	lost = (const struct frame_lost *)nth(&frames, FRAME_LOST, 0);
	assert_non_null(lost);
	assert_int_equal(lost->where, LOST_TEXT);
	assert_int_equal(lost->count + count(&frames, FRAME_TEXT), 100);
	assert_int_equal(
		((const struct frame_text *)nth(&frames, FRAME_TEXT, 0))->id, lost->count + 1);
	buf_release(&frames);
}

static void any_frames_are_survived(void **state)
{
	struct buf frames = {0};
	uint64_t seed = 11;
	size_t before;

	(void)state;
	synth_noise(&frames, &seed, 5000);
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	before = frames.len;
	assert_int_equal(base_compact(&frames, BASE_MAX), 0);
	assert_int_equal(frames.len, before);
	buf_release(&frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_and_sums_go),
		cmocka_unit_test(the_gone_go_and_the_living_stay),
		cmocka_unit_test(a_pid_that_is_used_again_is_another_process),
		cmocka_unit_test(the_newest_of_a_process_and_the_first_of_a_text),
		cmocka_unit_test(losses_add_up),
		cmocka_unit_test(too_many_texts_go_and_are_counted),
		cmocka_unit_test(any_frames_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
