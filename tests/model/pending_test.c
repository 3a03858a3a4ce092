/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages that wait for somebody to claim them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_pool elsewhere = {.pid = 7, .task_ino = 1, .result_ino = 2};

static struct history_task nth(int n)
{
	return (struct history_task){.job = n, .func = "job.work", .bytes_out = 10};
}

static void only_what_a_pool_writes_waits(void **state)
{
	struct story *t = *state;
	struct frame_msg own = {.h = {FRAME_MSG, sizeof(own), 7, 0}, .ino = 1, .dir = MSG_WRITE};

	for (int shape = 0; shape < 256; shape++) {
		own.shape = (uint8_t)shape;
		history_add(&t->h, &own);
	}
	story_tell(t);
	for (uint32_t i = 0; i < model_pending(&t->s.model); i++) {
		const struct frame_msg *f = model_pending_at(&t->s.model, i);

		assert_false(message_is_plain(f));
		assert_true(f->shape != SHAPE_EMPTY && f->shape <= SHAPE_OBJECT);
	}
	assert_int_equal(model_pending(&t->s.model), 7);
}

static void newest_are_kept(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	for (int n = 0; n < MODEL_PENDING + 30; n++) {
		struct history_task one = nth(n);

		history_send(&t->h, &elsewhere, &one);
	}
	story_tell(t);
	assert_int_equal(model_pending(m), MODEL_PENDING);
	assert_int_equal(m->dropped.messages, 30);
	assert_int_equal(model_pending_at(m, 0)->job, 30);
	assert_int_equal(model_pending_at(m, MODEL_PENDING - 1)->job, MODEL_PENDING + 29);
}

/* The pipe got its number again, long after: what was written before is not of this pool. */
static void old_messages_are_not_claimed(void **state)
{
	struct story *t = *state;
	const struct history_pool same = {.pid = 100, .task_ino = 5001, .result_ino = 5002};
	struct history_task old = nth(1), now = nth(2);
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_send(&t->h, &same, &old);
	history_wait(&t->h, 61 * HISTORY_S);
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &same, &now);
	history_run(&t->h, &same, 101, &now, HISTORY_MS);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->jobs[0].id, 2);
	assert_int_equal(model_pending(&t->s.model), 0);
}

/* Others' messages stay in their order when some are claimed from among them. */
static void others_stay_in_order(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_parent(t, MODE_BPF);
	for (int n = 0; n < 20; n++) {
		struct history_task one = nth(n);

		history_send(&t->h, n % 3 ? &elsewhere : &story_pipes, &one);
	}
	story_tell(t);
	assert_int_equal(model_pending(m), 20);
	history_start_pool(&t->h, &story_pipes, 101, 2);
	assert_int_equal(story_pool(t)->totals.sent, 7);
	assert_int_equal(model_pending(m), 13);
	for (uint32_t i = 1; i < 13; i++)
		assert_true(model_pending_at(m, i - 1)->job < model_pending_at(m, i)->job);
}

/* A Pool wakes its own threads by sentinels on a pipe of its own: nobody keeps them. */
static void own_wakeups_are_not_kept(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_sentinel(&t->h, 100, 5999, MSG_WRITE);
	history_sentinel(&t->h, 100, 5999, MSG_READ);
	assert_false(story_pool(t)->closing);
	assert_int_equal(model_pending(&t->s.model), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(only_what_a_pool_writes_waits),
		STORY(newest_are_kept),
		STORY(old_messages_are_not_claimed),
		STORY(others_stay_in_order),
		STORY(own_wakeups_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
