/* SPDX-License-Identifier: GPL-2.0-only */
/* Bare processes that only send: nothing is ever sent to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { RESULTS = 8002 };

static void say(struct story *t, uint32_t pid, enum msg_dir dir, uint64_t bytes)
{
	history_wait(&t->h, 10 * HISTORY_US);
	history_say(&t->h, (struct history_said){pid, 0, RESULTS, dir, bytes, 0});
}

/* What its Python stack says has come. */
static void turns_out_bare(struct story *t, uint32_t pid)
{
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = pid},
		.ppid = 100,
		.how = PROC_BORN,
		.threads = 1,
		.flags = PROC_BARE,
	};

	f.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &f);
}

/* Nothing is sent to them: they are a pool all the same, and nothing is a task. */
static void some_only_send(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_children(t, 2);
	turns_out_bare(t, 101);
	say(t, 101, MSG_WRITE, 40);
	say(t, 100, MSG_READ, 40);
	say(t, 100, MSG_READ, 50); /* before it is seen that this was written */
	say(t, 102, MSG_WRITE, 50);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_non_null(p);
	assert_string_equal(p->kind, "Process");
	assert_true(pool_only_sends(p));
	assert_int_equal(p->workers_alive, 2);
	assert_int_equal(p->queues_count, 1);
	assert_int_equal(p->queues[0].role, QUEUE_RESULTS);
	assert_int_equal(p->queues[0].written, 2);
	assert_int_equal(p->queues[0].read, 2);
	assert_int_equal(p->queues[0].bytes_read, 90);
	assert_int_equal(p->totals.sent + p->totals.done, 0);
	assert_int_equal(p->totals.bytes_back, 90);
	assert_int_equal(p->totals.bytes_back_max, 50);
	assert_int_equal(story_worker(p, 102)->bytes_out, 50);
	history_exit(&t->h, 101, 0);
	history_exit(&t->h, 102, 9);
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->stillborn, 0);
}

/* It may be anybody's word to its parent. */
static void who_may_be_anything_is_no_pool(void **state)
{
	struct story *t = *state;

	story_children(t, 1);
	say(t, 101, MSG_WRITE, 40);
	say(t, 100, MSG_READ, 40);
	history_ticks(&t->h, 2);
	assert_null(story_pool(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(some_only_send),
		STORY(who_may_be_anything_is_no_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
