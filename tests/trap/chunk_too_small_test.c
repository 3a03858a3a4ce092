/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct finding *found(struct story *t, unsigned int ticks)
{
	history_ticks(&t->h, ticks);
	return story_finding(story_pool(t), "chunk-too-small");
}

static double evidence(const struct finding *f, const char *name)
{
	for (uint32_t i = 0; i < f->evidence_count; i++)
		if (!strcmp(f->evidence[i].name, name))
			return f->evidence[i].value;
	fail_msg("no evidence called %s", name);
	return 0;
}

/* A second of `count` tasks in turn by two workers; to move one takes `move_ns` of core time, of
 * which the parent's is half. */
static void second(struct story *t, int64_t job, uint32_t count, uint64_t move_ns)
{
	uint64_t each_ns = HISTORY_S / count;

	for (uint32_t i = 0; i < count; i++) {
		struct history_task one = {.job = job,
			.chunk = (int32_t)i,
			.func = "etl.tiny",
			.items = 1,
			.flags = MSG_CHUNKED,
			.bytes_out = 90};

		history_send(&t->h, &story_pipes, &one);
		history_take(&t->h, &story_pipes, 101 + i % 2, &one);
		history_wait(&t->h, each_ns - 20 * HISTORY_US);
		history_done(&t->h, &story_pipes, 101 + i % 2, &one);
		history_wait(&t->h, 20 * HISTORY_US);
		history_return(&t->h, &story_pipes, &one);
	}
	t->h.core_parent_ns[0] += count * move_ns / 2;
	t->h.core_workers_ns[1] += count * move_ns / 2;
	history_tick(&t->h);
}

static void fires_when_moving_costs_more_than_running(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	second(t, 1, 10000, 120 * HISTORY_US);
	f = found(t, 0);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text,
		"10,000 messages for etl.tiny carry 1 item each: to move one takes 140 µs of core "
		"time, to run it 60.0 µs");
	assert_true(evidence(f, "chunksize") == 46); /* 20 times (120 + 20 fixed) / 60 */
	assert_non_null(strstr(f->advice, "pass chunksize=46 to map: 1.00 s would become about "));
	assert_true(evidence(f, "then_ns") < 0.6e9);
	assert_int_equal(f->subject, story_pool(t)->funcs[0].name);
}

/* Near miss: running costs a little more. What stood goes on for a while. */
static void quiet_when_running_costs_more(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	second(t, 1, 10000, 38 * HISTORY_US);
	assert_null(found(t, 0));
	second(t, 2, 10000, 120 * HISTORY_US);
	assert_non_null(found(t, 0));
	second(t, 3, 10000, 60 * HISTORY_US);
	assert_non_null(found(t, 0));
	for (int job = 4; job < 18; job++)
		second(t, job, 10000, 5 * HISTORY_US);
	assert_null(found(t, 0));
}

/* Now a little dearer than running and now a little cheaper: it is said once, and stays. */
static void does_not_flicker(void **state)
{
	struct story *t = *state;
	int changes = 0;
	bool was = false;

	story_start(t, 2);
	for (int job = 1; job < 40; job++) {
		second(t, job, 5000, (job % 3 ? 150 : 120) * HISTORY_US);
		changes += was != (found(t, 0) != NULL);
		was = found(t, 0) != NULL;
	}
	assert_true(was);
	assert_int_equal(changes, 1);
}

/* Time without work heals nothing, and worsens nothing. */
static void stands_while_nothing_is_sent(void **state)
{
	struct story *t = *state;
	double cost;

	story_start(t, 2);
	second(t, 1, 10000, 120 * HISTORY_US);
	cost = evidence(found(t, 0), "move_ns");
	assert_true(evidence(found(t, 30), "move_ns") == cost);
}

/* Near miss: what costs are the bytes of long messages, which larger chunks have too. */
static void quiet_when_it_is_the_bytes(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	for (int32_t i = 0; i < 400; i++) {
		struct history_task one = {
			.job = 1, .chunk = i, .func = "etl.big", .bytes_out = 1000000};

		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, 101, &one, HISTORY_MS);
	}
	t->h.core_parent_ns[0] += 900 * HISTORY_MS;
	t->h.core_workers_ns[1] += 900 * HISTORY_MS;
	assert_null(found(t, 2));
}

/* Near miss: a parent that computes for itself between tasks that are not tiny. */
static void quiet_when_the_parent_computes(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	second(t, 1, 500, 1400 * HISTORY_US);
	second(t, 2, 500, 1400 * HISTORY_US);
	assert_null(found(t, 0));
}

/* Near miss: so few items that no chunk would leave something for every worker. */
static void quiet_when_there_is_little_to_join(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	for (int job = 0; job < 1000; job++)
		for (int32_t i = 0; i < 10; i++) {
			struct history_task one = {
				.job = job, .chunk = i, .func = "etl.tiny", .bytes_out = 90};

			history_send(&t->h, &story_pipes, &one);
			history_run(&t->h, &story_pipes, 101, &one, 30 * HISTORY_US);
		}
	t->h.core_parent_ns[0] += 900 * HISTORY_MS;
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_moving_costs_more_than_running),
		STORY(quiet_when_running_costs_more),
		STORY(stands_while_nothing_is_sent),
		STORY(does_not_flicker),
		STORY(quiet_when_it_is_the_bytes),
		STORY(quiet_when_the_parent_computes),
		STORY(quiet_when_there_is_little_to_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
