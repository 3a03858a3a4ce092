/* SPDX-License-Identifier: GPL-2.0-only */
/* A session that was stepped back is the session as it was then. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/reel.h"
#include "export/report.h"
#include "tests/support/history.h"

enum { ROUNDS = 600 };

static char *picture(const struct session *s)
{
	char *text;
	size_t len;

	assert_int_equal(report_json(&s->model, &text, &len), 0);
	return text;
}

/* Feeds the lively story, then many ticks with tasks, into a session and a reel. */
static void feed(const struct history *story, struct session *s, struct reel *r, uint64_t until_ns)
{
	const struct frame *f;
	size_t pos = 0;

	while ((f = history_next(story, &pos))) {
		if (r)
			reel_add(r, f, &s->model);
		assert_int_equal(session_feed(s, f), 0);
		if (f->kind == FRAME_TICK && f->t_ns >= until_ns)
			return;
	}
}

static void go_on(struct history *story)
{
	struct frame_msg msg = {.h = {.kind = FRAME_MSG, .size = sizeof(msg), .pid = 1}};

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 500; i++) {
			msg.h.t_ns = 0;
			msg.job = round * 1000 + i;
			msg.ino = 77;
			history_wait(story, 1000000);
			history_add(story, &msg);
		}
		history_tick(story);
	}
}

static int set_up(void **state)
{
	struct history *story = malloc(sizeof(*story));

	history_init(story);
	history_lively(story);
	go_on(story);
	*state = story;
	return 0;
}

static int tear_down(void **state)
{
	history_release(*state);
	free(*state);
	return 0;
}

static void test_every_tick_comes_back(void **state)
{
	const struct history *story = *state;
	struct session head, then, back;
	struct reel *r = reel_new();
	int seen = 0;

	session_init(&head);
	session_init(&back);
	feed(story, &head, r, UINT64_MAX);
	for (uint64_t t = reel_first_tick(r); t; t = reel_tick_after(r, t)) {
		char *want, *got;

		if (seen++ % 37)
			continue;
		session_init(&then);
		feed(story, &then, NULL, t);
		assert_int_equal(reel_seek(r, t, &back), 0);
		assert_true(back.model.now_ns == t);
		want = picture(&then);
		got = picture(&back);
		assert_string_equal(got, want);
		free(want);
		free(got);
		session_release(&then);
	}
	assert_true(seen > ROUNDS);
	assert_true(reel_last_tick(r) == head.model.now_ns);
	session_release(&head);
	session_release(&back);
	reel_free(r);
}

static void test_ticks_before_and_after(void **state)
{
	struct session s;
	struct reel *r = reel_new();
	uint64_t first, second;

	session_init(&s);
	assert_true(reel_first_tick(r) == 0);
	assert_true(reel_tick_before(r, 5) == 0 && reel_tick_after(r, 5) == 0);
	assert_int_equal(reel_seek(r, 5, &s), -ENOENT);
	feed(*state, &s, r, UINT64_MAX);
	first = reel_first_tick(r);
	second = reel_tick_after(r, first);
	assert_true(second > first);
	assert_true(reel_tick_before(r, second) == first);
	assert_true(reel_tick_before(r, first) == 0);
	assert_true(reel_tick_before(r, first + 1) == first);
	assert_true(reel_tick_after(r, reel_last_tick(r)) == 0);
	assert_int_equal(reel_seek(r, first - 1, &s), -ENOENT);
	session_release(&s);
	reel_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_tick_comes_back),
		cmocka_unit_test(test_ticks_before_and_after),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
