/* SPDX-License-Identifier: GPL-2.0-only */
/* Who could be a pool's parent, before any message says that it is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/classify.h"
#include "tests/support/story.h"

enum { BOTH = PIPE_READ | PIPE_WRITE };

static bool is_suspected(struct story *t)
{
	history_ticks(&t->h, 2);
	assert_null(story_pool(t));
	return pool_is_suspected(&t->s.model, 100);
}

static void one_with_children_that_share_its_pipes(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_PROC);
	history_fork(&t->h, 100, 101);
	history_pipe(&t->h, 100, 77, 5, BOTH);
	history_ends(&t->h, 100);
	history_pipe(&t->h, 101, 77, 5, BOTH);
	history_ends(&t->h, 101);
	assert_true(is_suspected(t));
	assert_false(pool_is_suspected(&t->s.model, 101));
	assert_false(pool_is_suspected(&t->s.model, 4711));
}

static void not_one_without_children(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_PROC);
	history_pipe(&t->h, 100, 77, 5, BOTH);
	history_ends(&t->h, 100);
	assert_false(is_suspected(t));
}

static void not_one_whose_children_have_other_pipes(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_PROC);
	history_fork(&t->h, 100, 101);
	history_pipe(&t->h, 100, 77, 5, BOTH);
	history_ends(&t->h, 100);
	history_pipe(&t->h, 101, 78, 5, BOTH);
	history_ends(&t->h, 101);
	assert_false(is_suspected(t));
}

static void not_one_whose_child_is_another_program(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_PROC);
	history_fork(&t->h, 100, 101);
	history_exec(&t->h, 101, "tee log", NULL);
	history_pipe(&t->h, 100, 77, 5, BOTH);
	history_ends(&t->h, 100);
	history_pipe(&t->h, 101, 77, 0, PIPE_READ);
	history_ends(&t->h, 101);
	assert_false(is_suspected(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_with_children_that_share_its_pipes, story_begin, story_end),
		cmocka_unit_test_setup_teardown(not_one_without_children, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			not_one_whose_children_have_other_pipes, story_begin, story_end),
		cmocka_unit_test_setup_teardown(
			not_one_whose_child_is_another_program, story_begin, story_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
