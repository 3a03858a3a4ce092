/* SPDX-License-Identifier: GPL-2.0-only */
/* Stories of kinds whose workers have pipes of their own: the pipes of Celery's n-th worker, and of
 * the n-th of a loader. */
#ifndef POOLTOP_TESTS_PAIRS_H
#define POOLTOP_TESTS_PAIRS_H

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

/* Of the n-th worker. */
static inline struct history_pool celery(uint32_t n)
{
	return (struct history_pool){
		.pid = 100,
		.task_ino = 9001 + 10 * n,
		.result_ino = 9002 + 10 * n,
		.task_shape = SHAPE_BILLIARD_TASK,
		.result_shape = SHAPE_BILLIARD_READY,
	};
}

static inline struct history_pool loader(uint32_t n)
{
	return (struct history_pool){
		.pid = 100,
		.task_ino = 9501 + n,
		.result_ino = 9500,
		.task_shape = SHAPE_INDEX,
		.result_shape = SHAPE_DATA,
	};
}

static inline struct history_task nth(int64_t n)
{
	return (struct history_task){
		.job = n, .chunk = -1, .func = "app.add", .bytes_out = 50, .bytes_back = 20};
}

static inline void fork_workers(struct story *t, uint32_t first, uint32_t n)
{
	for (uint32_t pid = first; pid < first + n; pid++) {
		history_wait(&t->h, 2 * HISTORY_MS);
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
		history_state(&t->h, pid, STATE_WAIT);
	}
}

static inline void torch(struct story *t, uint32_t flags)
{
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = 100},
		.how = PROC_FOUND,
		.threads = 2,
		.flags = flags,
	};

	story_parent(t, MODE_BPF);
	f.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &f);
}

#endif
