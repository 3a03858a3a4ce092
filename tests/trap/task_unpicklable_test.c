/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

/* The pipe by which a Pool's threads wake one another, the thread that sends tasks, and the one
 * that reads results. */
enum { NOTES = 5003, SENDER = 112, READER = 113 };

static const struct finding *found(struct story *t)
{
	history_ticks(&t->h, 1);
	return story_finding(story_pool(t), "task-unpicklable");
}

static void send(struct story *t, int64_t job, int32_t chunk)
{
	struct history_task one = {.job = job, .chunk = chunk, .func = "etl.load"};

	t->h.write_tid = SENDER;
	history_send(&t->h, &story_pipes, &one);
}

static void run(struct story *t, int64_t job, int32_t chunk)
{
	struct history_task one = {
		.job = job, .chunk = chunk, .func = "etl.load", .result_tid = READER};

	send(t, job, chunk);
	history_run(&t->h, &story_pipes, 101, &one, HISTORY_MS);
}

/* No job is open any more, says this thread. */
static void none_open(struct story *t, uint32_t tid)
{
	t->h.write_tid = tid;
	history_sentinel(&t->h, 100, NOTES, MSG_WRITE);
}

static void fires_for_a_call_that_was_not_sent(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	run(t, 0, 0);
	none_open(t, READER);
	assert_null(found(t));
	none_open(t, SENDER);
	none_open(t, SENDER);
	f = found(t);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text,
		"2 calls never left the parent: the function, or an argument, could not be "
		"pickled");
}

/* Which thread sends tasks shows when one is sent. */
static void fires_for_the_first_call_of_all(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	none_open(t, SENDER);
	assert_null(found(t));
	run(t, 1, 0);
	assert_non_null(found(t));
}

static void fires_for_a_chunk_that_is_missing(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	run(t, 4, 0);
	run(t, 4, 3);
	f = found(t);
	assert_non_null(f);
	assert_string_equal(f->text,
		"2 tasks for etl.load never left the parent, since what was in them could not be "
		"pickled; the newest was chunk 2 of job 4");
}

/* Near misses: a number that is left out, as map() of nothing and other pools do; the results of
 * an imap() that are all back before it is known how many they are; and a word of others. */
static void quiet_for_numbers_and_words_of_others(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	none_open(t, 100);
	run(t, 3, 0);
	run(t, 9, 0);
	none_open(t, SENDER);
	run(t, 10, 0);
	none_open(t, READER);
	none_open(t, 100);
	none_open(t, 100);
	send(t, 11, 0);
	none_open(t, SENDER);
	assert_null(found(t));
}

/* Near miss: what was sent was not seen. */
static void quiet_when_records_were_lost(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	run(t, 4, 0);
	history_lost(&t->h, 3);
	run(t, 4, 3);
	none_open(t, SENDER);
	none_open(t, SENDER);
	assert_null(found(t));
}

/* Near miss: what was sent was only added up, for a while. */
static void quiet_when_not_all_was_told(void **state)
{
	struct frame_level level = {.h = {.kind = FRAME_LEVEL, .size = sizeof(level)},
		.level = 1,
		.levels = 4,
		.every = 8};
	struct story *t = *state;

	story_start(t, 2);
	run(t, 4, 0);
	history_add(&t->h, &level);
	run(t, 4, 8);
	none_open(t, SENDER);
	none_open(t, SENDER);
	level.level = 0;
	level.every = 1;
	history_add(&t->h, &level);
	run(t, 4, 40);
	assert_null(found(t));
}

/* Found at work: the workers are at a job, and the parent is in the middle of sending the next. */
static void begin_in_the_middle(struct story *t)
{
	const struct history_task older = {.job = 4, .chunk = 7, .func = "etl.load"};

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		history_found(&t->h, pid, 100, "python3 job.py", "3.11.7");
		history_worker_ends(&t->h, &story_pipes, pid);
	}
	history_run(&t->h, &story_pipes, 101, &older, HISTORY_MS);
	run(t, 5, 116);
	assert_null(found(t));
	assert_false(story_pool(t)->from_start);
}

/* Near miss: it was sent before watching began. */
static void quiet_for_what_was_sent_before(void **state)
{
	struct story *t = *state;

	begin_in_the_middle(t);
	run(t, 5, 117);
	run(t, 6, 0);
	assert_null(found(t));
}

static void fires_for_a_chunk_after_what_was_sent_before(void **state)
{
	struct story *t = *state;

	begin_in_the_middle(t);
	run(t, 5, 118);
	assert_non_null(found(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_a_call_that_was_not_sent),
		STORY(fires_for_the_first_call_of_all),
		STORY(fires_for_a_chunk_that_is_missing),
		STORY(quiet_for_numbers_and_words_of_others),
		STORY(quiet_when_records_were_lost),
		STORY(quiet_when_not_all_was_told),
		STORY(quiet_for_what_was_sent_before),
		STORY(fires_for_a_chunk_after_what_was_sent_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
