/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void set(struct story *t, const char *reason, uint64_t since_ns)
{
	struct stall s = {.reason = reason, .since_ns = since_ns};

	pool_set_stall(&t->s.model, &t->s.model.pools[0], &s);
}

/* The same one keeps its beginning; another, or none, makes a past one of it. */
static void one_follows_the_other(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	p = story_pool(t);
	set(t, "lost-task", 50);
	set(t, "lost-task", 70);
	assert_int_equal(p->stall.since_ns, 50);
	assert_int_equal(p->stalls_count, 0);
	set(t, "straggler", 90);
	assert_int_equal(p->stall.since_ns, 90);
	set(t, NULL, 0);
	assert_null(p->stall.reason);
	assert_int_equal(p->stalls_count, 2);
	assert_string_equal(p->stalls[0].reason, "lost-task");
	assert_int_equal(p->stalls[0].until_ns, t->s.model.now_ns);
	assert_int_equal(model_event(&t->s.model, 1)->kind, EVENT_STALL);
	assert_int_equal(model_event(&t->s.model, 1)->t_ns, 90);
}

static void the_newest_are_kept(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	p = story_pool(t);
	for (uint64_t n = 1; n <= MODEL_STALLS + 3; n++) {
		set(t, "straggler", n);
		set(t, NULL, 0);
	}
	assert_int_equal(p->stalls_count, MODEL_STALLS);
	assert_int_equal(p->stalls_dropped, 3);
	assert_int_equal(p->stalls[0].since_ns, 4);
	assert_int_equal(p->stalls[MODEL_STALLS - 1].since_ns, MODEL_STALLS + 3);
}

static void a_pool_that_ends_was_stalled(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 1);
	story_tell(t);
	set(t, "lost-task", 50);
	history_exit(&t->h, 100, 0);
	p = story_pool(t);
	assert_null(p->stall.reason);
	assert_int_equal(p->stalls_count, 1);
	assert_int_equal(p->stalls[0].until_ns, p->ended_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(one_follows_the_other),
		STORY(the_newest_are_kept),
		STORY(a_pool_that_ends_was_stalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
