/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/still.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

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

/* Whether a thread that was `before` and is `after` is believed to have stood still. */
static bool stood_still(
	const struct false_proc *p, const struct false_task *before, const struct false_task *after)
{
	struct still s = {0};
	bool proof;

	false_task(p, before);
	assert_int_equal(still_begin(&s, p->root, FALSE_PID, 77), 0);
	false_task(p, after);
	proof = still_end(&s, p->root, FALSE_PID, 77);
	still_release(&s);
	return proof;
}

static void test_asleep(void **state)
{
	struct false_task a = {.tid = 77, .comm = "m", .state = 'S', .runs = 5}, b = a;

	assert_true(stood_still(*state, &a, &b));
	b.runs = 6; /* it woke up, and sleeps again */
	assert_false(stood_still(*state, &a, &b));
	b = a;
	b.state = 'R';
	assert_false(stood_still(*state, &a, &b));
	a.runs = b.runs = 0; /* a kernel that does not count */
	b.state = 'S';
	assert_false(stood_still(*state, &a, &b));
}

/* A core that we may use, other than the one we are on, if there is one. */
static int some_core(const cpu_set_t *ours)
{
	int found = sched_getcpu();

	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, ours) && i != sched_getcpu())
			found = i;
	return found;
}

static void test_wants_the_core_that_we_are_on(void **state)
{
	struct false_task a = {.tid = 77, .comm = "m", .state = 'R', .runs = 5}, b;
	struct still s = {0};
	cpu_set_t before, after;

	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	a.cpu = some_core(&before);
	false_task(*state, &a);
	assert_int_equal(still_begin(&s, ((struct false_proc *)*state)->root, FALSE_PID, 77), 0);
	assert_int_equal(sched_getcpu(), a.cpu);
	still_release(&s);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));

	b = a;
	assert_true(stood_still(*state, &a, &b));
	b.cpu = a.cpu + 1; /* it was taken elsewhere */
	assert_false(stood_still(*state, &a, &b));
	b = a;
	b.runs = 6; /* it got its turn, and then we got ours */
	assert_false(stood_still(*state, &a, &b));
}

/* Who knows when it would let us have its core. */
static void test_realtime(void **state)
{
	struct false_task a = {
		.tid = 77, .comm = "m", .state = 'R', .runs = 5, .is_realtime = true};

	a.cpu = sched_getcpu();
	assert_false(stood_still(*state, &a, &a));
	a.state = 'S';
	assert_true(stood_still(*state, &a, &a));
}

static void test_core_that_we_may_not_use(void **state)
{
	struct false_task a = {
		.tid = 77, .comm = "m", .state = 'R', .runs = 5, .cpu = CPU_SETSIZE - 1};

	assert_false(stood_still(*state, &a, &a));
	a.cpu = 1 << 30;
	assert_false(stood_still(*state, &a, &a));
	a.cpu = -5;
	assert_false(stood_still(*state, &a, &a));
}

static void test_gone(void **state)
{
	struct still s = {0};

	assert_true(still_begin(&s, ((struct false_proc *)*state)->root, FALSE_PID, 77) < 0);
	assert_false(still_end(&s, ((struct false_proc *)*state)->root, FALSE_PID, 77));
	still_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_asleep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_wants_the_core_that_we_are_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_realtime, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_core_that_we_may_not_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
