/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/dump.h"
#include "ui/glyph.h"
#include "ui/style.h"
#include "ui/width.h"

static const struct glyphs *const all[] = {&glyphs_utf8, &glyphs_console, &glyphs_ascii};

/* One row of 20 columns. */
struct row {
	struct grid g;
	struct pen p;
};

static void start(struct row *r, const struct glyphs *glyphs)
{
	assert_int_equal(grid_init(&r->g, 20, 1, glyphs), 0);
	r->p = grid_row(&r->g, 0);
}

static void check(struct row *r, const char *want)
{
	struct buf text = {0};

	assert_int_equal(dump_grid(&r->g, &text), 0);
	text.data[--text.len] = '\0';
	assert_string_equal(text.data, want);
	buf_release(&text);
	grid_release(&r->g);
}

static void gauge(double share, int width, const struct glyphs *glyphs, const char *want)
{
	struct row r;

	start(&r, glyphs);
	draw_gauge(&r.p, STYLE_PLOT, width, share);
	assert_int_equal(r.p.col, width < 0 ? 0 : width > 20 ? 20 : width);
	check(&r, want);
}

static void gauges(void **state)
{
	(void)state;
	gauge(0, 4, &glyphs_utf8, "");
	gauge(1, 4, &glyphs_utf8, "████");
	gauge(9, 4, &glyphs_utf8, "████");
	gauge(0.5, 4, &glyphs_utf8, "██");
	gauge(0.625, 4, &glyphs_utf8, "██▌");
	gauge(0.0001, 4, &glyphs_utf8, "▏"); /* more than nothing is seen */
	gauge(0.0 / 0.0, 4, &glyphs_utf8, "");
	gauge(-1, 4, &glyphs_utf8, "");
	gauge(1, -4, &glyphs_utf8, "");
	gauge(1, 99, &glyphs_utf8, "████████████████████");
	gauge(0.5, 4, &glyphs_ascii, "##");
	gauge(0.0001, 4, &glyphs_ascii, "#");
	gauge(0.625, 4, &glyphs_console, "██▌");
}

static void core(double a, double b, double c, const struct glyphs *glyphs, const char *want)
{
	const double share[CORE_PARTS] = {a, b, c, 0};
	struct row r;

	start(&r, glyphs);
	draw_core(&r.p, 10, share);
	assert_int_equal(r.p.col, 10);
	check(&r, want);
}

static void cores(void **state)
{
	(void)state;
	core(0, 0, 0, &glyphs_utf8, "··········");
	core(0.5, 0.2, 0.1, &glyphs_utf8, "█████▓▓░··");
	core(0.5, 0.2, 0.1, &glyphs_ascii, "#####++-..");
	core(2, 2, 2, &glyphs_utf8, "██████████");
	core(0.14, 0.14, 0.14, &glyphs_utf8, "█▓▓░······"); /* as long as the sum */
}

static struct series series(const uint64_t *values, unsigned int n)
{
	struct series s = {0};

	for (unsigned int i = 0; i < n; i++) {
		series_add(&s, values[i]);
		series_close(&s);
	}
	return s;
}

static void sparklines(void **state)
{
	static const uint64_t values[] = {0, 1, 50, 100, 200, 400};
	struct series s = series(values, 6), none = {0};
	struct row r;

	(void)state;
	start(&r, &glyphs_utf8);
	draw_spark(&r.p, STYLE_PLOT, 8, &s);
	check(&r, "  ▁▁▂▃▅█");
	start(&r, &glyphs_utf8);
	draw_spark(&r.p, STYLE_PLOT, 3, &s); /* the newest three, by their own largest */
	check(&r, "▃▅█");
	start(&r, &glyphs_ascii);
	draw_spark(&r.p, STYLE_PLOT, 8, &s);
	check(&r, "  _..:=#");
	start(&r, &glyphs_utf8);
	draw_spark(&r.p, STYLE_PLOT, 5, &none);
	draw_spark(&r.p, STYLE_PLOT, -5, &s);
	assert_int_equal(r.p.col, 5);
	check(&r, "");
}

/* 12 columns of a minute: 5 ticks each, and the newest of what there is. */
static void minutes(void **state)
{
	static const uint64_t seven[] = {100, 100, 100, 100, 100, 400, 400};
	struct series s = series(seven, 7), none = {0};
	struct row r;

	(void)state;
	start(&r, &glyphs_utf8);
	draw_minute(&r.p, STYLE_PLOT, 12, &s);
	check(&r, "▃▇");
	assert_int_equal(r.p.col, 12);
	start(&r, &glyphs_utf8);
	draw_minute(&r.p, STYLE_PLOT, 14, &s); /* no divisor: as 12, and blanks */
	check(&r, "▃▇");
	assert_int_equal(r.p.col, 14);
	for (int i = 0; i < 3; i++) /* its column fills, and nothing moves */
		series_close(&s);
	start(&r, &glyphs_utf8);
	draw_minute(&r.p, STYLE_PLOT, 12, &s);
	check(&r, "▅█");
	start(&r, &glyphs_utf8);
	draw_minute(&r.p, STYLE_PLOT, 5, &none);
	draw_minute(&r.p, STYLE_PLOT, -5, &s);
	assert_int_equal(r.p.col, 5);
	check(&r, "");
}

static void strips_of_a_minute(void **state)
{
	struct worker w = {.strip_head = 0};
	struct row r;

	(void)state;
	for (unsigned int i = 0; i < 7; i++) {
		w.strip[i] = (uint8_t)(1 + (i < 5 ? i < 2 ? STATE_IO : STATE_RUN : STATE_WAIT));
		w.strip_head++;
	}
	start(&r, &glyphs_utf8);
	draw_minute_strip(&r.p, 12, &w, 7);
	check(&r, "          █·");
	start(&r, &glyphs_utf8);
	draw_minute_strip(&r.p, 12, &w, 6); /* begun when one tick was over already */
	check(&r, "         i█·");
	start(&r, &glyphs_utf8);
	draw_minute_strip(&r.p, 0, &w, 7);
	check(&r, "");
}

static void strips(void **state)
{
	struct worker w = {.strip_head = 0};
	struct row r;

	(void)state;
	for (unsigned int i = 0; i < WORKER_STATES; i++) {
		w.strip[w.strip_head] = (uint8_t)(1 + i);
		w.strip_head = (w.strip_head + 1) % MODEL_STRIP;
	}
	start(&r, &glyphs_utf8);
	draw_strip(&r.p, 12, &w);
	check(&r, "  ░·▒█▓»iLqx");
	start(&r, &glyphs_ascii);
	draw_strip(&r.p, 4, &w);
	check(&r, "iLqx");
}

/* Every glyph takes one column, and no two states look the same. */
static void glyphs_are_one_column(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct glyphs *g = all[i];

		assert_int_equal(width_of(g->ellipsis), 1);
		assert_int_equal(width_of(g->mark), 1);
		assert_int_equal(width_of(g->ascending) + width_of(g->descending), 2);
		for (int j = 0; j < 9; j++)
			assert_int_equal(width_of(g->eighths[j]) + width_of(g->levels[j]), 2);
		for (int j = 0; j < CORE_PARTS; j++)
			for (int k = 0; k < j; k++)
				assert_string_not_equal(g->part[j], g->part[k]);
		for (int j = 0; j < WORKER_STATES; j++)
			for (int k = 0; k < j; k++)
				assert_string_not_equal(g->state[j], g->state[k]);
	}
}

/* A style has a name and colours that the terminal has; selecting and alerting show without any. */
static void styles_are_complete(void **state)
{
	static const int colours[DEPTHS] = {0, 8, 16, 256};

	(void)state;
	for (int i = 0; i < STYLES; i++) {
		assert_non_null(style_name((enum style)i));
		for (int d = 0; d < DEPTHS; d++) {
			struct look look = style_look((enum style)i, (enum depth)d);

			assert_true(look.fg >= COLOUR_DEFAULT && look.fg < (colours[d] | !d));
			assert_true(look.bg >= COLOUR_DEFAULT && look.bg < (colours[d] | !d));
			assert_true(d || (look.fg < 0 && look.bg < 0));
		}
	}
	assert_int_not_equal(style_look(STYLE_SELECTED, DEPTH_MONO).bits, 0);
	assert_int_not_equal(style_look(STYLE_ALERT, DEPTH_MONO).bits, 0);
	assert_int_equal(style_depth(0), DEPTH_MONO);
	assert_int_equal(style_depth(8), DEPTH_8);
	assert_int_equal(style_depth(88), DEPTH_16);
	assert_int_equal(style_depth(256), DEPTH_256);
	assert_string_equal(style_name(style_of_state(STATE_RUNQ)), "runq");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gauges),
		cmocka_unit_test(cores),
		cmocka_unit_test(sparklines),
		cmocka_unit_test(minutes),
		cmocka_unit_test(strips_of_a_minute),
		cmocka_unit_test(strips),
		cmocka_unit_test(glyphs_are_one_column),
		cmocka_unit_test(styles_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
