/* SPDX-License-Identifier: GPL-2.0-only */
/* A session that was stepped back is the session as it was then. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/reel.h"
#include "base/buf.h"
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

struct copy {
	struct session s;
	struct buf frames;
	int left; /* frames to take, then it ends */
};

static int take(void *arg, const struct frame *f)
{
	struct copy *c = arg;

	if (!c->left--)
		return 7;
	assert_int_equal(session_feed(&c->s, f), 0);
	return buf_add(&c->frames, f, f->size);
}

static void test_every_frame_comes_back(void **state)
{
	const struct history *story = *state;
	struct copy c = {.left = INT_MAX};
	struct reel *r = reel_new();
	const struct frame *f;
	struct session head;
	size_t pos = 0, at = 0;

	session_init(&head);
	session_init(&c.s);
	assert_int_equal(reel_each(r, take, &c), -ENOENT);
	feed(story, &head, r, UINT64_MAX);
	assert_int_equal(reel_each(r, take, &c), 0);
	for (; (f = history_next(story, &pos)); at += f->size) {
		assert_true(at + f->size <= c.frames.len);
		assert_memory_equal(c.frames.data + at, f, f->size);
	}
	assert_int_equal(at, c.frames.len);
	c.left = 5;
	assert_int_equal(reel_each(r, take, &c), 7);
	session_release(&head);
	session_release(&c.s);
	buf_release(&c.frames);
	reel_free(r);
}

/* Tasks that do not pack, more than the reel keeps. */
static void overfill(struct history *story, struct session *s, struct reel *r)
{
	struct frame_msg msg = {.h = {.kind = FRAME_MSG, .size = sizeof(msg), .pid = 1}};
	struct frame_tick tick = {.h = {.kind = FRAME_TICK, .size = sizeof(tick)}};
	uint64_t first = reel_first_tick(r), t = story->now_ns, noise = 1;

	for (int i = 0; reel_first_tick(r) == first; i++) {
		assert_true(i < 10000000);
		noise = noise * 6364136223846793005u + 1442695040888963407u;
		msg.h.t_ns = tick.h.t_ns = t += noise >> 44;
		msg.job = noise >> 33;
		msg.bytes = noise >> 20;
		msg.ino = noise >> 13;
		reel_add(r, i % 1000 ? &msg.h : &tick.h, &s->model);
	}
}

/* Of what went, what the rest cannot be understood without stays. */
static void test_what_went_is_still_known(void **state)
{
	struct copy c = {.left = INT_MAX};
	struct reel *r = reel_new();
	struct session head;
	const struct frame *f;

	session_init(&head);
	session_init(&c.s);
	feed(*state, &head, r, UINT64_MAX);
	overfill(*state, &head, r);
	assert_int_equal(reel_each(r, take, &c), 0);
	f = (const struct frame *)c.frames.data;
	assert_int_equal(f->kind, FRAME_SESSION);
	assert_int_equal(c.s.model.pools_count, head.model.pools_count);
	assert_int_equal(c.s.model.pools[0].kind, head.model.pools[0].kind);
	assert_int_equal(c.s.model.pools[0].workers_alive, head.model.pools[0].workers_alive);
	assert_true(c.s.model.pools[0].command == head.model.pools[0].command);
	session_release(&head);
	session_release(&c.s);
	buf_release(&c.frames);
	reel_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_tick_comes_back),
		cmocka_unit_test(test_ticks_before_and_after),
		cmocka_unit_test(test_every_frame_comes_back),
		cmocka_unit_test(test_what_went_is_still_known),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
