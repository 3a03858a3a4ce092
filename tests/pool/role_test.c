/* SPDX-License-Identifier: GPL-2.0-only */
/* Workers whose Python stack has said what they work as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { BOTH = PIPE_READ | PIPE_WRITE };

static const struct history_task task = {
	.job = 7, .chunk = -1, .func = "app.add", .bytes_out = 50, .bytes_back = 20};

static void hold(struct story *t, uint32_t pid, uint64_t ino, uint32_t modes)
{
	if (modes & PIPE_READ)
		history_pipe(&t->h, pid, ino, (int)(ino % 1000), PIPE_READ);
	if (modes & PIPE_WRITE)
		history_pipe(&t->h, pid, ino, (int)(ino % 1000) + 500, PIPE_WRITE);
}

/* A child that was there, which works as that and has both ends of these pipes. */
static void find_worker(struct story *t, uint32_t pid, uint32_t role, const uint64_t *inos)
{
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = pid},
		.ppid = 100,
		.how = PROC_FOUND,
		.threads = 1,
		.flags = role,
	};

	history_found(&t->h, pid, 100, "python3 job.py", "3.11.7");
	f.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &f);
	for (; *inos; inos++)
		hold(t, pid, *inos, BOTH);
	history_ends(&t->h, pid);
}

static void begin(struct story *t, enum wire_mode mode)
{
	story_parent(t, mode);
	for (uint64_t ino = 7001; ino <= 7004; ino++)
		hold(t, 100, ino, BOTH);
	history_ends(&t->h, 100);
}

static void each_kind_is_told(void **state)
{
	static const struct {
		uint32_t role;
		const char *kind;
	} rows[] = {
		{PROC_EXECUTOR, "ProcessPoolExecutor"},
		{PROC_LOKY, "loky"},
		{PROC_LOADER, "DataLoader"},
		{PROC_BARE, "Process"},
	};
	struct story *t = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *one = NULL;

		assert_int_equal(story_begin(&one), 0);
		t = one;
		begin(t, MODE_PROC);
		find_worker(t, 101, rows[i].role, (const uint64_t[]){7001, 7002, 0});
		find_worker(t, 102, rows[i].role, (const uint64_t[]){7001, 7002, 0});
		assert_non_null(story_pool(t));
		assert_string_equal(story_pool(t)->kind, rows[i].kind);
		assert_int_equal(story_pool(t)->workers_alive, 2);
		assert_false(story_pool(t)->guessed);
		story_end(&one);
	}
}

/* The second executor's workers have the pipes of both. */
static void two_executors_of_one_parent(void **state)
{
	static const struct history_pool calls = {.pid = 100,
		.task_ino = 7001,
		.result_ino = 7002,
		.task_shape = SHAPE_CALL,
		.result_shape = SHAPE_RESULT};
	struct story *t = *state;
	const struct model *m = &t->s.model;

	begin(t, MODE_BPF);
	find_worker(t, 101, PROC_EXECUTOR, (const uint64_t[]){7001, 7002, 0});
	find_worker(t, 102, PROC_EXECUTOR, (const uint64_t[]){7001, 7002, 0});
	find_worker(t, 103, PROC_EXECUTOR, (const uint64_t[]){7001, 7002, 7003, 7004, 0});
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	assert_int_equal(m->pools[0].workers_alive, 2);
	assert_int_equal(m->pools[1].workers[0].pid, 103);
	/* Whose call it is the worker says that reads it. */
	history_send(&t->h, &calls, &task);
	history_run(&t->h, &calls, 102, &task, HISTORY_MS);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->pools_count, 2);
	assert_int_equal(m->pools[0].task_ino, 7001);
	assert_int_equal(m->pools[0].totals.sent, 1);
	assert_int_equal(m->pools[0].totals.returned, 1);
	assert_int_equal(m->pools[1].totals.sent, 0);
}

/* Half pipes that are not a Pool's: its worker says so. */
static void a_role_goes_before_ends(void **state)
{
	struct story *t = *state;
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = 101},
		.ppid = 100,
		.how = PROC_FOUND,
		.flags = PROC_BARE,
	};

	begin(t, MODE_BPF);
	f.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &f);
	hold(t, 101, 7001, PIPE_READ);
	hold(t, 101, 7002, PIPE_WRITE);
	history_ends(&t->h, 101);
	story_tell(t);
	assert_int_equal(t->s.model.pools_count, 0);
	f.flags = PROC_BILLIARD;
	history_add(&t->h, &f);
	hold(t, 101, 7001, PIPE_READ);
	hold(t, 101, 7002, PIPE_WRITE);
	history_ends(&t->h, 101);
	assert_non_null(story_pool(t));
	assert_string_equal(story_pool(t)->kind, "billiard");
}

static void a_managers_server_is_nobodys(void **state)
{
	struct story *t = *state;

	begin(t, MODE_PROC);
	find_worker(t, 101, PROC_EXECUTOR, (const uint64_t[]){7001, 7002, 0});
	find_worker(t, 102, PROC_SERVER, (const uint64_t[]){7001, 7002, 0});
	history_ticks(&t->h, 3);
	assert_non_null(story_pool(t));
	assert_int_equal(story_pool(t)->workers_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(each_kind_is_told),
		STORY(two_executors_of_one_parent),
		STORY(a_role_goes_before_ends),
		STORY(a_managers_server_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
