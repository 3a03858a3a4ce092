/* SPDX-License-Identifier: GPL-2.0-only */
/* How many items: exact wherever it can be known, and said to be about where it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_pool *const pipes = &story_pipes;
static const char *const raised[] = {"ValueError", "no", "Traceback\nValueError: no"};

/* A chunk whose message tells nothing of its items but an estimate. */
static struct history_task about(int32_t chunk, uint32_t estimate, uint32_t result_items)
{
	return (struct history_task){
		.job = 1,
		.chunk = chunk,
		.func = "job.work",
		.items = estimate,
		.flags = MSG_CHUNKED | MSG_ITEMS_ABOUT,
		.result_items = result_items,
	};
}

static struct history_task exact(int32_t chunk, uint32_t items)
{
	struct history_task t = about(chunk, items, items);

	t.flags = MSG_CHUNKED;
	return t;
}

static void run(struct story *t, struct history_task *task)
{
	history_run(&t->h, pipes, 101, task, HISTORY_MS);
}

static void plain_task_is_one_item(void **state)
{
	struct story *t = *state;
	struct history_task one = {.job = 1, .chunk = 0, .func = "job.work"};

	story_start(t, 1);
	history_send(&t->h, pipes, &one);
	assert_int_equal(story_pool(t)->totals.items, 1);
	run(t, &one);
	assert_int_equal(story_pool(t)->totals.items, 1);
	assert_int_equal(story_pool(t)->workers[0].items, 1);
	assert_false(story_pool(t)->totals.items_about);
}

static void own_message_is_exact(void **state)
{
	struct story *t = *state;
	struct history_task one = exact(0, 12);

	story_start(t, 1);
	history_send(&t->h, pipes, &one);
	assert_int_equal(story_pool(t)->totals.items, 12);
	assert_false(story_pool(t)->totals.items_about);
	run(t, &one);
	assert_int_equal(story_pool(t)->totals.items, 12);
	assert_int_equal(story_pool(t)->jobs[0].items, 12);
	assert_int_equal(story_pool(t)->funcs[0].items, 12);
}

static void result_corrects_the_estimate(void **state)
{
	struct story *t = *state;
	struct history_task one = about(0, 80, 100);
	const struct pool *p;

	story_start(t, 1);
	history_send(&t->h, pipes, &one);
	assert_int_equal(story_pool(t)->totals.items, 80);
	assert_true(story_pool(t)->totals.items_about);
	run(t, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.items, 100);
	assert_int_equal(p->jobs[0].items, 100);
	assert_int_equal(p->funcs[0].items, 100);
	assert_int_equal(p->workers[0].items, 100);
	assert_false(p->totals.items_about);
	assert_false(p->jobs[0].items_about);
	assert_int_equal(p->jobs[0].chunk_items_max, 100);
}

/* A chunk that raised has no list; but its brothers have, and all but the last are alike. */
static void brother_tells_what_a_failure_does_not(void **state)
{
	struct story *t = *state;
	struct history_task a = about(0, 80, 100), b = about(1, 80, 0), c = about(2, 80, 30);
	const struct pool *p;

	story_start(t, 1);
	history_send(&t->h, pipes, &a);
	history_send(&t->h, pipes, &b);
	history_send(&t->h, pipes, &c);
	run(t, &a);
	history_take(&t->h, pipes, 101, &b);
	history_raise(&t->h, pipes, 101, &b, raised);
	p = story_pool(t);
	assert_int_equal(p->totals.items, 280);
	assert_true(p->totals.items_about);
	run(t, &c);
	assert_int_equal(story_pool(t)->totals.items, 230);
	assert_false(story_pool(t)->totals.items_about);
}

/* The failure comes first, and what it carried is known only when a brother has returned. */
static void brother_tells_later(void **state)
{
	struct story *t = *state;
	struct history_task a = about(0, 80, 0), b = about(1, 70, 0), c = about(2, 80, 100),
			    d = about(3, 60, 0);
	const struct pool *p;

	story_start(t, 1);
	history_send(&t->h, pipes, &a);
	history_send(&t->h, pipes, &b);
	history_send(&t->h, pipes, &c);
	run(t, &a);
	run(t, &b);
	assert_int_equal(story_pool(t)->totals.items, 230);
	run(t, &c);
	/* c was the last so far: it may be shorter than the others. */
	p = story_pool(t);
	assert_int_equal(p->totals.items, 250);
	assert_true(p->totals.items_about);
	history_send(&t->h, pipes, &d);
	p = story_pool(t);
	assert_int_equal(p->totals.items - 100, 300);
	run(t, &d);
	p = story_pool(t);
	/* d itself is the last: what is counted for it stays an estimate. */
	assert_true(p->totals.items_about);
	assert_int_equal(p->items_about, 1);
	assert_int_equal(p->jobs[0].about, 1);
	assert_int_equal(p->funcs[0].items, p->totals.items);
}

static void nothing_known_is_about(void **state)
{
	struct story *t = *state;
	struct history_task one = about(0, 0, 0);

	story_start(t, 1);
	history_send(&t->h, pipes, &one);
	run(t, &one);
	assert_int_equal(story_pool(t)->totals.items, 0);
	assert_true(story_pool(t)->totals.items_about);
}

static void lost_chunk_is_counted_by_its_brother(void **state)
{
	struct story *t = *state;
	struct history_task a = about(0, 80, 100), b = about(1, 80, 0), c = about(2, 80, 50);

	story_start(t, 2);
	history_send(&t->h, pipes, &a);
	history_send(&t->h, pipes, &b);
	history_send(&t->h, pipes, &c);
	history_take(&t->h, pipes, 102, &b);
	history_kill(&t->h, 102, 9, 7, "bash");
	run(t, &a);
	run(t, &c);
	assert_int_equal(story_pool(t)->totals.items, 250);
	assert_int_equal(story_pool(t)->totals.lost, 1);
	assert_false(story_pool(t)->totals.items_about);
}

/* An estimate after an exact brother is that brother's size. */
static void estimate_is_the_known_size(void **state)
{
	struct story *t = *state;
	struct history_task a = exact(0, 40), b = exact(1, 40), c = about(2, 999, 0);

	story_start(t, 1);
	history_send(&t->h, pipes, &a);
	history_send(&t->h, pipes, &b);
	history_send(&t->h, pipes, &c);
	assert_int_equal(story_pool(t)->totals.items, 120);
	assert_true(story_pool(t)->totals.items_about);
}

/* Chunks that have ended, by their size: those whose size is known later are moved then. */
static void sizes_of_chunks(void **state)
{
	struct story *t = *state;
	struct history_task a = exact(0, 40), b = about(1, 0, 0), c = about(2, 0, 0);
	struct history_task plain = {.job = 9, .chunk = 0, .func = "f"};
	const struct pool *p;

	story_start(t, 1);
	history_send(&t->h, pipes, &b);
	run(t, &b);
	p = story_pool(t);
	assert_int_equal(p->chunks_unsized, 1);
	history_send(&t->h, pipes, &plain);
	run(t, &plain);
	history_send(&t->h, pipes, &a);
	history_send(&t->h, pipes, &c);
	run(t, &a);
	run(t, &c);
	p = story_pool(t);
	assert_int_equal(p->chunk_sizes[5], 2); /* 40 is of 32 to 63 */
	assert_int_equal(p->chunks_unsized, 1); /* the last one */
}

/* A write whose end is told last of all: only that says how many it carried. */
static void sent_is_told_last(void **state)
{
	struct story *t = *state;
	struct history_task first = exact(0, 7), late = exact(1, 5);

	story_start(t, 1);
	history_send(&t->h, pipes, &first);
	run(t, &first);
	history_take(&t->h, pipes, 101, &late);
	history_done(&t->h, pipes, 101, &late);
	history_send(&t->h, pipes, &late);
	assert_int_equal(story_pool(t)->workers[0].tasks, 2);
	assert_int_equal(story_pool(t)->workers[0].items, 12);
	assert_int_equal(story_pool(t)->totals.items, 12);
	assert_int_equal(story_pool(t)->chunk_sizes[2], 2); /* both are of 4 to 7 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(plain_task_is_one_item),
		STORY(own_message_is_exact),
		STORY(result_corrects_the_estimate),
		STORY(brother_tells_what_a_failure_does_not),
		STORY(brother_tells_later),
		STORY(nothing_known_is_about),
		STORY(lost_chunk_is_counted_by_its_brother),
		STORY(estimate_is_the_known_size),
		STORY(sizes_of_chunks),
		STORY(sent_is_told_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
