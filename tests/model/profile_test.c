/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

enum { PARENT = 100 };

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_place parse_7[] = {
	{"parse", "/srv/etl.py", 7, PLACE_PYTHON},
	{"transform", "/srv/etl.py", 0, PLACE_PYTHON},
	{0},
};
static const struct history_place parse_9[] = {
	{"parse", "/srv/etl.py", 9, PLACE_PYTHON},
	{"transform", "/srv/etl.py", 0, PLACE_PYTHON},
	{0},
};
static const struct history_place parse_7_elsewhere[] = {
	{"parse", "/srv/etl.py", 7, PLACE_PYTHON},
	{"load", "/srv/etl.py", 0, PLACE_PYTHON},
	{0},
};
static const struct history_place write_row[] = {
	{"write", "/srv/etl.py", 30, PLACE_PYTHON},
	{0},
};

static void begin(struct story *t)
{
	story_start(t, 2);
	history_trace(&t->h, 1, parse_7);
	history_trace(&t->h, 2, parse_9);
	history_trace(&t->h, 3, parse_7_elsewhere);
	history_trace(&t->h, 4, write_row);
}

static void functions_and_lines_by_their_own_time(void **state)
{
	struct story *t = *state;
	const struct pool *p;
	struct hot hot[8];

	begin(t);
	history_sample(&t->h, 101, 1, CLASS_TASK, 20);
	history_sample(&t->h, 101, 2, CLASS_TASK, 30);
	history_sample(&t->h, 102, 3, CLASS_TASK, 20);
	history_sample(&t->h, 102, 4, CLASS_TASK, 30);
	history_sample(&t->h, 102, 4, CLASS_PICKLE, 500);
	history_sample(&t->h, PARENT, 4, CLASS_TASK, 500);
	p = story_pool(t);
	assert_int_equal(pool_hot(&t->s.model, p, HOT_FUNCTIONS, hot, 8), 2);
	assert_string_equal(model_text(&t->s.model, hot[0].function, ""), "parse");
	assert_string_equal(model_text(&t->s.model, hot[0].file, ""), "/srv/etl.py");
	assert_int_equal(hot[0].ns, 70);
	assert_int_equal(hot[0].line, 7);
	assert_true(hot[0].share > 0.69 && hot[0].share < 0.71);
	assert_int_equal(hot[1].ns, 30);
	assert_int_equal(pool_hot(&t->s.model, p, HOT_LINES, hot, 8), 3);
	assert_int_equal(hot[0].line, 7);
	assert_int_equal(hot[0].ns, 40);
	assert_int_equal(pool_hot(&t->s.model, p, HOT_FUNCTIONS, hot, 1), 1);
	assert_string_equal(model_text(&t->s.model, hot[0].function, ""), "parse");
}

static void what_each_side_was_at_is_summed_up(void **state)
{
	struct story *t = *state;
	const struct profile *f;

	begin(t);
	history_sample(&t->h, 101, 1, CLASS_UNPICKLE, 20);
	history_sample(&t->h, 102, 1, CLASS_UNPICKLE, 5);
	history_sample(&t->h, PARENT, 1, CLASS_PICKLE, 7);
	f = &story_pool(t)->profile;
	assert_int_equal(f->worker_ns[CLASS_UNPICKLE], 25);
	assert_int_equal(f->parent_ns[CLASS_PICKLE], 7);
	assert_int_equal(f->worker_ns[CLASS_PICKLE], 0);
	assert_int_equal(f->count, 2);
	assert_int_equal(f->list[0].samples, 2);
	assert_false(f->list[0].by_parent);
	assert_true(f->list[1].by_parent);
}

static void the_collectors_share_is_of_what_is_known(void **state)
{
	struct story *t = *state;
	const struct profile *f;

	begin(t);
	history_sample(&t->h, 101, 1, CLASS_TASK, 1000);
	t->h.sample_flags = SAMPLED_GC; /* and nobody says that it is known */
	history_sample(&t->h, 101, 1, CLASS_TASK, 100);
	t->h.sample_flags = SAMPLED_GC_KNOWN;
	history_sample(&t->h, 101, 1, CLASS_TASK, 20);
	t->h.sample_flags = SAMPLED_GC_KNOWN | SAMPLED_GC;
	history_sample(&t->h, 102, 2, CLASS_UNPICKLE, 5);
	history_sample(&t->h, PARENT, 1, CLASS_PICKLE, 7);
	f = &story_pool(t)->profile;
	assert_int_equal(f->gc_known_ns, 25);
	assert_int_equal(f->gc_ns, 5);
}

static void nonsense_is_passed_over(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	uint64_t bad, stacks;
	struct hot hot[2];

	story_start(t, 1);
	bad = m->dropped.bad_frames;
	stacks = m->dropped.stacks;
	history_trace(&t->h, 0, parse_7);
	history_trace(&t->h, MODEL_TRACES + 1, parse_7);
	history_trace(&t->h, 5, &write_row[1]);
	history_sample(&t->h, 101, 77, CLASS_TASK, 10);
	history_sample(&t->h, 101, 1, (enum sample_class)SAMPLE_CLASSES, 10);
	history_sample(&t->h, 999, 1, CLASS_TASK, 10);
	story_tell(t);
	assert_null(model_trace(m, 0));
	assert_null(model_trace(m, 5));
	assert_null(model_trace(m, UINT32_MAX));
	assert_int_equal(pool_hot(m, story_pool(t), HOT_FUNCTIONS, hot, 2), 0);
	assert_int_equal(m->dropped.stacks - stacks, 3);
	assert_int_equal(m->dropped.bad_frames - bad, 1);
}

static void stacks_beyond_the_bound_are_added_up(void **state)
{
	struct story *t = *state;
	const struct profile *f;

	story_start(t, 1);
	for (uint32_t id = 1; id <= MODEL_SAMPLED + 100; id++)
		history_sample(&t->h, 101, id, CLASS_TASK, 1);
	f = &story_pool(t)->profile;
	assert_true(f->count <= MODEL_SAMPLED);
	assert_int_equal(f->worker_ns[CLASS_TASK], MODEL_SAMPLED + 100);
	assert_int_equal(f->list[f->count - 1].trace, 0);
	assert_int_equal(f->list[f->count - 1].ns + f->count - 1, MODEL_SAMPLED + 100);
}

static void classes_have_names(void **state)
{
	(void)state;
	assert_string_equal(sample_class_name(CLASS_TASK), "task");
	for (int i = 0; i < SAMPLE_CLASSES; i++)
		assert_non_null(sample_class_name((enum sample_class)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(functions_and_lines_by_their_own_time),
		STORY(what_each_side_was_at_is_summed_up),
		STORY(the_collectors_share_is_of_what_is_known),
		STORY(nonsense_is_passed_over),
		STORY(stacks_beyond_the_bound_are_added_up),
		cmocka_unit_test(classes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
