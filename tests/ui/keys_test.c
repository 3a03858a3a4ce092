/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of keys and views are complete and of one mind; the help and the bottom lines tell
 * all of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/ui/screens.h"
#include "ui/keys.h"
#include "ui/screen.h"
#include "ui/view.h"

static void every_request_has_a_key(void **state)
{
	(void)state;
	for (int r = REQUEST_NONE + 1; r < REQUESTS; r++) {
		int found = 0;

		for (unsigned int i = 0; i < keys_count(); i++)
			found += keys_at(i)->request == (enum request)r;
		assert_int_equal(found, 1);
	}
}

static void no_key_means_two_things(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < keys_count(); i++) {
		const struct key *k = keys_at(i);

		assert_int_not_equal(k->codes[0], 0);
		for (int j = 0; j < KEY_CODES && k->codes[j]; j++) {
			assert_int_equal(keys_request(k->codes[j]), k->request);
			assert_null(view_by_key(k->codes[j]));
			assert_true(k->codes[j] <= KEY_CODE_LAST);
		}
	}
	assert_int_equal(keys_request(0), REQUEST_NONE);
	assert_int_equal(keys_request('~'), REQUEST_NONE);
}

static void every_row_has_its_words(void **state)
{
	(void)state;
	assert_non_null(keys_at(0)->hint);
	for (unsigned int i = 0; i < keys_count(); i++) {
		const struct key *k = keys_at(i);

		assert_true(k->shown && *k->shown && k->help && *k->help);
		if (!k->hint) /* the row before names this key too */
			assert_non_null(keys_at(i - 1)->hint_key);
	}
}

static void views_are_complete(void **state)
{
	(void)state;
	for (unsigned int i = 0; views[i]; i++) {
		const struct view *v = views[i];

		assert_true(v->name && v->title && v->about && v->draw && v->act);
		assert_true(!v->tables != !v->sheet);
		assert_ptr_equal(view_named(v->name), v);
		if (!v->key)
			continue;
		assert_ptr_equal(view_by_key(v->key), v);
		assert_ptr_equal(view_by_key(KEY_CODE_F + v->key - '0'), v);
	}
	assert_null(view_named("no such view"));
	assert_null(view_by_key(0));
	assert_null(view_by_key('0'));
	assert_null(view_by_key(KEY_CODE_F + 12));
}

/* A tall screen, so that nothing has to be scrolled or left out. */
static void the_help_names_every_key_and_view(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_size(&l, 120, 120);
	scene_at(&l, "help");
	for (unsigned int i = 0; i < keys_count(); i++) {
		assert_true(scene_shows(&l, keys_at(i)->shown));
		assert_true(scene_shows(&l, keys_at(i)->help));
	}
	for (unsigned int i = 0; views[i]; i++)
		assert_true(!views[i]->key || scene_shows(&l, views[i]->about));
	for (int i = 0; i < WORKER_STATES; i++)
		assert_true(scene_shows(&l, worker_state_name((enum worker_state)i)));
	scene_release(&l);
}

/* Where a key works its hint stands in the bottom lines, and nowhere else. */
static void check_hints(struct scene *l)
{
	struct grid g;
	struct buf text = {0};

	assert_int_equal(grid_init(&g, 300, 3, &glyphs_utf8), 0);
	hints_draw(&l->s.model, &l->ui, &g);
	for (int row = 0; row < g.rows; row++)
		for (int col = 0; col < g.columns; col++) {
			const struct cell *c = grid_cell(&g, row, col);

			buf_printf(&text, "%s", *c->text ? c->text : " ");
		}
	for (unsigned int i = 0; i < keys_count(); i++) {
		const struct key *k = keys_at(i);
		char hint[80];

		if (!k->hint)
			continue;
		snprintf(hint, sizeof(hint), " %s %s ", k->hint_key ? k->hint_key : k->shown,
			k->hint);
		if (!strstr(text.data, hint) == keys_work(k, &l->s.model, &l->ui))
			fail_msg("%s: `%s` in `%s`", ui_here(&l->ui)->view->name, hint, text.data);
	}
	buf_release(&text);
	grid_release(&g);
}

static void the_bottom_lines_name_every_key_that_works(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	for (unsigned int i = 0; views[i]; i++) {
		scene_at(&l, views[i]->name);
		check_hints(&l);
		l.ui.mode = UI_REPLAY;
		check_hints(&l);
		l.ui.mode = UI_LIVE;
		scene_keys(&l, "\r");
		check_hints(&l);
	}
	scene_release(&l);
	scene_init(&l);
	check_hints(&l); /* without a pool */
	scene_release(&l);
}

static void few_lines_drop_the_least_important(void **state)
{
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_size(&l, 60, 15);
	assert_true(scene_shows(&l, "q quit"));
	assert_true(scene_shows(&l, "3 Tasks"));
	assert_false(scene_shows(&l, "^L redraw"));
	assert_int_equal(hints_lines(&l.s.model, &l.ui, 80, 0), 0);
	assert_int_equal(hints_lines(&l.s.model, &l.ui, 5, 1), 1); /* one is left, cut */
	l.ui.mode = UI_FINAL;
	assert_int_equal(hints_lines(&l.s.model, &l.ui, 80, 3), 0);
	scene_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_has_a_key),
		cmocka_unit_test(no_key_means_two_things),
		cmocka_unit_test(every_row_has_its_words),
		cmocka_unit_test(views_are_complete),
		cmocka_unit_test(the_help_names_every_key_and_view),
		cmocka_unit_test(the_bottom_lines_name_every_key_that_works),
		cmocka_unit_test(few_lines_drop_the_least_important),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
