/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tape/predict.h"
#include "tests/tape/synth.h"

enum { WORKER = SYNTH_WORKER };

struct fixture {
	struct buf frames;
	struct predictor *p;
	size_t at;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.p = predictor_new()};
	buf_reserve(&f.frames, 1 << 17);
	*state = &f;
	return f.p ? predictor_start(f.p, f.frames.data, 1 << 17) : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	predictor_free(f->p);
	buf_release(&f->frames);
	return 0;
}

static const struct frame_msg *msg(struct fixture *f, uint32_t pid, enum msg_dir dir, int32_t chunk)
{
	size_t at = f->frames.len;

	synth_msg(&f->frames, 1000 + at, pid, dir, chunk);
	return (const struct frame_msg *)(f->frames.data + at);
}

/* Takes in the frames that were added; returns the slot of the last. */
static uint16_t learn(struct fixture *f)
{
	const struct frame *frame;
	uint16_t slot = PREDICT_NONE;
	size_t next = f->at;

	while ((frame = synth_next(&f->frames, &next))) {
		slot = predictor_find(f->p, frame);
		if (slot == PREDICT_NONE) {
			slot = predictor_next_slot(f->p);
			assert_int_equal(predictor_add(f->p, (uint32_t)f->at, 0), 0);
		}
		predictor_learn(f->p, slot, (uint32_t)f->at);
		f->at = next;
	}
	return slot;
}

static void what_was_written_first_is_read_first(void **state)
{
	struct fixture *f = *state;
	const struct frame_msg *second;
	struct frame_msg guess;
	uint16_t reads;

	msg(f, SYNTH_PARENT, MSG_WRITE, 1);
	second = msg(f, SYNTH_PARENT, MSG_WRITE, 2);
	msg(f, SYNTH_PARENT, MSG_WRITE, 3);
	msg(f, WORKER, MSG_READ, 1);
	reads = learn(f);
	assert_true(predictor_guess(f->p, reads, &guess));
	assert_int_equal(guess.chunk, 2);
	assert_int_equal(guess.func, second->func);
	assert_int_equal(guess.bytes, second->bytes);
	assert_int_equal(guess.h.pid, WORKER);
	assert_int_equal(guess.dir, MSG_READ);
}

static void what_was_passed_over_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct frame_msg guess;

	for (int32_t chunk = 1; chunk <= 5; chunk++)
		msg(f, SYNTH_PARENT, MSG_WRITE, chunk);
	msg(f, WORKER, MSG_READ, 3);
	assert_true(predictor_guess(f->p, learn(f), &guess));
	assert_int_equal(guess.chunk, 4);
}

static void a_read_that_nobody_wrote_leaves_the_queue(void **state)
{
	struct fixture *f = *state;
	struct frame_msg guess;

	msg(f, SYNTH_PARENT, MSG_WRITE, 1);
	msg(f, WORKER, MSG_READ, 900);
	assert_true(predictor_guess(f->p, learn(f), &guess));
	assert_int_equal(guess.chunk, 1);
}

static void a_result_belongs_to_the_task_that_was_read(void **state)
{
	struct fixture *f = *state;
	struct frame_msg guess;
	uint16_t writes;

	msg(f, WORKER, MSG_READ, 7);
	msg(f, WORKER, MSG_WRITE, 7);
	writes = learn(f);
	msg(f, WORKER, MSG_READ, 31);
	learn(f);
	assert_true(predictor_guess(f->p, writes, &guess));
	assert_int_equal(guess.chunk, 31);
}

static void the_slot_that_came_next_is_expected_again(void **state)
{
	struct fixture *f = *state;
	uint16_t first, second;

	assert_int_equal(predictor_expect(f->p), PREDICT_NONE);
	msg(f, WORKER, MSG_READ, 1);
	first = learn(f);
	msg(f, WORKER, MSG_WRITE, 1);
	second = learn(f);
	msg(f, WORKER, MSG_READ, 2);
	assert_int_equal(learn(f), first);
	assert_int_equal(predictor_expect(f->p), second);
}

static void no_message_has_no_guess(void **state)
{
	struct fixture *f = *state;
	struct frame_msg guess;

	synth_tick(&f->frames, 5, 1);
	assert_false(predictor_guess(f->p, learn(f), &guess));
	assert_int_equal(f->p->t_ns, 5);
}

static void the_oldest_slot_makes_room(void **state)
{
	struct fixture *f = *state;
	struct frame first = {.kind = FRAME_EXEC, .size = 16, .pid = 1};

	for (uint32_t pid = 1; pid <= PREDICT_SLOTS; pid++) {
		struct frame frame = {.kind = FRAME_EXEC, .size = 16, .pid = pid};

		buf_add(&f->frames, &frame, sizeof(frame));
	}
	learn(f);
	assert_int_equal(predictor_find(f->p, &first), 0);
	first.pid = PREDICT_SLOTS + 1;
	buf_add(&f->frames, &first, sizeof(first));
	assert_int_equal(learn(f), 0);
	first.pid = 1;
	assert_int_equal(predictor_find(f->p, &first), PREDICT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_written_first_is_read_first, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_passed_over_is_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_read_that_nobody_wrote_leaves_the_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_result_belongs_to_the_task_that_was_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_slot_that_came_next_is_expected_again, setup, teardown),
		cmocka_unit_test_setup_teardown(no_message_has_no_guess, setup, teardown),
		cmocka_unit_test_setup_teardown(the_oldest_slot_makes_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
