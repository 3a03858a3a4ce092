/* SPDX-License-Identifier: GPL-2.0-only */
/* What paint() writes, on a small terminal: whatever was there, the next picture stands there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/paint.h"

enum { ROWS = 7, COLUMNS = 24 };

/* A terminal: what stands where, in which look. */
struct screen {
	int row, column;
	bool is_unsure; /* terminals differ in which column this is */
	bool is_full; /* the last column was written: and in where they are at all */
	struct look look;
	char text[ROWS][COLUMNS][CELL_BYTES];
	struct look looks[ROWS][COLUMNS];
};

static struct painter painter_of(enum depth depth, bool feeds, bool erases)
{
	struct painter p = {.feeds = feeds, .erases = erases, .shifts = erases};
	struct look looks[STYLES];

	for (int i = 0; i < STYLES; i++)
		looks[i] = style_look((enum style)i, depth);
	inks_init(&p.inks, looks);
	return p;
}

static const struct look own = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};

static void clear(struct screen *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < ROWS * COLUMNS; i++)
		s->looks[i / COLUMNS][i % COLUMNS] = own;
}

static void write_cell(struct screen *s, const char *text, size_t len)
{
	assert_false(s->is_full);
	assert_in_range(s->row, 0, ROWS - 1);
	assert_in_range(s->column, 0, COLUMNS - 1);
	memset(s->text[s->row][s->column], 0, CELL_BYTES);
	memcpy(s->text[s->row][s->column], text, len);
	s->looks[s->row][s->column] = s->look;
	if (s->column + 1 < COLUMNS)
		s->column++;
	else
		s->is_full = true;
}

/* A wide one takes the next column too: "\xe4\xb8\xad" is the one that is tried here. */
static size_t show_text(struct screen *s, const char *bytes)
{
	unsigned char first = (unsigned char)*bytes;
	size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	assert_true(first >= ' ' && first != 127);
	write_cell(s, bytes, len);
	if (len == 3 && !memcmp(bytes, "\344\270\255", 3)) {
		assert_false(s->is_full);
		write_cell(s, "", 0);
		s->is_unsure = true;
	}
	return len;
}

static void show_sgr(struct screen *s, const int *number, int count)
{
	for (int i = 0; i < count; i++) {
		int n = number[i];

		if (n == 0)
			s->look = own;
		else if (n == 1 || n == 2 || n == 4 || n == 7)
			s->look.bits |= n == 1	 ? LOOK_BOLD
					: n == 2 ? LOOK_DIM
					: n == 4 ? LOOK_UNDERLINE
						 : LOOK_REVERSE;
		else if (n == 38 || n == 48) {
			assert_true(i + 2 < count && number[i + 1] == 5);
			*(n == 38 ? &s->look.fg : &s->look.bg) = (int16_t)number[i + 2];
			i += 2;
		} else if (n >= 90 && n < 108)
			*(n < 98 ? &s->look.fg : &s->look.bg) = (int16_t)(n % 10 + 8);
		else
			*(n < 40 ? &s->look.fg : &s->look.bg) =
				(int16_t)(n % 10 == 9 ? COLOUR_DEFAULT : n % 10);
	}
}

static void erase(struct screen *s, int columns)
{
	assert_false(s->is_full || s->is_unsure);
	assert_in_range(s->column, 0, COLUMNS - columns);
	for (int i = 0; i < columns; i++) {
		memset(s->text[s->row][s->column + i], 0, CELL_BYTES);
		s->looks[s->row][s->column + i] = s->look;
	}
}

static void move_by(struct screen *s, int rows, int columns)
{
	assert_false(s->is_full);
	assert_false(s->is_unsure && columns);
	s->row += rows;
	s->column += columns;
	assert_in_range(s->row, 0, ROWS - 1);
}

/* Lines are inserted before the cursor's, or (negative) deleted from it on. */
static void shift(struct screen *s, int by)
{
	int n = by > 0 ? by : -by, moved = ROWS - s->row - n;
	int to = by > 0 ? s->row + n : s->row, from = by > 0 ? s->row : s->row + n;

	assert_false(s->is_full || s->column);
	assert_true(moved >= 0 && s->look.bg < 0);
	memmove(s->text[to], s->text[from], (size_t)moved * sizeof(s->text[0]));
	memmove(s->looks[to], s->looks[from], (size_t)moved * sizeof(s->looks[0]));
	for (int row = by > 0 ? s->row : ROWS - n, i = 0; i < n; i++, row++)
		for (int col = 0; col < COLUMNS; col++) {
			memset(s->text[row][col], 0, CELL_BYTES);
			s->looks[row][col] = own;
		}
}

static size_t show_control(struct screen *s, const char *from)
{
	int number[16] = {0}, count = 0, first;
	size_t n = 2;

	do {
		char *end;

		assert_true(count < 16);
		number[count++] = (int)strtol(from + n, &end, 10);
		n = (size_t)(end - from);
	} while (from[n] == ';' && n++);
	first = number[0] ? number[0] : 1;
	if (from[n] == 'm') {
		show_sgr(s, number, count);
	} else if (from[n] == 'H') {
		s->row = first - 1;
		s->column = count > 1 ? number[1] - 1 : 0;
		s->is_full = s->is_unsure = false;
	} else if (from[n] == 'G') {
		assert_false(s->is_full);
		s->column = first - 1;
		s->is_unsure = false;
	} else if (from[n] == 'K') {
		erase(s, COLUMNS - s->column);
	} else if (from[n] == 'X') {
		erase(s, first);
	} else if (from[n] == 'L' || from[n] == 'M') {
		shift(s, from[n] == 'L' ? first : -first);
	} else {
		assert_non_null(strchr("ACD", from[n]));
		move_by(s, from[n] == 'A' ? -first : 0,
			from[n] == 'C'	 ? first
			: from[n] == 'D' ? -first
					 : 0);
	}
	return n + 1;
}

static void show(struct screen *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (bytes[i] == '\033') {
			assert_int_equal(bytes[i + 1], '[');
			i += show_control(s, bytes + i);
		} else if (bytes[i] == '\n') {
			move_by(s, 1, 0);
			i++;
		} else if (bytes[i] == '\b') {
			move_by(s, 0, -1);
			i++;
		} else if (bytes[i] == '\r') {
			assert_false(s->is_full);
			s->column = 0;
			s->is_unsure = false;
			i++;
		} else {
			i += show_text(s, bytes + i);
		}
	}
}

static bool is_seen(struct look a)
{
	return a.bg >= 0 || a.bits & (LOOK_REVERSE | LOOK_UNDERLINE);
}

static void same_cell(
	const struct painter *p, const struct screen *s, const struct grid *g, int row, int col)
{
	const struct cell *c = grid_cell(g, row, col);
	const char *text = s->text[row][col];
	struct look wanted = p->inks.look[c->style], is = s->looks[row][col];
	bool blank = c->width == 1 && !c->text[0];

	if (!c->width)
		return;
	assert_string_equal(!strcmp(text, " ") ? "" : text, c->text);
	if (blank && !is_seen(wanted)) {
		assert_false(is_seen(is));
		return;
	}
	assert_int_equal(is.fg, wanted.fg);
	assert_int_equal(is.bg, wanted.bg);
	assert_int_equal(is.bits, wanted.bits);
}

/* Paints, looks at the terminal, and leaves it as it is. Returns the bytes it took. */
static size_t turn(
	const struct painter *p, struct screen *s, const struct grid *from, const struct grid *to)
{
	struct buf out = {0};
	size_t len;

	s->row = s->column = 0;
	s->is_full = true;
	s->look = own;
	assert_int_equal(paint(p, from, to, &out), 0);
	len = out.len;
	if (len)
		show(s, out.data, len);
	for (int row = 0; row < ROWS; row++)
		for (int col = 0; col < COLUMNS; col++)
			same_cell(p, s, to, row, col);
	assert_true(s->look.fg < 0 && s->look.bg < 0 && !s->look.bits);
	buf_release(&out);
	return len;
}

/* A part of the rows goes up or down, as when a list grows. */
static void roll(struct grid *g)
{
	int first = rand() % ROWS, rows = 1 + rand() % (ROWS - first), by = 1 + rand() % rows;
	size_t row = (size_t)COLUMNS * sizeof(*g->cells);
	struct cell *begin = g->cells + (ptrdiff_t)first * COLUMNS;

	if (rand() % 2)
		memmove(begin + (ptrdiff_t)by * COLUMNS, begin, (size_t)(rows - by) * row);
	else
		memmove(begin, begin + (ptrdiff_t)by * COLUMNS, (size_t)(rows - by) * row);
}

static void put_random(struct grid *g)
{
	static const char *const texts[] = {"a", "7", "12.5 ms", "\342\226\210\342\226\221",
		"\344\270\255", "\302\265s", "            ", " "};
	int width = rand() % 8 ? COLUMNS : 3;
	struct pen p = grid_pen(g, rand() % ROWS, rand() % COLUMNS, width);

	if (rand() % 40 == 0)
		grid_clear(g);
	else if (rand() % 30 == 0)
		roll(g);
	else if (rand() % 20 == 0)
		grid_paint_row(g, rand() % ROWS, (enum style)(rand() % STYLES));
	else
		pen_text(&p, (enum style)(rand() % STYLES), texts[rand() % 8]);
}

static void copy(struct grid *to, const struct grid *from)
{
	memcpy(to->cells, from->cells, (size_t)(ROWS * COLUMNS) * sizeof(*to->cells));
}

/* Whatever differs between two pictures, on terminals of any depth. */
static void next_picture(void **state)
{
	static struct screen s;
	struct grid from, to;

	(void)state;
	srand(1);
	assert_int_equal(grid_init(&from, COLUMNS, ROWS, &glyphs_utf8), 0);
	assert_int_equal(grid_init(&to, COLUMNS, ROWS, &glyphs_utf8), 0);
	for (int kind = 0; kind < 4 * DEPTHS; kind++) {
		struct painter p =
			painter_of((enum depth)(kind % DEPTHS), kind & DEPTHS, kind >= 2 * DEPTHS);

		clear(&s);
		grid_clear(&from);
		grid_clear(&to);
		for (int round = 0; round < 1500; round++) {
			for (int i = rand() % 12; i >= 0; i--)
				put_random(&to);
			turn(&p, &s, &from, &to);
			copy(&from, &to);
			assert_int_equal(turn(&p, &s, &from, &to), 0);
		}
	}
	grid_release(&from);
	grid_release(&to);
}

struct word {
	int row, col;
	enum style style;
	const char *text;
};

static void put_words(struct grid *g, const struct word *words)
{
	grid_clear(g);
	for (; words->text; words++) {
		struct pen p = grid_pen(g, words->row, words->col, COLUMNS);

		pen_text(&p, words->style, words->text);
	}
}

static void gives(const struct word *before, const struct word *after, const char *wanted)
{
	struct painter p = painter_of(DEPTH_256, true, true);
	struct grid from, to;
	struct buf out = {0};

	assert_int_equal(grid_init(&from, COLUMNS, ROWS, &glyphs_utf8), 0);
	assert_int_equal(grid_init(&to, COLUMNS, ROWS, &glyphs_utf8), 0);
	put_words(&from, before);
	put_words(&to, after);
	assert_int_equal(paint(&p, &from, &to, &out), 0);
	assert_string_equal(out.data ? out.data : "", wanted);
	buf_release(&out);
	grid_release(&from);
	grid_release(&to);
}

static void few_bytes(void **state)
{
	const struct word nothing[] = {{0, 0, 0, NULL}};
	const struct word one[] = {{1, 2, STYLE_TEXT, "12 ms 34 ms"}, {2, 2, STYLE_TEXT, "7"},
		{2, 8, STYLE_DIM, "x"}, {0, 0, 0, NULL}};
	const struct word other[] = {{1, 2, STYLE_TEXT, "13 ms 35 ms"}, {2, 2, STYLE_TEXT, "8"},
		{2, 8, STYLE_DIM, "x"}, {0, 0, 0, NULL}};
	const struct word bold[] = {
		{1, 2, STYLE_NUMBER, "12"}, {1, 4, STYLE_TEXT, " ms"}, {0, 0, 0, NULL}};
	const struct word title[] = {{1, 2, STYLE_TITLE, "12"}, {1, 4, STYLE_DIM, " "},
		{1, 5, STYLE_TEXT, "ms"}, {0, 0, 0, NULL}};

	(void)state;
	gives(one, one, "");
	gives(one, other, "\033[2;4H3\n\b\b8\033[2;10H5");
	gives(nothing, bold, "\033[2;6Hms\033[3G\033[1m12\033[m");
	gives(bold, title, ""); /* it looks the same */
	gives(one, nothing, "\033[2;3H\033[K\n\033[K");
}

/* A row that comes into a list moves those below it, and nothing else. */
static void lists_grow(void **state)
{
	const struct word before[] = {{1, 0, STYLE_TEXT, "239 ms  load  17/3"},
		{2, 0, STYLE_TEXT, "230 ms  read_all 1/33"},
		{3, 0, STYLE_TEXT, "some other words in it"}, {4, 0, STYLE_TEXT, "last"},
		{6, 0, STYLE_DIM, "keys"}, {0, 0, 0, NULL}};
	const struct word after[] = {{1, 0, STYLE_TEXT, "239 ms  load  17/3"},
		{2, 0, STYLE_TEXT, "235 ms  x.y"}, {3, 0, STYLE_TEXT, "230 ms  read_all 1/33"},
		{4, 0, STYLE_TEXT, "some other words in it"}, {6, 0, STYLE_DIM, "keys"},
		{0, 0, 0, NULL}};

	(void)state;
	gives(before, after, "\033[5H\033[M\033[3H\033[L235 ms  x.y");
	gives(after, before, "\033[3H\033[M\n\n\033[Llast");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_picture),
		cmocka_unit_test(few_bytes),
		cmocka_unit_test(lists_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
