/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of several pools of a kind it is, where workers have pipes of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/pairs.h"

/* What the parent does is done by one of its threads: in Celery always by the same. */
static void use(struct story *t, uint32_t tid, const struct history_pool *pipes, bool reads,
	const struct history_task *task)
{
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = 100},
		.ino = reads ? pipes->result_ino : pipes->task_ino,
		.bytes = reads ? task->bytes_back : task->bytes_out,
		.job = task->job,
		.chunk = -1,
		.tid = tid,
		.func = history_text(&t->h, task->func),
		.items = 1,
		.dir = reads ? MSG_READ : MSG_WRITE,
		.shape = reads ? pipes->result_shape : pipes->task_shape,
		.flags = MSG_HAS_JOB | MSG_ITEMS,
	};

	history_wait(&t->h, HISTORY_US);
	history_add(&t->h, &f);
}

static void work(struct story *t, const struct history_pool *pipes, uint32_t pid, uint32_t tid,
	const struct history_task *task)
{
	use(t, tid, pipes, false, task);
	history_take(&t->h, pipes, pid, task);
	history_done(&t->h, pipes, pid, task);
	use(t, tid + 1, pipes, true, task);
}

static void held(const struct pool *p, const char *kind, uint32_t worker, uint64_t tasks)
{
	assert_string_equal(p->kind, kind);
	assert_int_equal(p->workers_count, 2);
	assert_int_equal(p->workers[0].pid, worker);
	assert_int_equal(p->totals.sent, tasks);
	assert_int_equal(p->totals.taken, tasks);
	assert_int_equal(p->totals.done, tasks);
	assert_int_equal(p->totals.returned, tasks);
}

/* Of billiard's own pools each has its threads, and all its workers share both pipes. */
static void two_pools_of_billiard(void **state)
{
	struct history_pool first = celery(0), second = celery(1);
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_parent(t, MODE_BPF);
	fork_workers(t, 101, 4);
	for (int64_t n = 0; n < 4; n += 2) {
		struct history_task task[2] = {nth(n), nth(n + 1)};

		work(t, &first, 101 + (uint32_t)n / 2, 110, &task[0]);
		work(t, &second, 103 + (uint32_t)n / 2, 120, &task[1]);
	}
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	held(&m->pools[0], "billiard", 101, 2);
	held(&m->pools[1], "billiard", 103, 2);
}

/* Coming into the middle: the first that is seen are results. */
static void results_of_two_pools_of_billiard(void **state)
{
	struct history_pool first = celery(0), second = celery(1);
	struct history_task task[4] = {nth(0), nth(1), nth(2), nth(3)};
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_parent(t, MODE_BPF);
	fork_workers(t, 101, 4);
	history_done(&t->h, &second, 103, &task[0]);
	use(t, 120, &first, false, &task[2]);
	use(t, 121, &second, true, &task[0]);
	history_done(&t->h, &first, 101, &task[1]);
	use(t, 130, &second, false, &task[3]);
	use(t, 111, &first, true, &task[1]);
	for (uint32_t i = 0; i < 2; i++) {
		history_take(&t->h, i ? &second : &first, 101 + 2 * i, &task[2 + i]);
		history_done(&t->h, i ? &second : &first, 101 + 2 * i, &task[2 + i]);
		use(t, i ? 121 : 111, i ? &second : &first, true, &task[2 + i]);
	}
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(m->pools[i].workers[0].pid, i ? 103 : 101);
		assert_int_equal(m->pools[i].queues_count, 2);
		assert_int_equal(m->pools[i].totals.sent, 1);
		assert_int_equal(m->pools[i].totals.returned, 1);
	}
}

/* Of the second of two loaders. */
static struct history_pool other_loader(uint32_t n)
{
	struct history_pool pipes = loader(2 + n);

	pipes.result_ino = 9600;
	return pipes;
}

/* Forked in one go, and given their first indices before there is any batch. */
static void two_loaders_at_a_time(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	torch(t, PROC_TORCH);
	fork_workers(t, 101, 4);
	for (uint32_t n = 0; n < 4; n++) {
		struct history_pool pipes = n < 2 ? loader(n) : other_loader(n - 2);
		struct history_task task = nth(n % 2);

		history_send(&t->h, &pipes, &task);
		history_take(&t->h, &pipes, 101 + n, &task);
	}
	for (uint32_t n = 4; n--;) {
		struct history_pool pipes = n < 2 ? loader(n) : other_loader(n - 2);
		struct history_task task = nth(n % 2);

		history_done(&t->h, &pipes, 101 + n, &task);
		history_return(&t->h, &pipes, &task);
	}
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		bool late = m->pools[i].result_ino == 9600;

		held(&m->pools[i], "DataLoader", m->pools[i].workers[0].pid, 2);
		for (uint32_t k = 0; k < 2; k++)
			assert_true((m->pools[i].workers[k].pid > 102) == late);
	}
}

/* It takes its time over its first batch, and dies of it. */
static void a_loaders_first_batch_may_be_long(void **state)
{
	struct history_pool pipes = loader(0);
	struct history_task task = nth(0);
	struct story *t = *state;
	const struct pool *p;

	torch(t, PROC_TORCH);
	fork_workers(t, 101, 1);
	history_send(&t->h, &pipes, &task);
	history_take(&t->h, &pipes, 101, &task);
	p = story_pool(t);
	assert_string_equal(p->kind, "DataLoader");
	assert_int_equal(p->totals.sent, 0);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 1);
	assert_true(p->workers[0].hand.has);
	history_exit(&t->h, 101, 9);
	assert_int_equal(story_pool(t)->totals.lost, 1);
}

static void a_loaders_worker_dies_at_once(void **state)
{
	struct history_pool pipes[2] = {loader(0), loader(1)};
	struct history_task task = nth(0);
	struct story *t = *state;
	const struct pool *p;

	torch(t, PROC_TORCH);
	fork_workers(t, 101, 2);
	for (uint32_t n = 0; n < 2; n++) {
		task = nth(n);
		history_send(&t->h, &pipes[n], &task);
		history_take(&t->h, &pipes[n], 101 + n, &task);
	}
	history_exit(&t->h, 102, 11);
	p = story_pool(t);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].hand.key.job, 1);
	assert_int_equal(p->totals.sent, 1);
	assert_int_equal(p->totals.lost, 1);
}

/* Their stacks say what they work as, before any message does; they were forked one by one. */
static void a_loader_that_is_found_is_one(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	torch(t, PROC_TORCH);
	for (uint32_t n = 0; n < 2; n++) {
		struct frame_proc f = {
			.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = 101 + n},
			.start_ns = HISTORY_START_NS - (10 + n) * HISTORY_S,
			.ppid = 100,
			.how = PROC_FOUND,
			.threads = 2,
			.flags = PROC_TORCH | PROC_LOADER,
		};

		history_found(&t->h, 101 + n, 100, "python3 job.py", "3.11.7");
		f.cmd = history_text(&t->h, "python3 job.py");
		history_add(&t->h, &f);
		history_pipe(&t->h, 101 + n, 77, 5, PIPE_READ);
		history_ends(&t->h, 101 + n);
		history_pipe(&t->h, 100, 77, 5, PIPE_WRITE);
		history_ends(&t->h, 100);
	}
	for (uint32_t n = 0; n < 4; n++) {
		struct history_pool pipes = loader(n % 2);
		struct history_task task = nth(n);

		history_send(&t->h, &pipes, &task);
		history_run(&t->h, &pipes, 101 + n % 2, &task, HISTORY_MS);
	}
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 1);
	assert_int_equal(m->pools[0].workers_count, 2);
	assert_int_equal(m->pools[0].totals.sent, 4);
	assert_int_equal(m->pools[0].totals.returned, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(two_pools_of_billiard),
		STORY(results_of_two_pools_of_billiard),
		STORY(two_loaders_at_a_time),
		STORY(a_loaders_first_batch_may_be_long),
		STORY(a_loaders_worker_dies_at_once),
		STORY(a_loader_that_is_found_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
