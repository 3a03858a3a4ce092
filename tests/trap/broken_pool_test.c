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
	return story_finding(story_pool(t), "broken-pool");
}

/* An executor's workers keep both ends of both pipes. */
static void both_ends(struct history *h, uint32_t pid)
{
	for (int i = 0; i < 2; i++) {
		history_pipe(h, pid, 6001 + (uint64_t)i, 5 + 2 * i, PIPE_READ);
		history_pipe(h, pid, 6001 + (uint64_t)i, 6 + 2 * i, PIPE_WRITE);
	}
	history_ends(h, pid);
}

static void begin(struct story *t)
{
	struct history_task call = {.chunk = -1, .func = "job.f"};

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	for (uint32_t pid = 101; pid < 104; pid++) {
		history_wait(&t->h, 2 * HISTORY_MS);
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
		history_state(&t->h, pid, STATE_WAIT);
		both_ends(&t->h, pid);
	}
	for (call.job = 5; call.job < 8; call.job++)
		history_send(&t->h, &story_calls, &call);
	for (call.job = 5; call.job < 7; call.job++)
		history_take(&t->h, &story_calls, 97 + (uint32_t)call.job, &call);
	history_ticks(&t->h, 2);
}

static void names_who_did_it(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	begin(t);
	history_kill(&t->h, 102, 9, 900, "bash");
	history_kill(&t->h, 101, 15, 100, "python3");
	history_kill(&t->h, 103, 15, 100, "python3");
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"worker 102 broke the pool: it was killed (SIGKILL, by bash [900]) with task 5 of "
		"job.f in hand; 2 other calls on their way, and all that waited in the parent, "
		"fail "
		"for that alone");
	assert_null(story_finding(story_pool(t), "lost-task"));
	assert_non_null(found(t, 5));
}

/* Near miss: the parent ends them all, and nobody broke it. */
static void quiet_when_the_parent_ends_it(void **state)
{
	struct story *t = *state;

	begin(t);
	for (uint32_t pid = 101; pid < 104; pid++)
		history_kill(&t->h, pid, 15, 100, "python3");
	assert_null(found(t, 1));
}

/* The thread that reads results, and the other that submits. */
enum { READER = 113, WAKE_INO = 6003 };

static void read_result(struct story *t)
{
	struct history_task call = {.job = 5, .chunk = -1, .func = "job.f", .result_tid = READER};

	history_done(&t->h, &story_calls, 102, &call);
	history_return(&t->h, &story_calls, &call);
}

static void strike(struct story *t, uint32_t sig, uint32_t tid)
{
	t->h.signal_tid = tid;
	for (uint32_t pid = 101; pid < 104; pid++)
		history_kill(&t->h, pid, sig, 100, "python3");
}

/* Rule G: the result that was read last could not be unpickled. */
static void names_the_result_that_broke_it(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	begin(t);
	read_result(t);
	strike(t, 15, READER);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"the parent broke the pool when it could not unpickle the result of task 5 of "
		"job.f, from worker 102; 2 other calls on their way, and all that waited, fail for "
		"that alone");
	f = story_finding(story_pool(t), "unpickle-failed");
	assert_non_null(f);
	assert_non_null(strstr(f->text, "the result of task 5 of job.f, which worker 102 sent"));
	assert_null(story_finding(story_pool(t), "worker-died"));
}

/* Near miss: another thread ends them, as terminate_workers() does. */
static void quiet_when_another_thread_ends_them(void **state)
{
	struct story *t = *state;

	begin(t);
	read_result(t);
	strike(t, 15, 100);
	assert_null(found(t, 1));
	assert_null(story_finding(story_pool(t), "unpickle-failed"));
}

/* Near miss: another thread has told it to, as loky's shutdown(kill_workers=True) does. */
static void quiet_when_it_was_told_to(void **state)
{
	struct story *t = *state;

	begin(t);
	read_result(t);
	history_wake(&t->h, 100, WAKE_INO);
	strike(t, 9, READER);
	assert_null(found(t, 1));
	assert_null(story_finding(story_pool(t), "unpickle-failed"));
}

static void add_up(struct story *t, uint64_t ino, enum msg_dir dir, enum msg_shape shape)
{
	struct frame_sum f = {.h = {.kind = FRAME_SUM, .size = sizeof(f), .pid = 100},
		.ino = ino,
		.messages = 1,
		.newest_ns = t->h.now_ns,
		.dir = (uint8_t)dir,
		.shape = (uint8_t)shape};

	history_add(&t->h, &f);
}

/* Near miss: another one was read, which was only counted. */
static void quiet_when_it_is_not_known_which(void **state)
{
	struct story *t = *state;

	begin(t);
	read_result(t);
	strike(t, 15, READER);
	add_up(t, story_calls.result_ino, MSG_READ, SHAPE_RESULT);
	assert_null(found(t, 1));
	assert_null(story_finding(story_pool(t), "unpickle-failed"));
}

/* Near miss: it was told to by a wake-up that was only counted. */
static void quiet_when_a_counted_wakeup_told_it(void **state)
{
	struct story *t = *state;

	begin(t);
	read_result(t);
	add_up(t, WAKE_INO, MSG_WRITE, SHAPE_EMPTY);
	strike(t, 9, READER);
	assert_null(found(t, 1));
}

/* What was read before that is not the cause. */
static void a_death_is_the_cause(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	begin(t);
	read_result(t);
	history_kill(&t->h, 101, 9, 900, "bash");
	t->h.signal_tid = READER;
	history_kill(&t->h, 102, 15, 100, "python3");
	history_kill(&t->h, 103, 15, 100, "python3");
	f = found(t, 1);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "worker 101 broke the pool"));
	assert_null(story_finding(story_pool(t), "unpickle-failed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(names_who_did_it),
		STORY(quiet_when_the_parent_ends_it),
		STORY(names_the_result_that_broke_it),
		STORY(quiet_when_another_thread_ends_them),
		STORY(quiet_when_it_was_told_to),
		STORY(quiet_when_it_is_not_known_which),
		STORY(quiet_when_a_counted_wakeup_told_it),
		STORY(a_death_is_the_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
