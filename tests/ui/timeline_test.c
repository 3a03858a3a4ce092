/* SPDX-License-Identifier: GPL-2.0-only */
/* What is seen and written while an earlier time is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ui/screens.h"
#include "ui/page.h"
#include "ui/timeline.h"
#include "ui/view.h"

/* The lively story up to a tick, over the whole of it. */
static void at_tick(struct scene *past, struct scene *whole, int ticks)
{
	const struct frame *f;
	size_t pos = 0;

	scene_lively(whole);
	scene_init(past);
	history_lively(&past->h);
	while (ticks && (f = history_next(&past->h, &pos))) {
		assert_int_equal(session_feed(&past->s, f), 0);
		ticks -= f->kind == FRAME_TICK;
	}
	ui_follow(&past->s.model, &past->ui);
	past->ui.whole = &whole->s.model;
	past->ui.is_past = past->ui.paused = true;
}

static void the_whole_session_in_a_line(void **state)
{
	struct scene past, whole;

	(void)state;
	at_tick(&past, &whole, 10);
	scene_golden(&past, "stepped-back");
	scene_size(&past, 160, 50);
	scene_golden(&past, "stepped-back");
	past.ui.mode = UI_REPLAY;
	past.ui.is_past = past.ui.paused = false;
	past.glyphs = &glyphs_ascii;
	scene_size(&past, 80, 24);
	scene_golden(&past, "replay-ascii");
	scene_release(&past);
	scene_release(&whole);
}

static void its_right_end_is_the_recordings(void **state)
{
	struct scene past, whole;

	(void)state;
	at_tick(&past, &whole, 10);
	assert_true(scene_shows(&past, " 22:14:00\n"));
	past.ui.until_ns = whole.s.model.now_ns + 60 * HISTORY_S;
	assert_true(scene_shows(&past, " 22:15:00\n"));
	past.ui.until_ns = 1; /* nonsense of a damaged recording */
	assert_true(scene_shows(&past, " 22:14:00\n"));
	scene_release(&past);
	scene_release(&whole);
}

static void not_where_now_is_shown(void **state)
{
	struct scene past, whole;

	(void)state;
	at_tick(&past, &whole, 10);
	assert_true(timeline_is_shown(&past.ui));
	past.ui.rows = 15;
	assert_false(timeline_is_shown(&past.ui));
	assert_false(timeline_is_shown(&whole.ui));
	whole.ui.mode = UI_FINAL;
	whole.ui.is_past = true;
	assert_false(timeline_is_shown(&whole.ui));
	scene_release(&past);
	scene_release(&whole);
}

/* On the usual screen, in every view: whoever is elsewhere in time sees how to move there. */
static void its_keys_are_named(void **state)
{
	static const char *const hints[] = {
		"n newest", "space freeze", "[ ] step", "{ } event", "g time", "? help", "q quit"};
	struct scene past, whole;

	(void)state;
	at_tick(&past, &whole, 10);
	for (int mode = UI_LIVE; mode <= UI_REPLAY; mode++)
		for (unsigned int i = 0; views[i]; i++) {
			past.ui.mode = mode;
			ui_go(&past.ui, views[i]);
			for (unsigned int j = 0; j < sizeof(hints) / sizeof(hints[0]); j++)
				if (!scene_shows(&past, hints[j]))
					fail_msg("%s: no `%s`", views[i]->name, hints[j]);
		}
	assert_true(scene_shows(&past, "+ - speed"));
	scene_release(&past);
	scene_release(&whole);
}

static char *page(const struct scene *l, const char *want_view)
{
	struct page_text page;

	assert_int_equal(page_text(&l->s.model, &l->ui, l->glyphs, &page), 0);
	assert_string_equal(page.view, want_view);
	return page.text.data;
}

/* The same page, from the row that opens it and from itself, however small the screen. */
static void a_page_is_written_whole(void **state)
{
	struct scene l;
	char *from_row, *from_page;

	(void)state;
	scene_lively(&l);
	scene_size(&l, 60, 15);
	scene_at(&l, "deaths");
	from_row = page(&l, "death");
	assert_non_null(strstr(from_row, " Worker 4303 died\n"));
	assert_non_null(strstr(from_row, "BaseProcess.run"));
	scene_keys(&l, "\rjjj");
	from_page = page(&l, "death");
	assert_string_equal(from_page, from_row);
	free(from_row);
	free(from_page);
	scene_release(&l);
}

static void where_there_is_no_page(void **state)
{
	struct page_text page;
	struct scene l;

	(void)state;
	scene_lively(&l);
	scene_at(&l, "workers");
	scene_keys(&l, "/nobody\r");
	assert_int_equal(page_text(&l.s.model, &l.ui, l.glyphs, &page), -ENOENT);
	scene_at(&l, "traffic");
	assert_int_equal(page_text(&l.s.model, &l.ui, l.glyphs, &page), -ENOENT);
	scene_release(&l);
	scene_init(&l);
	scene_at(&l, "deaths");
	assert_int_equal(page_text(&l.s.model, &l.ui, l.glyphs, &page), -ENOENT);
	scene_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_session_in_a_line),
		cmocka_unit_test(its_right_end_is_the_recordings),
		cmocka_unit_test(not_where_now_is_shown),
		cmocka_unit_test(its_keys_are_named),
		cmocka_unit_test(a_page_is_written_whole),
		cmocka_unit_test(where_there_is_no_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
