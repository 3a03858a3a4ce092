/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a pool does not move: each rule, and its near miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {
	.job = 4, .chunk = 1, .func = "job.work", .bytes_out = 60, .bytes_back = 30};
static const struct history_wait own_lock = {
	.wait_for = WAIT_LOCK, .flags = WAIT_ALONE, .object = 0x7f0000001000};

/* Why it does not move after so many ticks; NULL: it moves. */
static const struct stall *after(struct story *t, unsigned int ticks)
{
	const struct pool *p;

	history_ticks(&t->h, ticks);
	p = story_pool(t);
	return p->state == POOL_STALLED ? &p->stall : NULL;
}

static void taken(struct story *t, uint32_t pid, int64_t job)
{
	struct history_task one = task;

	one.job = job;
	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, pid, &one);
}

/* It blocks in its task. */
static void blocks(
	struct story *t, uint32_t pid, enum worker_state in, const struct history_wait *w)
{
	history_wait(&t->h, HISTORY_MS);
	history_state(&t->h, pid, in);
	history_wait(&t->h, HISTORY_MS);
	history_work(&t->h, pid);
	history_waits(&t->h, pid, w);
}

/* Rule J. */
static void nobody_can_release_its_lock(void **state)
{
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 2);
	taken(t, 101, 4);
	blocks(t, 101, STATE_LOCK, &own_lock);
	assert_null(after(t, 1));
	s = after(t, 2);
	assert_non_null(s);
	assert_string_equal(s->reason, "fork-lock");
	assert_non_null(strstr(s->text, "101 hangs with task 4 of job.work: it waits"));
	assert_int_equal(s->since_ns, model_main_wait(&t->s.model, 101)->since_ns);
	/* The second as well. */
	taken(t, 102, 5);
	assert_null(after(t, 1));
	blocks(t, 102, STATE_LOCK, &own_lock);
	s = after(t, 3);
	assert_non_null(strstr(s->text, "101 and 1 other hang, the first with task 4"));
}

static void somebody_can_release_its_lock(void **state)
{
	struct history_wait w = own_lock;
	struct story *t = *state;

	story_start(t, 1);
	taken(t, 101, 4);
	w.flags = 0; /* another thread */
	blocks(t, 101, STATE_LOCK, &w);
	assert_null(after(t, 6));
	w.flags = WAIT_ALONE | WAIT_TIMED; /* it gives up by itself */
	history_waits(&t->h, 101, &w);
	assert_null(after(t, 6));
}

/* What waits is taken by the other. */
static void one_hangs_and_the_other_works(void **state)
{
	struct history_task next = task;
	struct story *t = *state;

	story_start(t, 2);
	taken(t, 101, 4);
	blocks(t, 101, STATE_LOCK, &own_lock);
	taken(t, 102, 5);
	assert_null(after(t, 5));
	next.job = 5;
	history_done(&t->h, &story_pipes, 102, &next);
	history_return(&t->h, &story_pipes, &next);
	next.job = 6;
	history_send(&t->h, &story_pipes, &next);
	assert_null(after(t, 1));
}

static void idle_workers_hang_not(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	history_waits(&t->h, 101, &own_lock);
	assert_null(after(t, 6));
}

/* Rule E. */
static void killed_while_it_sent(void **state)
{
	struct history_actor *a;
	struct story *t = *state;
	const struct stall *s;

	story_start(t, 2);
	taken(t, 101, 4);
	a = history_actor(&t->h, 101);
	a->syscall = 1;
	a->syscall_ino = story_pipes.result_ino;
	history_kill(&t->h, 101, 9, 7, "bash");
	s = after(t, 1);
	assert_non_null(s);
	assert_string_equal(s->reason, "queue-lock-lost");
	assert_non_null(strstr(s->text, "101 was killed while it sent a result"));
	assert_non_null(strstr(story_pool(t)->deaths[0].consequence, "nothing returns any more"));
	assert_non_null(story_finding(story_pool(t), "queue-lock-lost"));
}

/* A result that comes after it: the lock was given back. */
static void killed_after_it_sent(void **state)
{
	struct history_task other = task;
	struct history_actor *a;
	struct story *t = *state;

	story_start(t, 2);
	taken(t, 101, 4);
	taken(t, 102, 5);
	a = history_actor(&t->h, 101);
	a->syscall = 1;
	a->syscall_ino = story_pipes.result_ino;
	history_kill(&t->h, 101, 9, 7, "bash");
	other.job = 5;
	history_wait(&t->h, HISTORY_MS);
	history_done(&t->h, &story_pipes, 102, &other);
	history_return(&t->h, &story_pipes, &other);
	assert_null(after(t, 1));
	assert_null(story_finding(story_pool(t), "queue-lock-lost"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nobody_can_release_its_lock),
		STORY(somebody_can_release_its_lock),
		STORY(one_hangs_and_the_other_works),
		STORY(idle_workers_hang_not),
		STORY(killed_while_it_sent),
		STORY(killed_after_it_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
