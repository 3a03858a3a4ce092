/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ui/chart.h"
#include "ui/dump.h"

enum { MS = 1000000 };

/* A chart as text, `height` lines and its axis. */
static char *draw(const struct chart *c, int columns, int height, const struct glyphs *glyphs)
{
	struct buf text = {0};
	struct grid g;

	assert_int_equal(grid_init(&g, columns, height + 1, glyphs), 0);
	for (int line = 0; line <= height; line++) {
		struct pen p = grid_row(&g, line);

		if (line < height)
			chart_line(c, &p, line, height);
		else
			chart_axis(c, &p);
	}
	assert_int_equal(dump_grid(&g, &text), 0);
	grid_release(&g);
	return text.data;
}

static void expect(const struct chart *c, int columns, int height, const char *want)
{
	char *got = draw(c, columns, height, &glyphs_ascii);

	assert_string_equal(got, want);
	free(got);
}

static uint64_t sum(const struct chart *c)
{
	uint64_t all = 0;

	for (unsigned int i = 0; i < c->bins; i++)
		all += c->count[i];
	return all;
}

static void sizes_are_powers_of_two(void **state)
{
	const uint64_t count[8] = {[2] = 4, [3] = 8, [5] = 1};
	struct chart c;

	(void)state;
	chart_of_sizes(&c, count, 8, 24);
	expect(&c, 26, 2,
		"      ######\n"
		"############      ......\n"
		"|4    |8    |16   |32\n");
	chart_of_sizes(&c, (uint64_t[4]){0}, 4, 20);
	assert_int_equal(c.bins, 0);
}

/* Equal steps are equal factors, the axis begins and ends with round numbers. */
static void durations_are_on_a_log_axis(void **state)
{
	struct hist h = {0};
	struct chart c;

	(void)state;
	for (int i = 0; i < 100; i++)
		hist_add(&h, 3 * MS);
	for (int i = 0; i < 50; i++)
		hist_add(&h, 300 * MS);
	chart_of_hist(&c, &h, 30);
	assert_int_equal(sum(&c), 150);
	assert_string_equal(c.label[0].text, "2 ms");
	assert_string_equal(c.label[c.labels - 1].text, "200 ms");
	for (unsigned int i = 0; i < c.bins; i++)
		if (c.count[i] == 100)
			for (unsigned int k = i; k < c.bins; k++)
				if (c.count[k] == 50) /* two decades of 2.4 */
					assert_in_range(k - i, 24, 26);
	hist_release(&h);
}

/* Whatever was measured, everything is counted and nothing leaves the width. */
static void every_range_fits(void **state)
{
	static const uint64_t values[][2] = {{0, 0}, {1, 1}, {7, 7000}, {MS, MS}, {0, UINT64_MAX},
		{UINT64_MAX, UINT64_MAX}, {3600ull * 1000 * MS, 36000ull * 1000 * MS}};

	(void)state;
	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (int width = 1; width < 200; width = width * 2 + 1) {
			struct hist h = {0};
			struct chart c;

			hist_add(&h, values[i][0]);
			hist_add(&h, values[i][1]);
			chart_of_hist(&c, &h, width);
			assert_int_equal(sum(&c), 2);
			assert_true((int)c.bins * c.bin_width <= width);
			free(draw(&c, width, 3, &glyphs_utf8));
			hist_release(&h);
		}
}

static void few_are_seen_beside_many(void **state)
{
	const uint64_t count[2] = {1000000, 1};
	struct chart c;
	char *got;

	(void)state;
	chart_of_sizes(&c, count, 2, 2);
	got = draw(&c, 2, 1, &glyphs_utf8);
	assert_string_equal(got, "█▁\n└1\n");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_powers_of_two),
		cmocka_unit_test(durations_are_on_a_log_axis),
		cmocka_unit_test(every_range_fits),
		cmocka_unit_test(few_are_seen_beside_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
