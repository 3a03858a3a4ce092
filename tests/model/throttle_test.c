/* SPDX-License-Identifier: GPL-2.0-only */
/* What quotas of cgroups have kept pools from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

/* A process is in that cgroup. */
static void put_in(struct story *t, uint32_t pid, const char *cgroup)
{
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = pid},
		.ppid = pid == 100 ? 1 : 100,
		.how = PROC_BORN,
		.quota_milli = 500,
	};

	f.cmd = history_text(&t->h, "python3 job.py");
	f.quota_cgroup = history_text(&t->h, cgroup);
	history_add(&t->h, &f);
}

static void throttle(struct story *t, const char *cgroup, uint64_t ns, uint64_t periods)
{
	struct frame_throttle f = {
		.h = {.kind = FRAME_THROTTLE, .size = sizeof(f), .pid = 100},
		.throttled_ns = ns,
		.periods = periods,
		.throttled = periods / 2,
	};

	f.cgroup = history_text(&t->h, cgroup);
	history_add(&t->h, &f);
}

static void counts_from_the_first_look(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	assert_false(story_pool(t)->has_quota);
	put_in(t, 100, "/box");
	put_in(t, 101, "/box");
	throttle(t, "/box", 7 * HISTORY_S, 100);
	p = story_pool(t);
	assert_true(p->has_quota);
	assert_int_equal(p->throttled.ns, 0);
	history_wait(&t->h, HISTORY_S);
	throttle(t, "/box", 9 * HISTORY_S, 120);
	p = story_pool(t);
	assert_int_equal(p->throttled.ns, 2 * HISTORY_S);
	assert_int_equal(p->throttled.periods, 20);
	assert_int_equal(p->throttled.times, 10);
}

/* Another's cgroup; sums that go back, as of a cgroup made anew; each worker in one of its own. */
static void counts_what_is_its_own(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	put_in(t, 101, "/a");
	put_in(t, 102, "/b");
	throttle(t, "/a", 0, 0);
	throttle(t, "/b", 0, 0);
	throttle(t, "/c", 0, 0);
	throttle(t, "/c", HISTORY_S, 10);
	assert_int_equal(story_pool(t)->throttled.ns, 0);
	throttle(t, "/a", HISTORY_S, 10);
	throttle(t, "/b", HISTORY_S, 10);
	throttle(t, "/b", 0, 0);
	p = story_pool(t);
	assert_int_equal(p->throttled.ns, 2 * HISTORY_S);
	assert_int_equal(p->throttled.periods, 20);
}

static void many_cgroups_make_room(void **state)
{
	struct story *t = *state;
	char name[32];

	story_start(t, 1);
	put_in(t, 101, "/box");
	throttle(t, "/box", 0, 0);
	for (int i = 0; i < 2 * MODEL_THROTTLES; i++) {
		history_wait(&t->h, HISTORY_MS);
		snprintf(name, sizeof(name), "/other/%d", i);
		throttle(t, name, HISTORY_S, 10);
	}
	throttle(t, "/box", HISTORY_S, 10);
	assert_int_equal(story_pool(t)->throttled.ns, 0);
	throttle(t, "/box", 3 * HISTORY_S, 10);
	assert_int_equal(story_pool(t)->throttled.ns, 2 * HISTORY_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(counts_from_the_first_look),
		STORY(counts_what_is_its_own),
		STORY(many_cgroups_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
