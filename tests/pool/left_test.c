/* SPDX-License-Identifier: GPL-2.0-only */
/* Bare processes whose answers are sent by a thread, so that many are on their way; and many
 * messages before it is known whose they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { TASKS = 8001, RESULTS = 8002, FEEDER = 109 };

static void say(struct story *t, struct history_said s)
{
	history_wait(&t->h, 5 * HISTORY_US);
	history_say(&t->h, s);
}

static void give(struct story *t, unsigned int n)
{
	while (n--)
		say(t, (struct history_said){100, 0, TASKS, MSG_WRITE, 10, 0});
}

static void take(struct story *t, uint32_t pid)
{
	say(t, (struct history_said){pid, 0, TASKS, MSG_READ, 10, 0});
}

static void answer(struct story *t, uint32_t pid)
{
	say(t, (struct history_said){pid, FEEDER, RESULTS, MSG_WRITE, 10, 0});
	say(t, (struct history_said){100, 0, RESULTS, MSG_READ, 10, 0});
}

/* Of the tasks that are on their way; 0: there are others or not that many. */
static int64_t only(const struct pool *p, uint32_t count)
{
	int64_t least = INT64_MAX;

	if (p->tasks_count != count)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (p->tasks[i].key.job < least)
			least = p->tasks[i].key.job;
	return least;
}

/* Two workers, each of which has its own. */
static void each_worker_answers_in_its_order(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 2);
	give(t, 8);
	for (int i = 0; i < 4; i++) {
		take(t, 101);
		take(t, 102);
	}
	for (int i = 0; i < 3; i++)
		answer(t, 102);
	history_wait(&t->h, 500 * HISTORY_MS);
	history_tick(&t->h);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 3);
	assert_int_equal(only(p, 5), 1); /* 1, 3, 5, 7, and 8 in hand */
	assert_true(story_worker(p, 102)->hand.has);
	assert_int_equal(story_worker(p, 102)->hand.key.job, 8);
	answer(t, 101);
	answer(t, 101);
	p = story_pool(t);
	assert_int_equal(only(p, 3), 5);
	answer(t, 101);
	answer(t, 101);
	answer(t, 102);
	p = story_pool(t);
	assert_int_equal(p->totals.returned, 8);
	assert_int_equal(p->tasks_count, 0);
}

/* The first was never answered; those that came after it are, each as its own. */
static void one_goes_by_another_way(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 5);
	take(t, 101);
	take(t, 101);
	history_tick(&t->h);
	history_wait(&t->h, 800 * HISTORY_MS);
	take(t, 101);
	take(t, 101);
	history_wait(&t->h, 400 * HISTORY_MS);
	history_tick(&t->h);
	p = story_pool(t);
	assert_int_equal(only(p, 4), 2);
	take(t, 101);
	answer(t, 101);
	history_tick(&t->h);
	p = story_pool(t);
	assert_int_equal(only(p, 3), 3);
	answer(t, 101);
	answer(t, 101);
	p = story_pool(t);
	assert_int_equal(only(p, 1), 5);
	assert_true(story_worker(p, 101)->hand.has);
	answer(t, 101);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 4);
	assert_int_equal(p->tasks_count, 0);
}

/* In the third of a second in which they might turn out to be other workers. */
static void many_come_before_it_is_known_whose(void **state)
{
	enum { MANY = 12000 }; /* tasks */
	struct story *t = *state;
	const struct pool *p;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_born(&t->h, 101);
	for (int i = 0; i < MANY; i++) {
		give(t, 1);
		take(t, 101);
		answer(t, 101);
	}
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->totals.sent, MANY);
	assert_int_equal(p->totals.taken, MANY);
	assert_int_equal(p->totals.done, MANY);
	assert_int_equal(p->totals.returned, MANY);
}

/* All that comes back is None: their function gives back nothing. */
static void answers_may_all_be_none(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 1);
	give(t, 2);
	for (int i = 0; i < 2; i++) {
		take(t, 101);
		say(t, (struct history_said){101, FEEDER, RESULTS, MSG_WRITE, 4, SHAPE_NONE});
		say(t, (struct history_said){100, 0, RESULTS, MSG_READ, 4, SHAPE_NONE});
	}
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->tasks_count, 0);
}

/* It has begun to wait since the messages that are told: those that are not may be in its queue. */
static void who_waits_since_then_proves_nothing(void **state)
{
	struct story *t = *state;
	struct frame_work f = {.h = {.kind = FRAME_WORK, .size = sizeof(f), .pid = 101},
		.known = 0xff,
		.state = STATE_WAIT,
		.syscall_ino = TASKS};
	const struct pool *p;

	story_children(t, 1);
	give(t, 1);
	take(t, 101);
	answer(t, 101);
	history_tick(&t->h);
	give(t, 1);
	f.h.t_ns = t->h.now_ns;
	f.since_ns = t->h.now_ns + 50 * HISTORY_US;
	history_add(&t->h, &f);
	take(t, 101);
	p = story_pool(t);
	assert_int_equal(only(p, 1), 2);
	answer(t, 101);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 2);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->tasks_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(each_worker_answers_in_its_order),
		STORY(one_goes_by_another_way),
		STORY(who_waits_since_then_proves_nothing),
		STORY(answers_may_all_be_none),
		STORY(many_come_before_it_is_known_whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
