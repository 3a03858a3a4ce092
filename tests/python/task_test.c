/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/task.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/python/false_task.h"

static int set_up(void **state)
{
	struct false_proc *p = calloc(1, sizeof(*p));

	false_proc_init(p);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	false_proc_release(*state);
	free(*state);
	return 0;
}

static void test_by_tid(void **state)
{
	const struct false_proc *p = *state;
	struct py_tasks t;

	false_task(p, &(struct false_task){.tid = 1077, .comm = "late", .state = 'S'});
	false_task(p, &(struct false_task){.tid = FALSE_PID, .comm = "main", .state = 'S'});
	false_task(p, &(struct false_task){.tid = 99, .comm = "a", .state = 'S'});
	assert_int_equal(tasks_read(p->root, FALSE_PID, TASKS_MAX, &t), 0);
	assert_int_equal(t.count, 3);
	assert_int_equal(t.tasks[0].tid, FALSE_PID);
	assert_int_equal(t.tasks[1].inner, 99);
	assert_int_equal(t.tasks[2].tid, 1077);
	assert_ptr_equal(tasks_by_inner(&t, 99), &t.tasks[1]);
	assert_null(tasks_by_inner(&t, 98));
	tasks_release(&t);
	assert_int_equal(tasks_read(p->root, 78, TASKS_MAX, &t), -ENOENT);
}

static void test_in_a_container(void **state)
{
	const struct false_proc *p = *state;
	struct py_tasks t;

	false_task(p, &(struct false_task){.tid = 77, .inner = 1, .comm = "m", .state = 'S'});
	false_task(p, &(struct false_task){.tid = 78, .inner = 5, .comm = "t", .state = 'S'});
	assert_int_equal(tasks_read(p->root, FALSE_PID, TASKS_MAX, &t), 0);
	assert_int_equal(tasks_by_inner(&t, 1)->tid, 77);
	assert_int_equal(tasks_by_inner(&t, 5)->tid, 78);
	assert_null(tasks_by_inner(&t, 78));
	tasks_release(&t);
}

static void test_too_many(void **state)
{
	const struct false_proc *p = *state;
	struct py_tasks t;
	char name[32], *path;
	int i;

	false_task(p, &(struct false_task){.tid = 77, .comm = "m", .state = 'S'});
	for (i = 0; i < TASKS_MAX + 9; i++) {
		snprintf(name, sizeof(name), "task/%d", 1000 + i);
		path = false_proc_path(p, name);
		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	assert_int_equal(tasks_read(p->root, FALSE_PID, TASKS_MAX, &t), 0);
	assert_int_equal(t.count, TASKS_MAX);
	assert_int_equal(t.left_out, 10);
	tasks_release(&t);
}

static void test_look(void **state)
{
	const struct false_proc *p = *state;
	struct task_now now;
	char comm[TASK_COMM];

	false_task(p, &(struct false_task){
			      .tid = 77, .comm = ") R (x", .state = 'D', .cpu = 13, .runs = 42});
	assert_int_equal(task_look(p->root, FALSE_PID, 77, &now), 0);
	assert_int_equal(now.state, 'D');
	assert_int_equal(now.cpu, 13);
	assert_false(now.is_realtime);
	assert_int_equal(now.runs, 42);
	task_comm(p->root, FALSE_PID, 77, comm);
	assert_string_equal(comm, ") R (x");
	assert_int_equal(task_look(p->root, FALSE_PID, 78, &now), -ENOENT);
	false_proc_file(p, "task/77/stat", "77 (cut", 7);
	assert_int_equal(task_look(p->root, FALSE_PID, 77, &now), -ESRCH);
	false_proc_file(p, "task/77/stat", "77 (cut) S 1 2", 14);
	assert_int_equal(task_look(p->root, FALSE_PID, 77, &now), 0);
	assert_int_equal(now.cpu, -1);
}

static void test_call(void **state)
{
	const struct false_proc *p = *state;
	struct false_task t = {.tid = 77, .comm = "m", .state = 'S'};
	struct task_call call;

	t.call = "202 0x7f00 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd1000 0x7f2000\n";
	false_task(p, &t);
	assert_true(task_call(p->root, FALSE_PID, 77, &call));
	assert_int_equal(call.nr, 202);
	assert_int_equal(call.arg, 0x7f00);
	assert_int_equal(call.stack, 0x7ffd1000);
	assert_int_equal(call.code, 0x7f2000);
	assert_false(call.is_running);
	t.call = "-1 0x7ffd1000 0x7f2000\n"; /* it waits for a page */
	false_task(p, &t);
	assert_true(task_call(p->root, FALSE_PID, 77, &call));
	assert_int_equal(call.nr, -1);
	assert_false(call.is_running);
	t.call = NULL;
	false_task(p, &t);
	assert_true(task_call(p->root, FALSE_PID, 77, &call));
	assert_int_equal(call.nr, -1);
	assert_true(call.is_running);
	assert_false(task_call(p->root, FALSE_PID, 78, &call));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_by_tid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_in_a_container, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_call, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
