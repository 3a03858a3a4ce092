/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/export/golden.h"
#include "tests/export/keys.h"

static const struct stack_frame busy[] = {
	{.function = "transform", .file = "/srv/etl.py", .line = 88},
	{.function = "a_function_with_a_name_that_is_longer_than_its_column",
		.file = "/srv/etl.py",
		.line = 91},
	{.function = "<module>", .file = "/srv/etl.py", .line = 0},
};
/* The same two functions' machine code: the first calls the second through a library. */
static const struct stack_frame mixed[] = {
	{.function = "__poll", .file = "/lib/libc.so.6", .is_native = true, .offset = 0xfc26f},
	{.function = NULL, .file = "/usr/bin/python3.11", .is_native = true, .offset = 0x20a171},
	{.function = "transform", .file = "/srv/etl.py", .line = 88},
	{.function = "_PyEval_EvalFrameDefault",
		.file = "/usr/bin/python3.11",
		.is_native = true,
		.offset = 1},
	{.function = NULL, .file = "/srv/native.so", .is_native = true, .offset = 0x3e8},
	{.function = "a_function_with_a_name_that_is_longer_than_its_column",
		.file = "/srv/etl.py",
		.line = 91},
	{.function = "<module>", .file = "/srv/etl.py", .line = 0},
	{.function = "_PyEval_EvalFrameDefault",
		.file = "/usr/bin/python3.11",
		.is_native = true,
		.offset = 1},
	{.function = "__libc_start_main",
		.file = "/lib/libc.so.6",
		.is_native = true,
		.offset = 0x27304},
	{.function = "_start",
		.file = "/usr/bin/python3.11",
		.is_native = true,
		.offset = 0x227bd0},
};
static const struct stack_frame blas[] = {
	{.function = "blas_thread_server",
		.file = "/lib/libopenblas.so.0",
		.is_native = true,
		.offset = 17},
	{.function = NULL, .file = NULL, .is_native = true, .offset = 0x7f0000001000},
};
static const struct stack_frame idle[] = {
	{.function = "Connection._recv", .file = "connection.py", .line = 378}};

static struct stack_thread thread(uint32_t tid, const struct stack_frame *frames, uint32_t count)
{
	return (struct stack_thread){.tid = tid,
		.name = "python3",
		.frames = frames,
		.count = count,
		.is_python = true,
		.gil = STACK_GIL_FREE};
}

/* A parent, and workers of whom three are at the same place, one is at another line, one cannot be
 * read, and two have odd threads. */
struct scene {
	struct stack_thread threads[7][3];
	struct stack_frame elsewhere[3];
	struct stack_process processes[8];
};

static void add(struct scene *s, uint32_t i, uint32_t threads)
{
	s->processes[i] = (struct stack_process){.pid = 4300 + i,
		.is_parent = i == 0,
		.command = i ? NULL : "python3 etl.py --all",
		.python = "3.11.7",
		.threads = s->threads[i],
		.count = threads};
}

static void set(struct scene *s)
{
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->threads[0][0] = thread(4300, idle, 1);
	s->threads[0][0].call = "futex";
	s->threads[0][1] = thread(4310, idle, 1);
	s->threads[0][1].gil = STACK_GIL_WAITING;
	s->threads[0][1].call = "futex";
	add(s, 0, 2);
	for (i = 1; i < 5; i++) {
		s->threads[i][0] = thread(4300 + i, busy, 3);
		s->threads[i][0].on_cpu = true;
		s->threads[i][0].gil = STACK_GIL_HELD;
		add(s, i, 1);
	}
	s->threads[2][0].on_cpu = false;
	s->threads[2][0].call = "read";
	s->threads[2][0].gil = STACK_GIL_FREE;
	memcpy(s->elsewhere, busy, sizeof(busy));
	s->elsewhere[1].line = 92;
	s->threads[3][0].frames = s->elsewhere;
	s->threads[5][0] = thread(4305, busy, 3);
	s->threads[5][0].is_cut = true;
	s->threads[5][1] = thread(4399, NULL, 0);
	s->threads[5][1].is_torn = s->threads[5][1].on_cpu = true;
	s->threads[5][2] = thread(4400, NULL, 0);
	s->threads[5][2].is_python = false;
	s->threads[5][2].gil = STACK_GIL_UNKNOWN;
	add(s, 5, 3);
	s->processes[5].left_out = 12;
	s->threads[6][0] = thread(4306, NULL, 0);
	add(s, 6, 1);
	s->processes[7] = (struct stack_process){.pid = 4307,
		.error = "the Python of process 4307 has not started yet, or has ended: try again"};
}

static void test_text(void **state)
{
	struct scene s;
	size_t len;
	char *text;

	(void)state;
	set(&s);
	assert_int_equal(stack_text(s.processes, 8, false, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_true(golden_is("stack.txt", text));
	free(text);
}

static void test_many_alike(void **state)
{
	static struct stack_process processes[40];
	struct stack_thread threads[40];
	uint32_t i;
	size_t len;
	char *text;

	(void)state;
	for (i = 0; i < 40; i++) {
		threads[i] = thread(100 + i, idle, 1);
		threads[i].on_cpu = i % 2;
		processes[i] = (struct stack_process){
			.pid = 100 + i, .python = "3.13.0", .threads = &threads[i], .count = 1};
	}
	assert_int_equal(stack_text(processes, 40, false, &text, &len), 0);
	assert_string_equal(text,
		"40 workers: 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 ...  "
		"Python 3.13.0\n"
		"  thread 1 of each (python3)  20x waits; 20x runs\n"
		"      Connection._recv                    connection.py:378\n");
	free(text);
}

static void set_native(struct stack_thread *t)
{
	t->native = mixed;
	t->native_count = sizeof(mixed) / sizeof(mixed[0]);
	t->is_mixed = true;
}

/* With all machine frames, or those that are of neither the interpreter nor the start. */
static void test_native_text(void **state)
{
	static const char *const golden[] = {"stack_native.txt", "stack_native_all.txt"};
	struct stack_frame elsewhere[10];
	struct scene s;
	size_t len;
	char *text;

	(void)state;
	set(&s);
	memcpy(elsewhere, mixed, sizeof(mixed));
	elsewhere[0].function = "__select";
	for (uint32_t i = 1; i < 5; i++)
		set_native(&s.threads[i][0]);
	s.threads[3][0].frames = busy; /* four are alike, but one is in select() */
	s.threads[3][0].native = elsewhere;
	set_native(&s.threads[5][0]);
	s.threads[5][2].native = blas;
	s.threads[5][2].native_count = 2;
	for (int all = 0; all < 2; all++) {
		assert_int_equal(stack_text(s.processes, 6, all, &text, &len), 0);
		assert_true(golden_is(golden[all], text));
		free(text);
	}
}

static void test_native_json(void **state)
{
	struct scene s;
	const json_t *t;
	json_t *root;
	size_t len;
	char *text;

	(void)state;
	set(&s);
	set_native(&s.threads[1][0]);
	s.threads[5][2].native = blas;
	s.threads[5][2].native_count = 2;
	s.threads[5][2].is_native_cut = true;
	assert_int_equal(stack_json(s.processes, 8, &text, &len), 0);
	root = json_loads(text, 0, NULL);
	free(text);
	t = value_at(root, "processes.1.threads.0");
	assert_int_equal(json_array_size(value_at(t, "native")), 7);
	assert_int_equal(json_array_size(value_at(t, "mixed")), 10);
	assert_string_equal(json_string_value(value_at(t, "native.0.module")), "/lib/libc.so.6");
	assert_int_equal(json_integer_value(value_at(t, "native.0.offset")), 0xfc26f);
	assert_true(json_is_null(value_at(t, "native.1.function")));
	assert_string_equal(json_string_value(value_at(t, "mixed.2.file")), "/srv/etl.py");
	assert_true(json_is_true(value_at(t, "native_whole")));
	t = value_at(root, "processes.5.threads.2");
	assert_int_equal(json_array_size(value_at(t, "native")), 2);
	assert_true(json_is_null(value_at(t, "native.1.module")));
	assert_true(json_is_null(value_at(t, "mixed")));
	assert_true(json_is_false(value_at(t, "native_whole")));
	json_decref(root);
}

static void test_json(void **state)
{
	static const char *const keys[] = {"processes[].pid", "processes[].role",
		"processes[].python", "processes[].error", "processes[].threads",
		"processes[].threads_left_out", NULL};
	static const char *const thread_keys[] = {"threads[].tid", "threads[].name",
		"threads[].python[].file", "threads[].python[].line", "threads[].python[].function",
		"threads[].native", "threads[].mixed", "threads[].native_whole", "threads[].gil",
		"threads[].on_cpu", "threads[].syscall", "threads[].whole", NULL};
	struct scene s;
	json_t *root;
	size_t len;
	char *text;

	(void)state;
	set(&s);
	assert_int_equal(stack_json(s.processes, 8, &text, &len), 0);
	root = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(root);
	assert_true(has_keys(root, keys));
	assert_true(has_keys(value_at(root, "processes.1"), thread_keys));
	assert_int_equal(json_integer_value(value_at(root, "processes.0.pid")), 4300);
	assert_string_equal(json_string_value(value_at(root, "processes.0.role")), "parent");
	assert_string_equal(
		json_string_value(value_at(root, "processes.0.threads.1.gil")), "waiting");
	assert_string_equal(json_string_value(value_at(root, "processes.1.role")), "worker");
	assert_string_equal(json_string_value(value_at(root, "processes.1.threads.0.gil")), "held");
	assert_true(json_is_true(value_at(root, "processes.1.threads.0.on_cpu")));
	assert_int_equal(
		json_integer_value(value_at(root, "processes.1.threads.0.python.0.line")), 88);
	assert_true(json_is_null(value_at(root, "processes.1.threads.0.python.2.line")));
	assert_true(json_is_null(value_at(root, "processes.5.threads.2.gil")));
	assert_true(json_is_false(value_at(root, "processes.5.threads.0.whole")));
	assert_true(json_is_false(value_at(root, "processes.5.threads.1.whole")));
	assert_true(json_is_true(value_at(root, "processes.5.threads.2.whole")));
	assert_int_equal(json_integer_value(value_at(root, "processes.5.threads_left_out")), 12);
	assert_true(json_is_string(value_at(root, "processes.7.error")));
	assert_int_equal(json_array_size(value_at(root, "processes.7.threads")), 0);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_many_alike),
		cmocka_unit_test(test_native_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_native_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
