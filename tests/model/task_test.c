/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks, whichever of their messages comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_pool *const pipes = &story_pipes;

static struct history_task nth(int n)
{
	return (struct history_task){
		.job = n / 10,
		.chunk = n % 10,
		.func = n % 2 ? "job.odd" : "job.even",
		.bytes_out = 100 + (uint64_t)n,
		.bytes_back = 10 + (uint64_t)n,
	};
}

static void life_in_order(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(7);
	const struct pool *p;
	const struct task *task;

	story_start(t, 2);
	history_send(&t->h, pipes, &one);
	history_wait(&t->h, 5 * HISTORY_MS);
	history_take(&t->h, pipes, 102, &one);
	p = story_pool(t);
	task = pool_task(p, (struct task_key){0, 7});
	assert_non_null(task);
	assert_int_equal(task->stage, TASK_TAKEN);
	assert_int_equal(task->pid, 102);
	assert_int_equal(task->taken_ns - task->sent_ns, 5 * HISTORY_MS);
	assert_true(story_worker(p, 102)->hand.has);
	assert_string_equal(
		model_text(&t->s.model, story_worker(p, 102)->hand.func, ""), "job.odd");
	assert_int_equal(story_worker(p, 102)->state, STATE_RUN);
	history_wait(&t->h, 70 * HISTORY_MS);
	history_done(&t->h, pipes, 102, &one);
	history_wait(&t->h, 2 * HISTORY_MS);
	p = story_pool(t);
	assert_int_equal(pool_task(p, (struct task_key){0, 7})->stage, TASK_DONE);
	assert_int_equal(pool_in_flight(p), 1);
	assert_false(story_worker(p, 102)->hand.has);
	assert_int_equal(story_worker(p, 102)->state, STATE_WAIT);
	history_return(&t->h, pipes, &one);
	p = story_pool(t);
	assert_null(pool_task(p, (struct task_key){0, 7}));
	assert_int_equal(pool_in_flight(p), 0);
	assert_int_equal(p->wait.total_ns, 5 * HISTORY_MS);
	assert_int_equal(p->run.total_ns, 70 * HISTORY_MS);
	assert_int_equal(p->back.total_ns, 2 * HISTORY_MS);
	assert_int_equal(p->totals.bytes_out, 107);
	assert_int_equal(p->totals.bytes_back, 17);
	assert_int_equal(story_worker(p, 102)->bytes_in, 107);
	assert_int_equal(story_worker(p, 102)->bytes_out, 17);
	assert_int_equal(p->slowest[0].run_ns, 70 * HISTORY_MS);
}

/* The reader wakes before the writer's call has ended: each pair turned round. */
static void reader_before_writer(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(3), blind = one;
	const struct pool *p;

	story_start(t, 2);
	/* What was read was too short to show the function. */
	blind.func = NULL;
	history_take(&t->h, pipes, 101, &blind);
	assert_int_equal(story_pool(t)->totals.taken, 1);
	assert_int_equal(story_pool(t)->totals.sent, 0);
	history_wait(&t->h, 3 * HISTORY_US);
	history_send(&t->h, pipes, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1);
	assert_string_equal(
		model_text(&t->s.model, story_worker(p, 101)->hand.func, ""), "job.odd");
	assert_int_equal(p->wait.count, 1);
	assert_int_equal(p->wait.total_ns, 0);
	history_wait(&t->h, HISTORY_MS);
	history_return(&t->h, pipes, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->totals.done, 0);
	assert_int_equal(pool_in_flight(p), 0);
	assert_non_null(pool_task(p, (struct task_key){0, 3}));
	history_wait(&t->h, 3 * HISTORY_US);
	history_done(&t->h, pipes, 101, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(p->tasks_returned, 0);
	assert_int_equal(p->back.count, 1);
	assert_int_equal(p->back.total_ns, 0);
	assert_string_equal(model_text(&t->s.model, p->funcs[0].name, ""), "job.odd");
	assert_int_equal(p->funcs[0].tasks, 1);
	assert_int_equal(p->funcs[0].sent, 1);
}

/* Sent before watching began: taken is enough to count, but it was not seen sent. */
static void taken_without_sent(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(4);
	const struct pool *p;

	story_start(t, 2);
	history_run(&t->h, pipes, 101, &one, HISTORY_MS);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 0);
	assert_int_equal(p->totals.taken, 1);
	assert_int_equal(p->totals.done, 1);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->totals.items, 0);
	assert_int_equal(p->totals.bytes_out, 0);
	assert_int_equal(p->wait.count, 0);
	assert_int_equal(p->run.count, 1);
	assert_int_equal(pool_in_flight(p), 0);
	/* Its sent may still come, and then would say its function. */
	assert_int_equal(p->tasks_count, 1);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(p->funcs[0].tasks, 1);
}

/* The writer lost its core between its write and that system call's end. */
static void sent_last_of_all(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(4);
	const struct pool *p;

	story_start(t, 2);
	history_run(&t->h, pipes, 101, &one, HISTORY_MS);
	history_send(&t->h, pipes, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.returned, 1);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(p->funcs_count, 1);
	assert_string_equal(model_text(&t->s.model, p->funcs[0].name, "-"), one.func);
	assert_int_equal(p->funcs[0].tasks, 1);
	assert_int_equal(p->funcs[0].run.count, 1);
	assert_int_equal(p->funcs[0].bytes_back, p->totals.bytes_back);
	assert_int_equal(p->slowest[0].func, p->funcs[0].name);
}

static void result_of_an_unseen_task_counts_nowhere(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(4);
	const struct pool *p;

	story_start(t, 2);
	history_done(&t->h, pipes, 101, &one);
	history_return(&t->h, pipes, &one);
	p = story_pool(t);
	assert_int_equal(p->totals.done, 0);
	assert_int_equal(p->totals.returned, 0);
	assert_int_equal(p->totals.bytes_back, 0);
	assert_int_equal(story_worker(p, 101)->tasks, 0);
	assert_int_equal(story_worker(p, 101)->last_done_ns, t->h.now_ns);
}

/* Many tasks, all steps interleaved, every swap-removal exercised: nothing is lost or doubled. */
static void thousand_tasks(void **state)
{
	struct story *t = *state;
	const struct pool *p;
	struct history_task one;

	story_start(t, 2);
	for (int n = 0; n < 1400; n++) {
		one = nth(n);
		if (n < 1000)
			history_send(&t->h, pipes, &one);
		one = nth(n - 200 < 0 ? 0 : n - 200);
		if (n >= 200 && n < 1200)
			history_take(&t->h, pipes, 101 + (uint32_t)n % 2, &one);
		if (n >= 200 && n < 1200)
			history_done(&t->h, pipes, 101 + (uint32_t)n % 2, &one);
		history_wait(&t->h, HISTORY_US);
	}
	for (int n = 0; n < 1000; n++) {
		one = nth(n * 7 % 1000);
		history_return(&t->h, pipes, &one);
	}
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1000);
	assert_int_equal(p->totals.taken, 1000);
	assert_int_equal(p->totals.done, 1000);
	assert_int_equal(p->totals.returned, 1000);
	assert_int_equal(p->totals.items, 1000);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(p->tasks_by_key.count, 0);
	assert_int_equal(p->funcs_count, 2);
	assert_int_equal(p->funcs[0].tasks + p->funcs[1].tasks, 1000);
	assert_int_equal(t->s.model.dropped.tasks, 0);
}

static void waiting_tasks_and_the_oldest(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(0), two = nth(1), three = nth(2);
	uint64_t oldest_ns = 0;

	story_start(t, 2);
	history_send(&t->h, pipes, &one);
	history_wait(&t->h, HISTORY_S);
	history_send(&t->h, pipes, &two);
	history_send(&t->h, pipes, &three);
	history_take(&t->h, pipes, 101, &one);
	history_wait(&t->h, 2 * HISTORY_S);
	assert_int_equal(pool_waiting(story_pool(t), t->h.now_ns, &oldest_ns), 2);
	assert_int_equal(oldest_ns, 2 * HISTORY_S);
}

/* Its done was never seen, because the record was lost: after a while it is forgotten. */
static void returned_without_done_leaves(void **state)
{
	struct story *t = *state;
	struct history_task one = nth(0), two = nth(1);

	story_start(t, 2);
	history_send(&t->h, pipes, &one);
	history_take(&t->h, pipes, 101, &one);
	history_return(&t->h, pipes, &one);
	assert_int_equal(story_pool(t)->tasks_count, 1);
	history_ticks(&t->h, 2);
	assert_int_equal(story_pool(t)->tasks_count, 0);
	assert_int_equal(story_pool(t)->totals.returned, 1);
	/* Known at once if its worker has another in hand. */
	history_send(&t->h, pipes, &one);
	history_send(&t->h, pipes, &two);
	history_take(&t->h, pipes, 101, &one);
	history_take(&t->h, pipes, 101, &two);
	history_return(&t->h, pipes, &one);
	assert_int_equal(story_pool(t)->tasks_count, 1);
}

static void lost_records_leave_no_task_behind(void **state)
{
	struct story *t = *state;
	struct history_task task[6];
	const struct pool *p;

	story_start(t, 2);
	for (int n = 0; n < 6; n++) {
		task[n] = nth(n);
		history_send(&t->h, pipes, &task[n]);
	}
	/* 0: nothing more; 1: taken only; 2: done only; the others whole, but for 5. */
	history_take(&t->h, pipes, 101, &task[1]);
	history_take(&t->h, pipes, 101, &task[2]);
	history_done(&t->h, pipes, 101, &task[2]);
	history_run(&t->h, pipes, 102, &task[3], HISTORY_MS);
	history_ticks(&t->h, 2);
	history_send(&t->h, pipes, &task[0]);
	history_run(&t->h, pipes, 102, &task[4], HISTORY_MS);
	history_ticks(&t->h, 2);
	assert_int_equal(story_pool(t)->tasks_count, 4);
	history_lost(&t->h, 9);
	history_wait(&t->h, HISTORY_S);
	task[4].job = 9;
	history_send(&t->h, pipes, &task[4]);
	history_run(&t->h, pipes, 102, &task[4], HISTORY_MS);
	history_ticks(&t->h, 2);
	p = story_pool(t);
	assert_int_equal(p->tasks_count, 0);
	assert_int_equal(t->s.model.lost_records, 9);
	assert_int_equal(p->totals.sent, 7);
}

/* Its parent was watched a moment before its workers: what they took meanwhile waits no more. */
static void begun_in_the_middle_leaves_no_task_behind(void **state)
{
	struct story *t = *state;
	struct history_task task[5];

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid <= 102; pid++) {
		history_found(&t->h, pid, 100, "python3 job.py", "3.11.7");
		history_worker_ends(&t->h, pipes, pid);
	}
	for (int n = 0; n < 5; n++)
		task[n] = nth(n);
	for (int n = 0; n < 3; n++)
		history_send(&t->h, pipes, &task[n]);
	history_run(&t->h, pipes, 101, &task[1], HISTORY_MS);
	history_return(&t->h, pipes, &task[1]);
	history_ticks(&t->h, 2);
	assert_false(story_pool(t)->from_start);
	/* The third is in the queue yet, and so may the first be: it was sent just before. */
	assert_int_equal(story_pool(t)->tasks_count, 2);
	history_send(&t->h, pipes, &task[3]);
	history_run(&t->h, pipes, 101, &task[3], HISTORY_MS);
	history_send(&t->h, pipes, &task[4]);
	history_return(&t->h, pipes, &task[3]);
	history_ticks(&t->h, 1);
	assert_int_equal(story_pool(t)->tasks_count, 1);
	assert_int_equal(pool_task(story_pool(t), (struct task_key){0, 4})->stage, TASK_SENT);
	assert_int_equal(pool_queue(story_pool(t), pipes->task_ino)->waiting, 1);
	assert_int_equal(story_pool(t)->totals.lost, 0);
}

/* Keys that were made to share a hash are still told apart. */
static void keys_with_one_hash(void **state)
{
	struct story *t = *state;
	struct history_task one = {.job = 1, .chunk = 0, .func = "f"};
	struct history_task other = {.job = 0, .chunk = 1 << 24, .func = "f"};

	story_start(t, 2);
	history_send(&t->h, pipes, &one);
	history_send(&t->h, pipes, &other);
	history_take(&t->h, pipes, 101, &other);
	story_tell(t);
	assert_true(t->s.model.dropped.tasks > 0);
	assert_int_equal(pool_task(story_pool(t), (struct task_key){1, 0})->stage, TASK_SENT);
	assert_null(pool_task(story_pool(t), (struct task_key){0, 1 << 24}));
}

static void slowest_are_sorted(void **state)
{
	static const unsigned int ms[] = {
		5, 90, 3, 40, 41, 7, 88, 1, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 99, 17};
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	for (int n = 0; n < (int)(sizeof(ms) / sizeof(ms[0])); n++) {
		struct history_task one = nth(n);

		history_send(&t->h, pipes, &one);
		history_run(&t->h, pipes, 101, &one, ms[n] * HISTORY_MS);
	}
	p = story_pool(t);
	assert_int_equal(p->slowest_count, MODEL_SLOWEST);
	assert_int_equal(p->slowest[0].run_ns, 99 * HISTORY_MS);
	assert_int_equal(p->slowest[1].run_ns, 90 * HISTORY_MS);
	for (int i = 1; i < MODEL_SLOWEST; i++)
		assert_true(p->slowest[i].run_ns < p->slowest[i - 1].run_ns);
	assert_int_equal(p->slowest[MODEL_SLOWEST - 1].run_ns, 7 * HISTORY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(life_in_order),
		STORY(reader_before_writer),
		STORY(taken_without_sent),
		STORY(sent_last_of_all),
		STORY(result_of_an_unseen_task_counts_nowhere),
		STORY(thousand_tasks),
		STORY(waiting_tasks_and_the_oldest),
		STORY(returned_without_done_leaves),
		STORY(lost_records_leave_no_task_behind),
		STORY(begun_in_the_middle_leaves_no_task_behind),
		STORY(keys_with_one_hash),
		STORY(slowest_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
