/* SPDX-License-Identifier: GPL-2.0-only */
/* What keys do, as a user sees it; which pool is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/ui/screens.h"
#include "ui/keys.h"
#include "ui/screen.h"
#include "ui/view.h"

static void check_view(const struct scene *l, const char *name)
{
	assert_string_equal(ui_here(&l->ui)->view->name, name);
}

static void views_by_keys(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	check_view(&l, "overview");
	scene_keys(&l, "2");
	check_view(&l, "workers");
	scene_key(&l, KEY_CODE_F + 3);
	check_view(&l, "tasks");
	scene_keys(&l, "7");
	check_view(&l, "stacks");
	scene_keys(&l, "4");
	check_view(&l, "traffic");
	scene_keys(&l, "6");
	check_view(&l, "start-up");
	scene_key(&l, KEY_CODE_F + 8);
	check_view(&l, "cores");
	scene_keys(&l, "9");
	check_view(&l, "traps");
	scene_keys(&l, "3");
	scene_keys(&l, "?");
	check_view(&l, "help");
	scene_keys(&l, "?");
	check_view(&l, "tasks");
	scene_keys(&l, "\033\033\033");
	check_view(&l, "overview");
	scene_release(&l);
}

static void enter_opens_and_escape_comes_back(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_keys(&l, "2j\r");
	check_view(&l, "worker");
	assert_true(scene_shows(&l, "Worker 4304"));
	scene_keys(&l, "\033");
	check_view(&l, "workers");
	scene_keys(&l, "ak\r"); /* with those that are gone, the one above */
	assert_true(scene_shows(&l, "Worker 4303"));
	assert_true(scene_shows(&l, "ended         SIGKILL at"));
	scene_keys(&l, "5\r");
	check_view(&l, "death");
	assert_true(scene_shows(&l, "bash [900], uid 1000"));
	scene_keys(&l, "3\t\r"); /* a job opens nothing */
	check_view(&l, "tasks");
	scene_keys(&l, "\t\r");
	check_view(&l, "worker");
	assert_true(scene_shows(&l, "Worker 4304")); /* that ran the slowest task */
	scene_keys(&l, "3\r");
	check_view(&l, "function");
	scene_keys(&l, "8\r");
	check_view(&l, "worker");
	assert_true(scene_shows(&l, "Worker 4304"));
	scene_keys(&l, "9j\r");
	check_view(&l, "trap");
	assert_true(scene_shows(&l, " worker-died"));
	scene_keys(&l, "7\r");
	check_view(&l, "stack");
	assert_true(scene_shows(&l, "Main thread of 4304, the same for 20.0 s"));
	scene_keys(&l, "3\t\t\t\r");
	check_view(&l, "failure");
	assert_true(scene_shows(&l, "raise ValueError"));
	scene_release(&l);
}

static void a_filter_works_while_it_is_typed(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_keys(&l, "2/7/1");
	assert_true(scene_shows(&l, "filter: 7/1"));
	scene_keys(&l, "6");
	assert_true(scene_shows(&l, "4311"));
	assert_false(scene_shows(&l, "4310"));
	scene_key(&l, KEY_CODE_BACKSPACE);
	assert_true(scene_shows(&l, "4310"));
	scene_keys(&l, "7q\r"); /* a q is a letter here */
	assert_true(scene_shows(&l, "nothing passes the filter"));
	scene_keys(&l, "/");
	for (int i = 0; i < 60; i++)
		scene_key(&l, i % 2 ? 0x5909 : 0x1f600); /* more than there is room for */
	scene_keys(&l, "\033");
	assert_true(scene_shows(&l, "4310"));
	scene_keys(&l, "/4310\r");
	assert_false(scene_shows(&l, "4311"));
	scene_keys(&l, "\033"); /* first the filter, then the view */
	assert_true(scene_shows(&l, "4311"));
	check_view(&l, "workers");
	scene_release(&l);
}

static const char *first_row(const char *screen, const char *head)
{
	const char *at = strstr(screen, head);

	assert_non_null(at);
	return strchr(at, '\n') + 1;
}

static void sorting_by_the_chosen_column(void **state)
{
	struct scene l;
	char *screen;

	(void)state;
	scene_lively(&l);
	scene_keys(&l, "2ss"); /* reversed, and back */
	scene_keys(&l, "s");
	screen = scene_text(&l);
	assert_int_equal(strncmp(first_row(screen, "PID"), "›   4311", strlen("›   4311")), 0);
	free(screen);
	scene_key(&l, KEY_CODE_RIGHT);
	scene_key(&l, KEY_CODE_RIGHT);
	scene_key(&l, KEY_CODE_RIGHT);
	scene_keys(&l, "s");
	assert_true(scene_shows(&l, "for▼"));
	screen = scene_text(&l);
	assert_non_null(strstr(first_row(screen, "PID"), "4301"));
	free(screen);
	scene_release(&l);
}

static void pages_scroll_and_stop(void **state)
{
	struct scene l;
	char *end, *more;

	(void)state;
	scene_lively(&l);
	scene_keys(&l, "?");
	assert_true(scene_shows(&l, "more below"));
	scene_key(&l, KEY_CODE_END);
	assert_false(scene_shows(&l, "more below"));
	assert_true(scene_shows(&l, "Marks"));
	end = scene_text(&l);
	for (int i = 0; i < 50; i++)
		scene_key(&l, KEY_CODE_PAGE_DOWN);
	more = scene_text(&l);
	assert_string_equal(end, more);
	scene_keys(&l, "k"); /* one up is one up, however often it went down */
	assert_true(scene_shows(&l, "more below"));
	scene_key(&l, KEY_CODE_HOME);
	assert_true(scene_shows(&l, "Views"));
	free(end);
	free(more);
	scene_release(&l);
}

static void the_mouse_selects_and_opens(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_keys(&l, "2");
	l.ui.mouse_row = 5; /* header, head line, the table's head, two rows */
	l.ui.mouse_col = 20;
	scene_key(&l, KEY_CODE_CLICK);
	assert_true(scene_shows(&l, "›   4310"));
	l.ui.mouse_row = 5;
	scene_key(&l, KEY_CODE_CLICK);
	check_view(&l, "worker");
	assert_true(scene_shows(&l, "Worker 4310"));
	scene_keys(&l, "\033");
	scene_key(&l, KEY_CODE_WHEEL_UP);
	assert_true(scene_shows(&l, "›   4304"));
	scene_release(&l);
}

static void what_is_left_for_the_loop(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	assert_int_equal(scene_key(&l, 'q'), REQUEST_QUIT);
	assert_int_equal(scene_key(&l, 3), REQUEST_QUIT);
	assert_int_equal(scene_key(&l, ' '), REQUEST_FREEZE);
	assert_int_equal(scene_key(&l, '['), REQUEST_STEP_BACK);
	assert_int_equal(scene_key(&l, 'w'), REQUEST_WRITE);
	assert_int_equal(scene_key(&l, 'r'), REQUEST_RECORD);
	assert_int_equal(scene_key(&l, '+'), REQUEST_NONE); /* of a replay only */
	l.ui.mode = UI_REPLAY;
	assert_int_equal(scene_key(&l, 'r'), REQUEST_NONE); /* is recorded already */
	assert_int_equal(scene_key(&l, '+'), REQUEST_FASTER);
	assert_int_equal(scene_key(&l, 'g'), REQUEST_NONE);
	assert_int_equal(scene_key(&l, '+'), REQUEST_NONE);
	assert_int_equal(scene_key(&l, '5'), REQUEST_NONE);
	assert_int_equal(scene_key(&l, '\r'), REQUEST_GOTO);
	assert_string_equal(l.ui.typed, "+5");
	scene_key(&l, 'g');
	assert_int_equal(scene_key(&l, '\033'), REQUEST_NONE);
	assert_int_equal(l.ui.prompt, PROMPT_NONE);
	scene_key(&l, 'g');
	assert_int_equal(scene_key(&l, 3), REQUEST_NONE); /* ^C: out of the prompt, no further */
	assert_int_equal(l.ui.prompt, PROMPT_NONE);
	ui_say(&l.ui, "written to %s", "x.txt");
	assert_true(scene_shows(&l, "written to x.txt"));
	scene_keys(&l, "j");
	assert_false(scene_shows(&l, "written to x.txt"));
	scene_release(&l);
}

static const struct history_pool other = {.pid = 5555, .task_ino = 80001, .result_ino = 80002};

static void several_pools_are_listed(void **state)
{
	struct scene l;

	(void)state;
	scene_init(&l);
	history_session(&l.h, MODE_BPF);
	history_found(&l.h, 4242, 1, "python3 one.py", "3.11.7");
	history_found(&l.h, 5555, 1, "python3 -m two", "3.12.1");
	history_start_pool(&l.h, &history_lively_pool, 4301, 2);
	history_start_pool(&l.h, &other, 5601, 3);
	history_ticks(&l.h, 2);
	scene_feed(&l);
	check_view(&l, "pools");
	assert_true(scene_shows(&l, "one.py"));
	assert_true(scene_shows(&l, "-m two"));
	scene_keys(&l, "2"); /* there is no pool to show the workers of */
	check_view(&l, "pools");
	scene_keys(&l, "/two\r\r");
	check_view(&l, "overview");
	assert_true(scene_shows(&l, "-m two [5555]  Pool(3) fork"));
	scene_keys(&l, "p");
	check_view(&l, "pools");
	scene_keys(&l, "\033\033");
	check_view(&l, "overview");
	scene_release(&l);
}

static void the_asked_for_pool_is_shown(void **state)
{
	struct scene l;

	(void)state;
	scene_init(&l);
	l.ui.pid = 5602; /* a worker of it */
	history_session(&l.h, MODE_BPF);
	history_found(&l.h, 4242, 1, "python3 one.py", "3.11.7");
	history_found(&l.h, 5555, 1, "python3 -m two", "3.12.1");
	history_start_pool(&l.h, &history_lively_pool, 4301, 2);
	history_start_pool(&l.h, &other, 5601, 3);
	history_ticks(&l.h, 1);
	scene_feed(&l);
	check_view(&l, "overview");
	assert_true(scene_shows(&l, "[5555]"));
	scene_release(&l);
}

/* A fork server that has loaded what its workers then need not. */
static void a_fork_server_and_its_modules(void **state)
{
	struct start server = {.from_ns = 1000000000, .at_ns = 3500000000, .is_over = true};
	struct scene l;
	struct pool *p;

	(void)state;
	scene_lively(&l);
	scene_at(&l, "start-up");
	p = &l.s.model.pools[0];
	assert_false(scene_shows(&l, "fork server"));
	p->server = &server;
	assert_true(scene_shows(&l, "fork server  before all, it took 2.50 s"));
	assert_false(scene_shows(&l, "its dearest"));
	server.modules[0] = (struct start_module){.name = p->funcs[0].name, .self_ns = 4000000};
	server.modules[1] = (struct start_module){.name = p->funcs[1].name, .self_ns = 700000000};
	server.modules_count = 2;
	assert_true(scene_shows(&l, "its dearest  etl.transform 700 ms  etl.extract 4.0 ms"));
	p->server = NULL;
	scene_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_by_keys),
		cmocka_unit_test(enter_opens_and_escape_comes_back),
		cmocka_unit_test(a_filter_works_while_it_is_typed),
		cmocka_unit_test(sorting_by_the_chosen_column),
		cmocka_unit_test(pages_scroll_and_stop),
		cmocka_unit_test(the_mouse_selects_and_opens),
		cmocka_unit_test(what_is_left_for_the_loop),
		cmocka_unit_test(several_pools_are_listed),
		cmocka_unit_test(the_asked_for_pool_is_shown),
		cmocka_unit_test(a_fork_server_and_its_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
