/* SPDX-License-Identifier: GPL-2.0-only */
/* Every view as it is seen: golden screens of whole stories. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ui/screens.h"
#include "ui/dump.h"
#include "ui/keys.h"
#include "ui/screen.h"
#include "ui/view.h"
#include "ui/width.h"

static const int sizes[][2] = {{80, 24}, {160, 50}, {60, 15}, {300, 100}};

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* A view of the lively story, after some keys, in every size, with all glyphs and their colours,
 * and in ASCII. */
static void golden(const char *view, const char *keys, const char *name)
{
	char ascii_name[40];

	snprintf(ascii_name, sizeof(ascii_name), "%s-ascii", name);
	for (int i = 0; i < 2 * SIZES; i++) {
		struct scene l;

		scene_lively(&l);
		scene_size(&l, sizes[i / 2][0], sizes[i / 2][1]);
		l.glyphs = i % 2 ? &glyphs_ascii : &glyphs_utf8;
		scene_at(&l, view);
		scene_keys(&l, keys);
		scene_golden(&l, i % 2 ? ascii_name : name);
		if (i % 2 == 0)
			scene_golden_styles(&l, name);
		scene_release(&l);
	}
}

static void views_of_a_lively_pool(void **state)
{
	(void)state;
	golden("overview", "", "overview");
	golden("workers", "", "workers");
	golden("workers", "a", "workers-gone");
	golden("tasks", "", "tasks");
	golden("traffic", "", "traffic");
	golden("deaths", "", "deaths");
	golden("start-up", "", "start-up");
	golden("stacks", "", "stacks");
	golden("stacks", "t", "stacks-lines");
	golden("cores", "", "cores");
	golden("traps", "", "traps");
	golden("pools", "", "pools");
	golden("help", "", "help");
}

static void what_enter_opens(void **state)
{
	(void)state;
	golden("workers", "\r", "worker");
	golden("deaths", "\r", "death");
	golden("stacks", "\r", "stack");
	golden("traps", "\r", "trap");
	golden("tasks", "\t\t\t\r", "failure");
	golden("tasks", "\r", "function");
}

static void on_a_screen_between(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_size(&l, 200, 60);
	scene_golden(&l, "overview");
	scene_release(&l);
}

static void too_small_is_said(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_size(&l, 59, 15);
	assert_true(scene_shows(&l, "pooltop needs 60x15, this is 59x15\n"));
	scene_size(&l, 60, 14);
	assert_true(scene_shows(&l, "pooltop needs 60x15, this is 60x14\n"));
	scene_size(&l, 20, 5);
	assert_true(scene_shows(&l, "pooltop needs 60x15"));
	scene_keys(&l, "2jk\r\033s/x\r?");
	scene_size(&l, 1, 1);
	scene_keys(&l, "1jk\r\033s/x\r?");
	free(scene_text(&l));
	scene_release(&l);
}

static void before_there_is_a_pool(void **state)
{
	struct scene l;

	(void)state;
	scene_init(&l);
	assert_true(scene_shows(&l, "Waiting for the first data"));
	history_session(&l.h, MODE_BPF);
	history_ticks(&l.h, 2);
	scene_feed(&l);
	scene_golden(&l, "no-pool");
	scene_keys(&l, "2\r\033sjjj5/a\r");
	free(scene_text(&l));
	scene_release(&l);
}

/* Workers as /proc shows them: nothing of tasks, causes of death or three of the states. */
static void in_the_proc_mode(void **state)
{
	struct scene l;

	(void)state;
	scene_init(&l);
	l.h.known = 1u << STATE_RUN | 1u << STATE_WAIT | 1u << STATE_IO;
	history_session(&l.h, MODE_PROC);
	history_missing(&l.h, "BPF", "tasks, bytes, queues, exact times and causes of death",
		"run as root");
	history_found(&l.h, 4242, 900, "python3 etl.py", "3.11.7");
	history_start_pool(&l.h, &history_lively_pool, 4301, 3);
	history_ticks(&l.h, 3);
	history_vanish(&l.h, 4302);
	history_ticks(&l.h, 2);
	scene_feed(&l);
	scene_golden(&l, "proc");
	assert_true(scene_shows(&l, "! /proc mode: tasks, bytes"));
	scene_keys(&l, "3");
	assert_true(scene_shows(&l, "Tasks  sent -  done -"));
	scene_keys(&l, "5");
	assert_true(scene_shows(&l, "in the /proc mode nobody sees how a worker ends"));
	scene_release(&l);
}

static const char *const hostile[] = {
	"mod.\033[31mred\007\033]0;title\007",
	"変換.処理する関数の長い名前です",
	"cafe\xcc\x81.nai\xcc\x88ve",
	"bad\xff\xfe\xc3.\xe2\x82",
	"rtl.\xe2\x80\xaegnp.exe",
	"zwj.\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
	"lines.one\ntwo\ttab\rback",
};

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

static void run_hostile(struct scene *l)
{
	static const char *const raised[] = {
		"Bad\033[1mError", "m\033c\xff message\n変換", "Traceback\n  \033[2Jline\n"};

	history_session(&l->h, MODE_BPF);
	history_found(&l->h, 4242, 900, "python3 /x/\033[7m\xff変換.py --a\nb", "3\033[0m.11");
	history_start_pool(&l->h, &history_lively_pool, 4301, HOSTILE);
	for (int i = 0; i < HOSTILE; i++) {
		struct history_task t = {.job = i, .chunk = 0, .func = hostile[i], .bytes_out = 9};

		history_send(&l->h, &history_lively_pool, &t);
		history_take(&l->h, &history_lively_pool, 4301 + (uint32_t)i, &t);
		history_wait(&l->h, HISTORY_MS);
		if (i == 1)
			history_raise(&l->h, &history_lively_pool, 4302, &t, raised);
		if (i == 2)
			history_kill(&l->h, 4303, 9, 900, "\033[5mx\xff");
	}
	history_ticks(&l->h, 2);
	scene_feed(l);
}

/* Whatever a name holds, a screen has no byte that a terminal would obey, and its rows are as
 * wide as they should be. */
static void check_clean(const struct scene *l)
{
	char *screen = scene_text(l);
	const char *row = screen;

	for (const char *s = screen; *s; s++)
		assert_true(*s == '\n' || (unsigned char)*s >= 0x20);
	assert_null(strstr(screen, "\xe2\x80\xae"));
	while (*row) {
		const char *end = strchr(row, '\n');
		char *line = strndup(row, (size_t)(end - row));

		assert_true(width_of(line) <= l->ui.columns);
		free(line);
		row = end + 1;
	}
	free(screen);
}

static void hostile_names(void **state)
{
	static const char *const all[] = {"overview", "workers", "tasks", "traffic", "deaths",
		"start-up", "cores", "traps", "pools"};
	struct scene l;

	(void)state;
	scene_init(&l);
	run_hostile(&l);
	scene_golden(&l, "hostile");
	for (int columns = 60; columns < 130; columns += 7)
		for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			scene_size(&l, columns, 24);
			scene_at(&l, all[i]);
			check_clean(&l);
			scene_keys(&l, "\r");
			check_clean(&l);
		}
	scene_at(&l, "tasks");
	scene_keys(&l, "\t\t\t\r");
	check_clean(&l);
	l.glyphs = &glyphs_ascii;
	check_clean(&l);
	scene_release(&l);
}

/* What was printed says nothing of how its frames came, and takes no room for keys. */
static void final_screens_are_the_same(void **state)
{
	struct scene live, replay;
	char *one, *other;

	(void)state;
	scene_lively(&live);
	scene_lively(&replay);
	live.ui.mode = replay.ui.mode = UI_FINAL;
	replay.ui.ended = true;
	replay.ui.age_ns = 77 * HISTORY_S;
	one = scene_text(&live);
	other = scene_text(&replay);
	assert_string_equal(one, other);
	assert_null(strstr(one, "LIVE"));
	assert_null(strstr(one, "quit"));
	scene_golden(&live, "final");
	free(one);
	free(other);
	scene_release(&live);
	scene_release(&replay);
}

static void every_size_can_be_drawn(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	for (unsigned int i = 0; views[i]; i++)
		for (int size = 1; size < 300; size = size * 3 / 2 + 1) {
			ui_go(&l.ui, views[i]);
			scene_size(&l, size * 2, size);
			check_clean(&l);
			scene_size(&l, size, 24);
			check_clean(&l);
			scene_keys(&l, "jjj[k\r\tsh");
			scene_key(&l, KEY_CODE_PAGE_DOWN);
			check_clean(&l);
		}
	scene_release(&l);
}

/* Too low for a view's head: keys still come, and lay it out. */
static void every_low_one_takes_keys(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	for (unsigned int i = 0; views[i]; i++)
		for (int rows = 1; rows < 20; rows++) {
			ui_go(&l.ui, views[i]);
			for (int columns = 20; columns <= 300; columns += 70) {
				scene_size(&l, columns, rows);
				scene_keys(&l, "jk\rjk\033s");
				scene_key(&l, KEY_CODE_PAGE_DOWN);
				scene_key(&l, KEY_CODE_CLICK);
				check_clean(&l);
			}
		}
	scene_release(&l);
}

static void shared_memory(void **state)
{
	struct frame_shared f = {.h = {FRAME_SHARED, sizeof(f), 4242, 0}, .bytes = 9 << 20};
	struct scene l;

	(void)state;
	scene_init(&l);
	history_lively(&l.h);
	f.regions = 3;
	f.kind_bytes[SHARED_NAMED] = 8 << 20;
	f.kind_bytes[SHARED_ARENA] = 1 << 20;
	history_add(&l.h, &f);
	history_ticks(&l.h, 1);
	scene_feed(&l);
	scene_at(&l, "traffic");
	scene_golden(&l, "traffic-shared");
	scene_release(&l);
}

/* A thread of the parent's has no room for its next task, and a worker none for its result. */
static void full_pipes(void **state)
{
	const struct history_wait parent[] = {
		{.wait_for = WAIT_TIME},
		{.tid = 4250, .wait_for = WAIT_WRITE, .object = 70001, .bytes = 8412},
	};
	const struct history_wait worker = {.wait_for = WAIT_WRITE, .object = 70002};
	struct scene l;

	(void)state;
	scene_init(&l);
	history_lively(&l.h);
	history_waits(&l.h, 4242, &parent[0]);
	history_waits(&l.h, 4242, &parent[1]);
	history_waits(&l.h, 4304, &worker);
	history_ticks(&l.h, 2);
	scene_feed(&l);
	scene_at(&l, "traffic");
	scene_golden(&l, "traffic-full");
	scene_release(&l);
}

/* 256 cores: those that the table has no room for are seen in a map. */
static void many_cores(void **state)
{
	struct frame_cpu cpu = {.h = {FRAME_CPU, sizeof(cpu), 0, 0}};
	struct frame_core core = {.h = {FRAME_CORE, sizeof(core), 4242, 0}};
	struct scene l;

	(void)state;
	scene_init(&l);
	history_lively(&l.h);
	history_wait(&l.h, HISTORY_S);
	for (uint32_t i = 4; i < 256; i++) {
		cpu.cpu = core.cpu = i;
		cpu.busy_ns = i % 8 ? 900 * HISTORY_MS : 10 * HISTORY_MS;
		cpu.idle_ns = HISTORY_S - cpu.busy_ns;
		core.workers_ns = i % 3 ? cpu.busy_ns : 0;
		history_add(&l.h, &cpu);
		history_add(&l.h, &core);
	}
	history_tick(&l.h);
	scene_feed(&l);
	scene_at(&l, "cores");
	for (int i = 0; i < 2; i++) {
		scene_size(&l, sizes[i][0], sizes[i][1]);
		scene_golden(&l, "cores-256");
	}
	scene_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_of_a_lively_pool),
		cmocka_unit_test(what_enter_opens),
		cmocka_unit_test(on_a_screen_between),
		cmocka_unit_test(too_small_is_said),
		cmocka_unit_test(before_there_is_a_pool),
		cmocka_unit_test(in_the_proc_mode),
		cmocka_unit_test(shared_memory),
		cmocka_unit_test(full_pipes),
		cmocka_unit_test(many_cores),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(final_screens_are_the_same),
		cmocka_unit_test(every_size_can_be_drawn),
		cmocka_unit_test(every_low_one_takes_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
