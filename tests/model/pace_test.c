/* SPDX-License-Identifier: GPL-2.0-only */
/* How a function's work goes: what moving its tasks costs, its tails, its payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct pace *pace(struct story *t)
{
	return &story_pool(t)->funcs[0].pace;
}

static struct history_task chunk(int32_t n, uint32_t items)
{
	return (struct history_task){.job = 1,
		.chunk = n,
		.func = "etl.load",
		.items = items,
		.flags = items ? MSG_CHUNKED : 0,
		.bytes_out = 100};
}

static void send(struct story *t, int32_t from, int32_t n, uint32_t items)
{
	for (int32_t i = from; i < from + n; i++) {
		struct history_task c = chunk(i, items);

		history_send(&t->h, &story_pipes, &c);
	}
}

static void take(struct story *t, uint32_t pid, int32_t n, uint32_t items)
{
	struct history_task c = chunk(n, items);

	history_take(&t->h, &story_pipes, pid, &c);
}

static void done(struct story *t, uint32_t pid, int32_t n)
{
	struct history_task c = chunk(n, 0);

	history_done(&t->h, &story_pipes, pid, &c);
	history_return(&t->h, &story_pipes, &c);
}

/* From done (or sent, if that is later) to taken; the worker's first task tells nothing. */
static void handover_is_time_that_work_waited(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	send(t, 0, 2, 0);
	take(t, 101, 0, 0);
	history_wait(&t->h, 5 * HISTORY_MS);
	done(t, 101, 0);
	history_wait(&t->h, 2 * HISTORY_MS);
	take(t, 101, 1, 0);
	history_wait(&t->h, 5 * HISTORY_MS);
	done(t, 101, 1);
	history_wait(&t->h, 100 * HISTORY_MS);
	send(t, 2, 1, 0);
	history_wait(&t->h, HISTORY_MS);
	take(t, 101, 2, 0);
	history_wait(&t->h, 5 * HISTORY_MS);
	done(t, 101, 2);
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->sums.tasks, 3);
	assert_int_equal(pace(t)->sums.items, 3);
	assert_int_equal(pace(t)->sums.run_ns, 15 * HISTORY_MS);
	assert_int_equal(pace(t)->sums.handover_ns, 3 * HISTORY_MS);
	assert_int_equal(pace(t)->sums.active_ns, 118 * HISTORY_MS);
	assert_int_equal(pace(t)->sums.bytes, 300);
}

/* A task that says how long it waited for a core is believed; the others waited as all did. */
static void waits_for_a_core_are_the_tasks_own(void **state)
{
	struct history_task one = chunk(0, 0), two = chunk(1, 0);
	struct story *t = *state;

	one.result_flags = MSG_TIMES;
	one.spent.runq_ns = 3 * HISTORY_MS;
	story_start(t, 1);
	send(t, 0, 2, 0);
	take(t, 101, 0, 0);
	history_state(&t->h, 101, STATE_RUN);
	history_wait(&t->h, 10 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &one);
	take(t, 101, 1, 0);
	history_state(&t->h, 101, STATE_RUNQ);
	history_wait(&t->h, 10 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &two);
	history_state(&t->h, 101, STATE_WAIT);
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->sums.run_ns, 20 * HISTORY_MS);
	assert_int_equal(pace(t)->sums.runq_ns, (3 + 5) * HISTORY_MS);
}

/* The parent's time on cores is shared by those whose tasks were moved, up to what that costs. */
static void parent_time_has_a_bound(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	send(t, 0, 1, 0);
	take(t, 101, 0, 0);
	history_wait(&t->h, 5 * HISTORY_MS);
	done(t, 101, 0);
	t->h.core_parent_ns[0] += 100 * HISTORY_US;
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->sums.parent_ns, 100 * HISTORY_US);
	send(t, 1, 1, 0);
	take(t, 101, 1, 0);
	done(t, 101, 1);
	t->h.core_parent_ns[0] += 900 * HISTORY_MS;
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->sums.parent_ns, 250 * HISTORY_US + 500);
}

static void old_work_counts_ever_less(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	send(t, 0, 1, 0);
	take(t, 101, 0, 0);
	history_ticks(&t->h, 20);
	done(t, 101, 0);
	story_tell(t);
	assert_int_equal(pace(t)->sums.active_ns, 20 * HISTORY_S);
	send(t, 1, 1, 0);
	take(t, 101, 1, 0);
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->sums.active_ns, 21 * HISTORY_S / 2);
	done(t, 101, 1);
	history_ticks(&t->h, 5);
	assert_int_equal(pace(t)->sums.active_ns, 21 * HISTORY_S / 2);
}

/* Two workers, three chunks: the second has nothing to do while the third chunk runs. */
static void tail_is_idle_core_time(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	send(t, 0, 3, 10);
	take(t, 101, 0, 10);
	take(t, 102, 1, 10);
	history_wait(&t->h, HISTORY_S);
	done(t, 101, 0);
	take(t, 101, 2, 10);
	done(t, 102, 1);
	history_wait(&t->h, 400 * HISTORY_MS);
	story_tell(t);
	assert_int_equal(pace_idle_ns(story_pool(t), &story_pool(t)->funcs[0], t->h.now_ns),
		400 * HISTORY_MS);
	history_wait(&t->h, 2600 * HISTORY_MS);
	done(t, 101, 2);
	story_tell(t);
	assert_int_equal(pace(t)->mapped.tasks, 3);
	assert_int_equal(pace(t)->mapped.items, 30);
	assert_int_equal(pace(t)->mapped.idle_ns, 3 * HISTORY_S);
	assert_int_equal(pace(t)->mapped.run_ns, 5 * HISTORY_S);
	assert_int_equal(pace(t)->mapped.run_max_ns, 3 * HISTORY_S);
	assert_int_equal(pace(t)->mapped.lanes, 2);
	assert_int_equal(pace(t)->mapped_idle_ns, 3 * HISTORY_S);
	assert_int_equal(pace(t)->mapped_span_ns, 4 * HISTORY_S);
}

/* A parent that sends one after another leaves no tail, and work of others is none either. */
static void what_is_sent_later_ends_a_tail(void **state)
{
	struct history_task other = {.job = 2, .chunk = 0, .func = "etl.other"};
	struct story *t = *state;

	story_start(t, 2);
	send(t, 0, 1, 10);
	take(t, 101, 0, 10);
	history_wait(&t->h, HISTORY_S);
	send(t, 1, 1, 10);
	history_send(&t->h, &story_pipes, &other);
	history_take(&t->h, &story_pipes, 102, &other);
	done(t, 101, 0);
	take(t, 101, 1, 10);
	history_wait(&t->h, HISTORY_S);
	done(t, 101, 1);
	story_tell(t);
	assert_int_equal(pace(t)->mapped.tasks, 2);
	assert_int_equal(pace(t)->mapped.idle_ns, 0);
}

static void reader_may_be_faster_than_the_writers_end(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	take(t, 101, 0, 0);
	done(t, 101, 0);
	send(t, 0, 1, 0);
	take(t, 101, 1, 0);
	send(t, 1, 1, 0);
	history_wait(&t->h, HISTORY_MS);
	done(t, 101, 1);
	history_ticks(&t->h, 1);
	assert_int_equal(pace(t)->untaken, 0);
	assert_int_equal(pace(t)->in_hand, 0);
	assert_int_equal(pace(t)->sums.tasks, 2);
	assert_int_equal(pace(t)->sums.run_ns, HISTORY_MS);
}

static void lost_task_is_in_nobodys_hand(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	send(t, 0, 2, 0);
	take(t, 101, 0, 0);
	take(t, 102, 1, 0);
	history_kill(&t->h, 102, 9, 77, "bash");
	done(t, 101, 0);
	history_ticks(&t->h, 3);
	assert_int_equal(pace(t)->in_hand, 0);
	assert_int_equal(pace(t)->from_ns, 0);
}

static void payload_is_known_again_by_one_mark(void **state)
{
	struct history_task big = {.job = 1, .func = "etl.load", .bytes_out = 1000000};
	struct story *t = *state;

	story_start(t, 1);
	for (int i = 0; i < 4; i++) {
		big.job = i;
		big.bytes_out = 1000000 + 3 * i;
		big.head_mark = i % 2 ? 77 : 1000 + i;
		big.tail_mark = i % 2 ? 2000 + i : 88;
		history_send(&t->h, &story_pipes, &big);
		history_wait(&t->h, HISTORY_MS);
	}
	story_tell(t);
	assert_int_equal(pace(t)->payloads[0].tasks, 2);
	assert_int_equal(pace(t)->payloads[1].tasks, 2);
	assert_int_equal(pace(t)->payloads[1].head_mark, 77);
	assert_int_equal(pace(t)->payloads[1].bytes_all, 2000012);
	big.job = 9;
	big.head_mark = 77;
	big.bytes_out = 2000000; /* near miss: of another size it is another */
	history_send(&t->h, &story_pipes, &big);
	story_tell(t);
	assert_int_equal(pace(t)->payloads[1].tasks, 2);
	assert_int_equal(pace(t)->payloads[2].tasks, 1);
}

static void new_payload_takes_the_place_of_the_oldest(void **state)
{
	struct history_task big = {.func = "etl.load", .bytes_out = 1000000};
	struct story *t = *state;

	story_start(t, 1);
	for (int i = 0; i < 10; i++) {
		big.job = i;
		big.head_mark = i % 2 ? 5 : 100 + i;
		history_send(&t->h, &story_pipes, &big);
		history_wait(&t->h, HISTORY_MS);
	}
	story_tell(t);
	for (int i = 0; i < PACE_PAYLOADS; i++)
		if (pace(t)->payloads[i].head_mark == 5)
			assert_int_equal(pace(t)->payloads[i].tasks, 5);
		else
			assert_int_equal(pace(t)->payloads[i].tasks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(handover_is_time_that_work_waited),
		STORY(waits_for_a_core_are_the_tasks_own),
		STORY(parent_time_has_a_bound),
		STORY(old_work_counts_ever_less),
		STORY(tail_is_idle_core_time),
		STORY(what_is_sent_later_ends_a_tail),
		STORY(reader_may_be_faster_than_the_writers_end),
		STORY(lost_task_is_in_nobodys_hand),
		STORY(payload_is_known_again_by_one_mark),
		STORY(new_payload_takes_the_place_of_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
