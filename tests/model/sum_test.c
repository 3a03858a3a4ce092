/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages that were only added up: they count like any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void level(struct story *t, uint32_t level, uint32_t every)
{
	struct frame_level f = {.h = {.kind = FRAME_LEVEL, .size = sizeof(f)},
		.level = level,
		.levels = 4,
		.every = every,
		.budget = 10000};

	history_add(&t->h, &f);
}

static void add_up(struct story *t, uint32_t pid, enum msg_dir dir, uint64_t messages)
{
	bool is_task = (pid == 100) == (dir == MSG_WRITE);
	struct frame_sum f = {.h = {.kind = FRAME_SUM, .size = sizeof(f), .pid = pid},
		.ino = is_task ? story_pipes.task_ino : story_pipes.result_ino,
		.messages = messages,
		.bytes = messages * (is_task ? 50 : 30),
		.bytes_max = is_task ? 60 : 40,
		.newest_ns = t->h.now_ns,
		.items = 1,
		.dir = (uint8_t)dir,
		.shape = is_task ? SHAPE_POOL_TASK : SHAPE_POOL_RESULT};

	f.func = history_text(&t->h, "__main__.work");
	history_add(&t->h, &f);
}

static struct history_task task_of(int64_t job)
{
	return (struct history_task){
		.job = job, .func = "__main__.work", .items = 1, .bytes_out = 70, .bytes_back = 20};
}

static const struct func *work(const struct pool *p, const struct story *t)
{
	for (uint32_t i = 0; i < p->funcs_count; i++)
		if (!strcmp(model_text(&t->s.model, p->funcs[i].name, ""), "__main__.work"))
			return &p->funcs[i];
	return NULL;
}

static void sums_count_like_messages(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	level(t, 3, 0);
	add_up(t, 100, MSG_WRITE, 1000);
	add_up(t, 101, MSG_READ, 600);
	add_up(t, 102, MSG_READ, 300);
	add_up(t, 101, MSG_WRITE, 599);
	add_up(t, 102, MSG_WRITE, 300);
	add_up(t, 100, MSG_READ, 890);
	history_tick(&t->h);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1000);
	assert_int_equal(p->totals.taken, 900);
	assert_int_equal(p->totals.done, 899);
	assert_int_equal(p->totals.returned, 890);
	assert_int_equal(p->totals.items, 1000);
	assert_int_equal(p->totals.bytes_out, 50000);
	assert_int_equal(p->totals.bytes_back, 899 * 30);
	assert_int_equal(p->totals.bytes_out_max, 60);
	assert_int_equal(p->totals.bytes_back_max, 40);
	assert_int_equal(pool_in_flight(p), 110);
	assert_int_equal(pool_waiting(p, t->h.now_ns, NULL), 100);
	assert_int_equal(work(p, t)->sent, 1000);
	assert_int_equal(work(p, t)->tasks, 899);
	assert_int_equal(story_worker(p, 101)->tasks, 599);
	assert_int_equal(story_worker(p, 102)->bytes_in, 300 * 50);
	assert_int_equal(p->state, POOL_BUSY);
	assert_int_equal(t->s.model.summed, 3689);
}

/* Tasks that were on their way when less was told, of which the rest was only added up. */
static void a_task_may_be_told_in_part(void **state)
{
	struct story *t = *state;
	struct history_task a = task_of(1), b = task_of(2);
	const struct pool *p;

	story_start(t, 2);
	history_send(&t->h, &story_pipes, &a);
	history_take(&t->h, &story_pipes, 101, &a);
	history_send(&t->h, &story_pipes, &b);
	history_wait(&t->h, HISTORY_MS);
	level(t, 3, 0);
	history_wait(&t->h, HISTORY_MS);
	add_up(t, 101, MSG_WRITE, 1);
	add_up(t, 101, MSG_READ, 1);
	add_up(t, 101, MSG_WRITE, 1);
	add_up(t, 100, MSG_READ, 2);
	p = story_pool(t);
	assert_false(story_worker(p, 101)->hand.has);
	assert_int_equal(pool_in_flight(p), 0);
	history_ticks(&t->h, 8);
	add_up(t, 100, MSG_WRITE, 10);
	add_up(t, 101, MSG_READ, 10);
	history_ticks(&t->h, 8);
	add_up(t, 100, MSG_WRITE, 10);
	add_up(t, 101, MSG_READ, 10);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 22);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(p->tasks_count, 0);
}

/* And those of which the first was only added up, when all is told again. */
static void all_is_told_again(void **state)
{
	struct story *t = *state;
	struct history_task a = task_of(1), b = task_of(2);
	const struct pool *p;

	story_start(t, 2);
	level(t, 3, 0);
	add_up(t, 100, MSG_WRITE, 2);
	level(t, 0, 1);
	history_wait(&t->h, HISTORY_MS);
	history_take(&t->h, &story_pipes, 101, &a);
	history_wait(&t->h, HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &a);
	history_return(&t->h, &story_pipes, &a);
	history_return(&t->h, &story_pipes, &b);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 2);
	assert_int_equal(p->totals.taken, 1);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->totals.returned, 2);
	assert_int_equal(pool_in_flight(p), 0);
	assert_int_equal(p->tasks_count, 0);
}

/* What is told for what it says is not counted again; and is lost with its worker. */
static void what_a_dying_worker_held_is_known(void **state)
{
	struct story *t = *state;
	struct frame_msg f = {.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = 101},
		.ino = story_pipes.task_ino,
		.bytes = 50,
		.job = 7,
		.tid = 101,
		.items = 1,
		.dir = MSG_READ,
		.shape = SHAPE_POOL_TASK,
		.flags = MSG_HAS_JOB | MSG_HAS_CHUNK | MSG_ITEMS | MSG_SUMMED};
	const struct pool *p;

	story_start(t, 2);
	level(t, 3, 0);
	history_wait(&t->h, HISTORY_MS);
	f.func = history_text(&t->h, "__main__.work");
	history_add(&t->h, &f);
	add_up(t, 100, MSG_WRITE, 5);
	add_up(t, 101, MSG_READ, 5);
	add_up(t, 101, MSG_WRITE, 4);
	/* The newest that it has written is older than the task that it holds. */
	p = story_pool(t);
	assert_int_equal(p->totals.taken, 5);
	assert_int_equal(p->totals.done, 4);
}

static void strangers_sums_are_counted_as_dropped(void **state)
{
	struct story *t = *state;
	struct frame_sum f = {.h = {.kind = FRAME_SUM, .size = sizeof(f), .pid = 100},
		.ino = 999,
		.messages = 5,
		.dir = MSG_WRITE};

	story_start(t, 2);
	history_add(&t->h, &f);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.messages, 5);
	assert_int_equal(story_pool(t)->totals.sent, 0);
}

/* Wake-ups are of no task and on no queue: they are no loss. */
static void wakeups_are_not_dropped(void **state)
{
	struct story *t = *state;
	struct frame_sum f = {.h = {.kind = FRAME_SUM, .size = sizeof(f), .pid = 100},
		.ino = 999,
		.messages = 5,
		.dir = MSG_WRITE,
		.shape = SHAPE_EMPTY};

	story_start(t, 2);
	history_add(&t->h, &f);
	f.dir = MSG_READ;
	history_add(&t->h, &f);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.messages, 0);
	assert_int_equal(t->s.model.summed, 10);
	assert_int_equal(story_pool(t)->totals.sent, 0);
}

static void time_at_less_is_summed(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	level(t, 1, 8);
	history_wait(&t->h, 2 * HISTORY_S);
	level(t, 2, 64);
	history_wait(&t->h, 3 * HISTORY_S);
	level(t, 0, 1);
	history_wait(&t->h, 7 * HISTORY_S);
	history_tick(&t->h);
	story_tell(t);
	assert_int_equal(model_reduced_ns(&t->s.model), 5 * HISTORY_S);
	assert_int_equal(t->s.model.level_most, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(sums_count_like_messages),
		STORY(a_task_may_be_told_in_part),
		STORY(all_is_told_again),
		STORY(what_a_dying_worker_held_is_known),
		STORY(strangers_sums_are_counted_as_dropped),
		STORY(wakeups_are_not_dropped),
		STORY(time_at_less_is_summed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
