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
	return story_finding(story_pool(t), "chunk-too-large");
}

static double evidence(const struct finding *f, const char *name)
{
	for (uint32_t i = 0; i < f->evidence_count; i++)
		if (!strcmp(f->evidence[i].name, name))
			return f->evidence[i].value;
	fail_msg("no evidence called %s", name);
	return 0;
}

/* Two workers, three chunks of so many items, each a second long: the last runs alone. */
static void three_chunks(struct story *t, int64_t job, uint32_t items)
{
	struct history_task c[3];

	for (int32_t i = 0; i < 3; i++) {
		c[i] = (struct history_task){.job = job,
			.chunk = i,
			.func = "etl.load",
			.items = items,
			.flags = MSG_CHUNKED};
		history_send(&t->h, &story_pipes, &c[i]);
	}
	history_take(&t->h, &story_pipes, 101, &c[0]);
	history_take(&t->h, &story_pipes, 102, &c[1]);
	history_ticks(&t->h, 1);
	history_done(&t->h, &story_pipes, 101, &c[0]);
	history_done(&t->h, &story_pipes, 102, &c[1]);
	history_take(&t->h, &story_pipes, 101, &c[2]);
	history_ticks(&t->h, 1);
	history_done(&t->h, &story_pipes, 101, &c[2]);
	for (int32_t i = 0; i < 3; i++)
		history_return(&t->h, &story_pipes, &c[i]);
}

static void fires_when_a_worker_has_nothing_to_do(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	three_chunks(t, 1, 40);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text,
		"1.00 s of core time lay idle at the end of etl.load: of its 3 chunks of 40 items "
		"the longest took 1.00 s, the mean 1.00 s");
	assert_string_equal(f->advice, "pass chunksize=3 to map: 2.00 s would become about 1.54 s");
	assert_true(evidence(f, "idle_core_ns") == 1e9);
	assert_true(evidence(f, "share") == 0.25);
}

/* It is told while the last chunk runs on and on, not only when it is done. */
static void fires_before_the_end(void **state)
{
	struct history_task last = {
		.job = 2, .chunk = 1, .func = "etl.load", .items = 40, .flags = MSG_CHUNKED};
	struct history_task first = last;
	struct story *t = *state;
	const struct finding *f;

	first.chunk = 0;
	story_start(t, 2);
	history_send(&t->h, &story_pipes, &first);
	history_send(&t->h, &story_pipes, &last);
	history_take(&t->h, &story_pipes, 101, &first);
	history_take(&t->h, &story_pipes, 102, &last);
	history_ticks(&t->h, 1);
	history_done(&t->h, &story_pipes, 101, &first);
	assert_null(found(t, 0));
	f = found(t, 3);
	assert_non_null(f);
	assert_true(evidence(f, "idle_core_ns") == 3e9);
}

/* Near miss: a single item cannot be cut. */
static void quiet_for_long_items(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	three_chunks(t, 1, 1);
	assert_null(found(t, 1));
}

/* Near miss: as long a wait at the end of a much longer job. */
static void quiet_for_a_short_tail(void **state)
{
	struct history_task c = {.job = 1, .func = "etl.load", .items = 4, .flags = MSG_CHUNKED};
	struct story *t = *state;

	story_start(t, 2);
	for (int32_t i = 0; i < 41; i++) {
		c.chunk = i;
		history_send(&t->h, &story_pipes, &c);
	}
	for (int32_t i = 0; i < 40; i += 2) {
		for (int32_t k = 0; k < 2; k++) {
			c.chunk = i + k;
			history_take(&t->h, &story_pipes, 101 + (uint32_t)k, &c);
		}
		history_ticks(&t->h, 1);
		for (int32_t k = 0; k < 2; k++) {
			c.chunk = i + k;
			history_done(&t->h, &story_pipes, 101 + (uint32_t)k, &c);
		}
	}
	c.chunk = 40;
	history_take(&t->h, &story_pipes, 101, &c);
	history_ticks(&t->h, 1);
	history_done(&t->h, &story_pipes, 101, &c);
	assert_null(found(t, 1));
}

/* It goes when the same function is sent in better chunks. */
static void heals(void **state)
{
	struct history_task c = {.job = 1, .func = "etl.load", .items = 4, .flags = MSG_CHUNKED};
	struct story *t = *state;

	story_start(t, 2);
	three_chunks(t, 1, 40);
	assert_non_null(found(t, 20));
	for (int64_t job = 2; job < 5; job++) {
		c.job = job;
		for (int32_t i = 0; i < 8; i++) {
			c.chunk = i;
			history_send(&t->h, &story_pipes, &c);
		}
		for (int32_t i = 0; i < 8; i += 2) {
			c.chunk = i;
			history_take(&t->h, &story_pipes, 101, &c);
			c.chunk = i + 1;
			history_take(&t->h, &story_pipes, 102, &c);
			history_wait(&t->h, HISTORY_S);
			history_done(&t->h, &story_pipes, 102, &c);
			c.chunk = i;
			history_done(&t->h, &story_pipes, 101, &c);
		}
	}
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_a_worker_has_nothing_to_do),
		STORY(fires_before_the_end),
		STORY(quiet_for_long_items),
		STORY(quiet_for_a_short_tail),
		STORY(heals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
