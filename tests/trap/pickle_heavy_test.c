/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

/* One second of tasks: so much of it a worker's pickling, and so much the parent's beside it. */
struct second {
	uint64_t unpickle_ns, parent_ns;
	int tasks;
	uint64_t bytes, mark;
};

static void work(struct story *t, const struct second *s, int first)
{
	uint64_t run_ns = (HISTORY_S - s->unpickle_ns) / (uint64_t)s->tasks;

	for (int i = 0; i < s->tasks; i++) {
		struct history_task one = {.job = 1,
			.chunk = first + i,
			.func = "etl.load",
			.bytes_out = s->bytes,
			.head_mark = s->mark};

		history_send(&t->h, &story_pipes, &one);
		history_take(&t->h, &story_pipes, 101, &one);
		history_state(&t->h, 101, STATE_UNPICKLE);
		history_wait(&t->h, s->unpickle_ns / (uint64_t)s->tasks);
		history_sample(&t->h, 101, 0, CLASS_UNPICKLE, s->unpickle_ns / (uint64_t)s->tasks);
		history_state(&t->h, 101, STATE_RUN);
		history_wait(&t->h, run_ns);
		history_done(&t->h, &story_pipes, 101, &one);
		history_return(&t->h, &story_pipes, &one);
		history_state(&t->h, 101, STATE_WAIT);
	}
	history_sample(&t->h, 100, 0, CLASS_PICKLE, s->parent_ns);
	history_tick(&t->h);
}

static const struct finding *found(struct story *t, struct second s)
{
	story_start(t, 1);
	for (int i = 0; i < 6; i++)
		work(t, &s, i * s.tasks);
	return story_finding(story_pool(t), "pickle-heavy");
}

static void fires_for_large_arguments(void **state)
{
	const struct finding *f =
		found(*state, (struct second){400 * HISTORY_MS, 250 * HISTORY_MS, 10, 8 << 20, 0});

	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text,
		"52 % of the time that goes into tasks is pickling (workers 32 %, parent 20 %): "
		"8.0 MiB and 65.0 ms a task of etl.load, 123 MiB/s");
	assert_non_null(strstr(f->advice, "shared memory"));
	assert_non_null(strstr(f->advice, "about 65.0 ms a task would go"));
}

static void knows_slow_objects(void **state)
{
	const struct finding *f = found(*state, (struct second){500 * HISTORY_MS, 0, 10, 100, 0});

	assert_non_null(f);
	assert_non_null(strstr(f->advice, "__reduce__"));
}

/* Near misses: less of it; tasks that are too small for anything; the same sent again. */
static void quiet_for_a_little(void **state)
{
	assert_null(
		found(*state, (struct second){150 * HISTORY_MS, 100 * HISTORY_MS, 10, 8 << 20, 0}));
}

static void quiet_for_small_tasks(void **state)
{
	assert_null(found(*state, (struct second){500 * HISTORY_MS, 0, 2000, 100, 0}));
}

static void quiet_for_the_same_again(void **state)
{
	struct story *t = *state;

	assert_null(
		found(t, (struct second){400 * HISTORY_MS, 250 * HISTORY_MS, 10, 8 << 20, 4711}));
	assert_non_null(story_finding(story_pool(t), "repeated-payload"));
}

/* Near miss: each worker's first task imports what it needs, while it is unpickled. */
static void quiet_for_imports_of_the_first_task(void **state)
{
	struct history_task first = {.job = 7, .chunk = 0, .func = "etl.load", .bytes_out = 900};
	struct second quick = {.tasks = 10, .bytes = 900};
	struct story *t = *state;

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &first);
	history_take(&t->h, &story_pipes, 101, &first);
	history_state(&t->h, 101, STATE_UNPICKLE);
	history_sample(&t->h, 101, 0, CLASS_UNPICKLE, 2500 * HISTORY_MS);
	history_ticks(&t->h, 2);
	history_wait(&t->h, 500 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &first);
	history_return(&t->h, &story_pipes, &first);
	for (int i = 0; i < 3; i++)
		work(t, &quick, 10 * i);
	assert_null(story_finding(story_pool(t), "pickle-heavy"));
}

/* On a machine that has hardly a core for it: waits before the task is taken, and then less. */
static const struct finding *crowded(struct story *t, int seconds, uint64_t unpickle_ns)
{
	story_start(t, 1);
	for (int i = 0; i < seconds; i++) {
		struct history_task one = {
			.job = 1, .chunk = i, .func = "etl.load", .bytes_out = 100};

		history_send(&t->h, &story_pipes, &one);
		history_state(&t->h, 101, STATE_RUNQ);
		history_wait(&t->h, HISTORY_S - 2 * unpickle_ns);
		history_take(&t->h, &story_pipes, 101, &one);
		history_state(&t->h, 101, STATE_UNPICKLE);
		history_wait(&t->h, unpickle_ns);
		history_sample(&t->h, 101, 0, CLASS_UNPICKLE, unpickle_ns);
		history_state(&t->h, 101, STATE_RUN);
		history_wait(&t->h, unpickle_ns);
		history_done(&t->h, &story_pipes, 101, &one);
		history_return(&t->h, &story_pipes, &one);
		history_state(&t->h, 101, STATE_WAIT);
		history_tick(&t->h);
	}
	return story_finding(story_pool(t), "pickle-heavy");
}

static void shares_are_of_what_there_was(void **state)
{
	const struct finding *f = crowded(*state, 16, 50 * HISTORY_MS);

	assert_non_null(f);
	assert_string_equal(f->evidence[0].name, "workers_share");
	if (!(f->evidence[0].value > 0.4 && f->evidence[0].value < 0.6))
		fail_msg("%s", f->text);
}

/* Near miss: too little of it to tell. */
static void quiet_where_little_is_seen(void **state)
{
	assert_null(crowded(*state, 16, 10 * HISTORY_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(quiet_for_imports_of_the_first_task),
		STORY(fires_for_large_arguments),
		STORY(knows_slow_objects),
		STORY(quiet_for_a_little),
		STORY(quiet_for_small_tasks),
		STORY(quiet_for_the_same_again),
		STORY(shares_are_of_what_there_was),
		STORY(quiet_where_little_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
