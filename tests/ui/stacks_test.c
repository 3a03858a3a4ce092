/* SPDX-License-Identifier: GPL-2.0-only */
/* Equal stacks are one row, and what is at work comes before what waits for it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/ui/screens.h"
#include "ui/keys.h"

static const struct history_place deep[] = {
	{.function = "solve", .file = "/x/model.py", .line = 31},
	{.function = "score", .file = "/x/job.py", .line = 12},
	{.function = NULL},
};
static const struct history_place other_line[] = {
	{.function = "solve", .file = "/x/model.py", .line = 32},
	{.function = "score", .file = "/x/job.py", .line = 12},
	{.function = NULL},
};
static const struct history_place idle[] = {
	{.function = "Connection._recv", .file = "/p/connection.py", .line = 395},
	{.function = NULL},
};

static void look(struct scene *l, uint32_t pid, const struct history_place *places, uint32_t flags)
{
	history_stack(&l->h, pid, pid, 0, places);
	history_thread(&l->h, pid, pid, flags);
}

/* 4301 and 4302 do the same, 4302 for longer; 4303 and 4304 wait, for longer than both. */
static void run(struct scene *l, const struct history_place *last)
{
	scene_init(l);
	history_session(&l->h, MODE_BPF);
	history_found(&l->h, 4242, 900, "python3 job.py", "3.11.7");
	history_start_pool(&l->h, &history_lively_pool, 4301, 4);
	for (int job = 0; job < 2; job++) {
		struct history_task t = {.job = job, .chunk = 0, .func = "job.score"};

		history_send(&l->h, &history_lively_pool, &t);
		history_take(&l->h, &history_lively_pool, 4301 + (uint32_t)job, &t);
	}
	for (int tick = 0; tick < 9; tick++) {
		look(l, 4303, idle, 0);
		look(l, 4304, idle, 0);
		if (tick >= 2)
			look(l, 4302, deep, THREAD_ON_CPU);
		if (tick >= 6)
			look(l, 4301, tick < 8 ? deep : last, THREAD_ON_CPU);
		history_tick(&l->h);
	}
	scene_feed(l);
	scene_at(l, "stacks");
}

static int line_of(const struct scene *l, const char *text)
{
	char *screen = scene_text(l), *at = strstr(screen, text);
	int line = 0;

	if (!at)
		fail_msg("no `%s` in\n%s", text, screen);
	for (char *s = screen; s < at; s++)
		line += *s == '\n';
	free(screen);
	return line;
}

static void equal_ones_are_one_row(void **state)
{
	struct scene l;

	(void)state;
	run(&l, deep);
	scene_size(&l, 120, 30);
	assert_true(line_of(&l, "4302  worker x2") < line_of(&l, "4303  worker x2"));
	assert_false(scene_shows(&l, "4301"));
	scene_keys(&l, "\r");
	assert_true(scene_shows(&l, "Main thread of 4302"));
	assert_true(scene_shows(&l, "the same in   4301"));
	scene_release(&l);
}

/* The line number, whatever has no room. */
static void the_line_is_seen(void **state)
{
	static const struct history_place longer[] = {
		{.function = "f", .file = "/x/a_module_with_a_long_name.py", .line = 73211},
		{.function = NULL},
	};
	struct scene l;

	(void)state;
	run(&l, longer);
	for (int columns = 60; columns < 130; columns += 5) {
		scene_size(&l, columns, 24);
		assert_true(scene_shows(&l, ".py:73211"));
	}
	scene_release(&l);
}

static void another_line_is_another_row(void **state)
{
	struct scene l;

	(void)state;
	run(&l, other_line);
	scene_size(&l, 120, 30);
	assert_true(line_of(&l, "4302  worker ") < line_of(&l, "4301  worker "));
	assert_true(line_of(&l, "4301  worker ") < line_of(&l, "4303  worker x2"));
	scene_keys(&l, "\r");
	assert_false(scene_shows(&l, "the same in"));
	scene_release(&l);
}

static void one_that_ends_leaves_the_rest(void **state)
{
	struct scene l;

	(void)state;
	run(&l, deep);
	history_exit(&l.h, 4302, 1);
	history_tick(&l.h);
	session_release(&l.s);
	assert_int_equal(session_init(&l.s), 0);
	scene_feed(&l);
	scene_size(&l, 120, 30);
	assert_true(scene_shows(&l, "4301  worker "));
	assert_false(scene_shows(&l, "4302"));
	scene_release(&l);
}

static void empty_ones_say_what_to_do(void **state)
{
	struct scene l;

	(void)state;
	scene_init(&l);
	history_session(&l.h, MODE_PROC);
	history_found(&l.h, 4242, 900, "python3 job.py", "3.11.7");
	history_start_pool(&l.h, &history_lively_pool, 4301, 2);
	history_ticks(&l.h, 2);
	scene_feed(&l);
	scene_at(&l, "stacks");
	assert_true(scene_shows(&l, "no stacks in the /proc mode: run as root"));
	l.s.model.session.mode = MODE_BPF;
	assert_true(scene_shows(&l, "no stack was read yet: they come within seconds"));
	scene_release(&l);
}

/* A worker that hangs on a lock of its own process, with its stack. */
static void stick(struct scene *l)
{
	static const struct history_wait own_lock = {
		.wait_for = WAIT_LOCK, .flags = WAIT_ALONE, .object = 0x7f0000001000};
	struct history_task t = {.job = 4, .chunk = 0, .func = "job.score"};

	scene_init(l);
	history_session(&l->h, MODE_BPF);
	history_found(&l->h, 4242, 900, "python3 job.py", "3.11.7");
	history_start_pool(&l->h, &history_lively_pool, 4301, 2);
	history_send(&l->h, &history_lively_pool, &t);
	history_take(&l->h, &history_lively_pool, 4301, &t);
	history_wait(&l->h, HISTORY_MS);
	history_state(&l->h, 4301, STATE_LOCK);
	history_wait(&l->h, HISTORY_MS);
	history_work(&l->h, 4301);
	history_waits(&l->h, 4301, &own_lock);
	for (int tick = 0; tick < 4; tick++) {
		look(l, 4301, deep, 0);
		look(l, 4302, idle, 0);
		history_ticks(&l->h, 1);
	}
	scene_feed(l);
}

static void a_stuck_process_shows_its_frames(void **state)
{
	struct scene l;

	(void)state;
	stick(&l);
	scene_size(&l, 120, 40);
	scene_at(&l, "traps");
	scene_keys(&l, "\r");
	assert_true(line_of(&l, "it waits for") < line_of(&l, "/x/model.py:31"));
	assert_true(line_of(&l, "/x/model.py:31") < line_of(&l, "/x/job.py:12"));
	/* What does not fit is reached by scrolling. */
	scene_size(&l, 80, 16);
	scene_key(&l, KEY_CODE_END);
	assert_true(scene_shows(&l, "/x/job.py:12"));
	scene_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ones_are_one_row),
		cmocka_unit_test(the_line_is_seen),
		cmocka_unit_test(another_line_is_another_row),
		cmocka_unit_test(one_that_ends_leaves_the_rest),
		cmocka_unit_test(empty_ones_say_what_to_do),
		cmocka_unit_test(a_stuck_process_shows_its_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
