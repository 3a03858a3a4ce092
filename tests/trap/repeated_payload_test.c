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
	return story_finding(story_pool(t), "repeated-payload");
}

static double evidence(const struct finding *f, const char *name)
{
	for (uint32_t i = 0; i < f->evidence_count; i++)
		if (!strcmp(f->evidence[i].name, name))
			return f->evidence[i].value;
	fail_msg("no evidence called %s", name);
	return 0;
}

static void send(struct story *t, int64_t job, uint64_t mark, uint64_t bytes)
{
	struct history_task one = {
		.job = job, .func = "etl.look", .bytes_out = bytes, .head_mark = mark};

	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, 101, &one);
	history_wait(&t->h, 10 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &one);
	history_return(&t->h, &story_pipes, &one);
	history_wait(&t->h, 10 * HISTORY_MS);
}

static void fires_when_the_same_goes_out_again(void **state)
{
	struct story *t = *state;
	const struct finding *f;
	uint64_t first_ns;

	story_start(t, 1);
	first_ns = t->h.now_ns;
	for (int i = 0; i < 20; i++)
		send(t, i, 4711, 8 << 20);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_int_equal(f->since_ns, first_ns);
	assert_string_equal(f->text,
		"the same 8.0 MiB goes out with task after task of etl.look (20 times, 160 MiB "
		"in all): workers wait for it 49 % of their time");
	assert_true(evidence(f, "all_bytes") == 160 << 20);
	assert_true(evidence(f, "then_ns") == 200e6);
	assert_non_null(strstr(f->advice, "390 ms would become about 200 ms"));
}

/* Near miss: as long, and of another content each time. */
static void quiet_when_the_content_differs(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	for (int i = 0; i < 20; i++)
		send(t, i, 4711 + (uint64_t)i, 8 << 20);
	assert_null(found(t, 1));
}

/* Near miss: the same, but seldom or short. */
static void quiet_when_it_is_little(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	for (int i = 0; i < 7; i++)
		send(t, i, 4711, 8 << 20);
	for (int i = 7; i < 57; i++)
		send(t, i, 0, 8 << 20);
	assert_null(found(t, 1));
}

static void quiet_when_it_is_short(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	for (int i = 0; i < 100; i++)
		send(t, i, 4711, 40000);
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_the_same_goes_out_again),
		STORY(quiet_when_the_content_differs),
		STORY(quiet_when_it_is_little),
		STORY(quiet_when_it_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
