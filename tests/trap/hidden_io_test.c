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
	return story_finding(story_pool(t), "hidden-io");
}

/* Each tick: so long of I/O in this call, the rest computing. */
static const struct finding *ticks(struct story *t, uint64_t io_ns, int32_t call)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "etl.load"};

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 101, &one);
	for (int i = 0; i < 6; i++) {
		history_state(&t->h, 101, STATE_RUN);
		history_wait(&t->h, HISTORY_S - io_ns);
		history_state(&t->h, 101, STATE_IO);
		history_actor(&t->h, 101)->syscall = call;
		history_wait(&t->h, io_ns);
		history_tick(&t->h);
	}
	return found(t, 0);
}

static void fires_for_writes_between_computing(void **state)
{
	const struct finding *f = ticks(*state, 400 * HISTORY_MS, 74);

	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_string_equal(f->text,
		"tasks wait 40 % of their time for I/O and compute 60 %: most often seen in fsync");
}

/* Near misses: a little of it; waiting by design; sleeping. */
static void quiet_for_a_little(void **state)
{
	assert_null(ticks(*state, 150 * HISTORY_MS, 74));
}

static void quiet_for_what_only_waits(void **state)
{
	assert_null(ticks(*state, 950 * HISTORY_MS, 45));
}

static void quiet_for_sleep(void **state)
{
	assert_null(ticks(*state, 500 * HISTORY_MS, 230));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_writes_between_computing),
		STORY(quiet_for_a_little),
		STORY(quiet_for_what_only_waits),
		STORY(quiet_for_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
