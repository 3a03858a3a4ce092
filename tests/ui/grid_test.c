/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ui/dump.h"
#include "ui/grid.h"

static struct grid make(int columns, int rows, const struct glyphs *glyphs)
{
	struct grid g;

	assert_int_equal(grid_init(&g, columns, rows, glyphs), 0);
	return g;
}

static void check(struct grid *g, const char *want)
{
	struct buf text = {0};

	assert_int_equal(dump_grid(g, &text), 0);
	assert_string_equal(text.data, want);
	buf_release(&text);
	grid_release(g);
}

static void text_is_cut(void **state)
{
	struct grid g = make(6, 4, &glyphs_utf8);
	struct pen p = grid_row(&g, 0);

	(void)state;
	pen_text(&p, STYLE_TEXT, "abc");
	pen_text(&p, STYLE_TEXT, "defgh");
	assert_int_equal(pen_room(&p), 0);
	p = grid_pen(&g, 1, 2, 3);
	pen_text(&p, STYLE_TEXT, "abcdef");
	p = grid_pen(&g, 2, 4, 100);
	pen_printf(&p, STYLE_TEXT, "%d", 12345);
	/* Outside of it. */
	p = grid_row(&g, -1);
	pen_text(&p, STYLE_TEXT, "x");
	p = grid_row(&g, 4);
	pen_text(&p, STYLE_TEXT, "x");
	p = grid_pen(&g, 3, 6, 3);
	pen_text(&p, STYLE_TEXT, "x");
	p = grid_pen(&g, 3, 2, -5);
	pen_right(&p, STYLE_TEXT, "x");
	check(&g, "abcdef\n  abc\n    12\n\n");
}

static void wide_characters_are_never_torn(void **state)
{
	struct grid g = make(5, 4, &glyphs_utf8);
	struct pen p = grid_row(&g, 0);

	(void)state;
	pen_text(&p, STYLE_TEXT, "変換処理"); /* the third would end outside */
	pen_text(&p, STYLE_TEXT, "x"); /* and nothing goes behind what was cut */
	p = grid_row(&g, 1);
	pen_text(&p, STYLE_TEXT, "変換");
	p = grid_pen(&g, 1, 1, 1);
	pen_text(&p, STYLE_TEXT, "x"); /* over the right half */
	p = grid_row(&g, 2);
	pen_text(&p, STYLE_TEXT, "変換");
	p = grid_pen(&g, 2, 2, 1);
	pen_text(&p, STYLE_TEXT, "x"); /* over the left half */
	p = grid_row(&g, 3);
	pen_text(&p, STYLE_TEXT, "a変");
	p = grid_row(&g, 3);
	pen_text(&p, STYLE_TEXT, "換"); /* over a narrow one and the left half */
	check(&g, "変換\n x換\n変x\n換\n");
}

static void marks_join_what_is_before(void **state)
{
	struct grid g = make(4, 3, &glyphs_utf8);
	struct pen p = grid_row(&g, 0);

	(void)state;
	pen_text(&p, STYLE_TEXT, "e\xcc\x81x");
	p = grid_row(&g, 1);
	pen_text(&p, STYLE_TEXT, "\xcc\x81x"); /* nothing before it */
	p = grid_row(&g, 2); /* more than a cell holds: the rest is left out */
	pen_text(&p, STYLE_TEXT, "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87z");
	assert_int_equal(strlen(grid_cell(&g, 2, 0)->text), 11);
	assert_string_equal(grid_cell(&g, 2, 1)->text, "z");
	check(&g, "e\xcc\x81x\nx\na\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85z\n");
}

static void ellipsis_on_either_side(void **state)
{
	struct grid g = make(7, 7, &glyphs_utf8);
	static const char *const texts[] = {"package", "package.f", "変換処理", "a変換処理"};
	struct pen p;

	(void)state;
	for (int i = 0; i < 2; i++) {
		p = grid_row(&g, i);
		pen_fit(&p, STYLE_TEXT, texts[i]);
	}
	p = grid_row(&g, 2);
	pen_fit_end(&p, STYLE_TEXT, texts[1]);
	p = grid_row(&g, 3);
	pen_fit(&p, STYLE_TEXT, texts[2]);
	p = grid_row(&g, 4);
	pen_fit_end(&p, STYLE_TEXT, texts[3]);
	p = grid_row(&g, 5);
	pen_right(&p, STYLE_TEXT, "12 ms");
	p = grid_row(&g, 6);
	pen_right(&p, STYLE_TEXT, "1234567890");
	check(&g, "package\npackag…\n…kage.f\n変換処…\n…換処理\n  12 ms\n123456…\n");
}

static void ascii_has_nothing_else(void **state)
{
	struct grid g = make(12, 2, &glyphs_ascii);
	struct pen p = grid_row(&g, 0);

	(void)state;
	pen_text(&p, STYLE_TEXT,
		"12 µs 変é\xcc\x81"
		"e\xcc\x81");
	p = grid_row(&g, 1);
	pen_fit(&p, STYLE_TEXT, "a long text for it");
	check(&g, "12 us ???e\na long text~\n");
}

static void control_bytes_are_question_marks(void **state)
{
	struct grid g = make(20, 1, &glyphs_utf8);
	struct pen p = grid_row(&g, 0);

	(void)state;
	pen_text(&p, STYLE_TEXT, "\033[2J\a\x7f\xc2\x9b\xff\xe2\x80\xae!");
	check(&g, "?[2J????"
		  "?!\n");
}

static void windows_share_cells(void **state)
{
	struct grid g = make(6, 4, &glyphs_utf8);
	struct grid w = grid_window(&g, 1, 2, 2, 3);
	struct grid out = grid_window(&g, 9, 2, 9, 3);
	struct grid over = grid_window(&g, 3, 99, 5, 99);
	struct pen p;

	(void)state;
	assert_int_equal(w.rows, 2);
	assert_int_equal(w.columns, 3);
	assert_int_equal(out.rows, 0);
	assert_int_equal(out.columns, 0);
	assert_int_equal(over.rows, 1);
	assert_int_equal(over.columns, 1);
	for (int row = -1; row < 4; row++) {
		p = grid_row(&w, row);
		pen_text(&p, STYLE_TEXT, "abcdef");
		p = grid_row(&out, row);
		pen_text(&p, STYLE_TEXT, "abcdef");
	}
	grid_paint_row(&w, 1, STYLE_ALERT);
	grid_paint_row(&w, 7, STYLE_ALERT);
	assert_int_equal(grid_cell(&g, 2, 2)->style, STYLE_ALERT);
	assert_int_equal(grid_cell(&g, 2, 1)->style, STYLE_TEXT);
	assert_int_equal(grid_cell(&g, 2, 5)->style, STYLE_TEXT);
	assert_null(grid_cell(&g, 4, 0));
	assert_null(grid_cell(&g, 0, -1));
	check(&g, "\n  abc\n  abc\n\n");
}

static void sides_are_bounded(void **state)
{
	struct grid g = make(-3, 99999999, &glyphs_utf8);
	struct buf text = {0};

	(void)state;
	assert_int_equal(g.columns, 0);
	assert_int_equal(g.rows, GRID_SIDE);
	assert_int_equal(dump_grid(&g, &text), 0);
	assert_int_equal(text.len, GRID_SIDE);
	buf_release(&text);
	grid_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut),
		cmocka_unit_test(wide_characters_are_never_torn),
		cmocka_unit_test(marks_join_what_is_before),
		cmocka_unit_test(ellipsis_on_either_side),
		cmocka_unit_test(ascii_has_nothing_else),
		cmocka_unit_test(control_bytes_are_question_marks),
		cmocka_unit_test(windows_share_cells),
		cmocka_unit_test(sides_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
