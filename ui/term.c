/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ncurses writes by itself, and waits until all of it is written. So it is given a file in memory,
 * and what it has written there goes into the caller's buffer.
 */
#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/keys.h"
#include "ui/paint.h"
#include "ui/squeeze.h"
#include "ui/term_caps.h"
#include "ui/term_keys.h"
#include "ui/width.h"

enum { ESCAPE_MS = 50 }; /* an escape without more for so long is a key of its own */

struct term {
	FILE *in;
	FILE *memory; /* where ncurses writes */
	SCREEN *screen;
	WINDOW *keys; /* reading from it does not paint */
	const struct glyphs *glyphs;
	bool squeezes; /* it understands what squeeze() writes */
	bool paints; /* and what paint() does */
	struct painter painter;
	struct grid shown, next; /* what it shows; what it is to show */
	bool is_stale; /* what it shows is not known: ncurses paints all of it */
	attr_t attrs[STYLES];
	short pairs[STYLES];
};

static const struct glyphs *choose_glyphs(void)
{
	const char *type = getenv("TERM");

	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		return &glyphs_ascii;
	return type && !strncmp(type, "linux", 5) ? &glyphs_console : &glyphs_utf8;
}

static attr_t look_attrs(struct look look)
{
	attr_t attrs = 0;

	attrs |= look.bits & LOOK_BOLD ? A_BOLD : 0;
	attrs |= look.bits & LOOK_DIM ? A_DIM : 0;
	attrs |= look.bits & LOOK_REVERSE ? A_REVERSE : 0;
	attrs |= look.bits & LOOK_UNDERLINE ? A_UNDERLINE : 0;
	return attrs;
}

/* Where the terminal cannot say "its own colour", white on black stands for it. */
static void set_styles(struct term *t, bool no_color)
{
	bool colours = !no_color && has_colors() && start_color() == OK;
	bool own = colours && use_default_colors() == OK;
	enum depth depth = style_depth(colours ? COLORS : 0);
	struct look looks[STYLES];

	for (int i = 0; i < STYLES; i++) {
		struct look look = looks[i] = style_look((enum style)i, depth);
		short fg = look.fg < 0 && !own ? COLOR_WHITE : look.fg;
		short bg = look.bg < 0 && !own ? COLOR_BLACK : look.bg;

		t->attrs[i] = look_attrs(look);
		/* Pair 0 is the terminal's own: what has it needs no bytes to go back to it. */
		if (fg < 0 && bg < 0)
			continue;
		if (colours && i + 1 < COLOR_PAIRS && init_pair((short)(i + 1), fg, bg) == OK)
			t->pairs[i] = (short)(i + 1);
	}
	inks_init(&t->painter.inks, looks);
	t->paints = t->squeezes && caps_changes() && (!colours || (own && caps_colours()));
	t->painter.feeds = caps_has("cud1", "\n");
	t->painter.shifts = caps_shifts();
	t->painter.erases = caps_has("ech", "\033[%p1%dX");
}

/* newterm() takes signals over, and never gives them back. */
static SCREEN *new_screen(const struct term *t)
{
	static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
	struct sigaction before[4];
	SCREEN *screen;

	for (int i = 0; i < 4; i++)
		sigaction(taken[i], NULL, &before[i]);
	screen = newterm(NULL, t->memory, t->in);
	for (int i = 0; i < 4; i++)
		sigaction(taken[i], &before[i], NULL);
	return screen;
}

static int start(struct term *t, bool no_color)
{
	t->screen = new_screen(t);
	if (!t->screen)
		return -ENOENT;
	if (!caps_paints())
		return -ENOTTY;
	t->keys = newpad(1, 1);
	if (!t->keys)
		return -ENOMEM;
	raw();
	noecho();
	nonl();
	typeahead(-1); /* else a key would break a painting off */
	curs_set(0);
	set_escdelay(ESCAPE_MS);
	keypad(t->keys, TRUE);
	nodelay(t->keys, TRUE);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
	t->squeezes = caps_squeezes();
	set_styles(t, no_color);
	t->glyphs = choose_glyphs();
	return 0;
}

static int open_files(struct term *t, int fd)
{
	int memory = memfd_create("pooltop-screen", MFD_CLOEXEC);

	t->memory = memory < 0 ? NULL : fdopen(memory, "w");
	if (!t->memory && memory >= 0)
		close(memory);
	fd = dup(fd);
	t->in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!t->in && fd >= 0)
		close(fd);
	return t->memory && t->in ? 0 : -ENOMEM;
}

int term_open(int fd, bool no_color, struct term **ret_term, struct err *err)
{
	struct term *t = calloc(1, sizeof(*t));
	const char *type = getenv("TERM");
	int ret;

	ret = t ? open_files(t, fd) : -ENOMEM;
	if (ret) {
		term_close(t, NULL);
		return err_set(err, ret, ERR_FAILED, "not enough memory for a screen");
	}
	ret = start(t, no_color);
	if (ret) {
		term_close(t, NULL);
		return err_set(err, ret, ERR_FAILED,
			"a terminal of type TERM=%s cannot be painted on: try TERM=xterm, "
			"or --once",
			type ? type : "");
	}
	*ret_term = t;
	return 0;
}

/* Takes over what ncurses has written; what there is no memory for is painted again. */
static void collect(struct term *t, struct buf *out)
{
	int fd = fileno(t->memory);
	off_t len = lseek(fd, 0, SEEK_CUR);
	ssize_t n = -1;

	if (len <= 0)
		return;
	if (out && !buf_reserve(out, (size_t)len))
		n = pread(fd, out->data + out->len, (size_t)len, 0);
	if (n == len)
		out->len += t->squeezes ? squeeze(out->data + out->len, (size_t)n) : (size_t)n;
	else
		term_redraw(t);
	lseek(fd, 0, SEEK_SET);
	if (ftruncate(fd, 0))
		term_redraw(t);
}

void term_close(struct term *t, struct buf *out)
{
	if (!t)
		return;
	if (t->screen)
		term_leave(t, out);
	if (t->keys)
		delwin(t->keys);
	if (t->screen)
		delscreen(t->screen);
	if (t->memory)
		fclose(t->memory);
	if (t->in)
		fclose(t->in);
	grid_release(&t->shown);
	grid_release(&t->next);
	free(t);
}

void term_leave(struct term *t, struct buf *out)
{
	endwin();
	term_redraw(t);
	collect(t, out);
}

static int wide_text(const char *s, wchar_t *text)
{
	int n = 0;

	while (*s) {
		uint32_t code;
		int width;

		s += width_next(s, &code, &width);
		text[n++] = (wchar_t)code;
	}
	text[n] = L'\0';
	return n;
}

/* A terminal that sees a width otherwise would shift the whole row: it gets question marks. */
static void doubt(struct cell *c)
{
	wchar_t text[CELL_BYTES + 1];
	struct cell mark = {.text = "?", .width = 1, .style = c->style};

	if (!c->text[0] || !c->text[1] || !wide_text(c->text, text) || wcwidth(text[0]) == c->width)
		return;
	for (int i = 0, width = c->width; i < width; i++)
		c[i] = mark;
}

/* The picture to come, as this terminal can show it. 0 or -ENOMEM. */
static int take(struct term *t, const struct grid *g)
{
	struct grid *next = &t->next;

	if (next->columns != g->columns || next->rows != g->rows) {
		grid_release(next);
		if (grid_init(next, g->columns, g->rows, g->glyphs))
			return -ENOMEM;
	}
	for (int row = 0; row < g->rows; row++) {
		struct cell *to = next->cells + (size_t)row * (size_t)next->stride;

		if (g->columns)
			memcpy(to, grid_cell(g, row, 0), (size_t)g->columns * sizeof(*to));
		for (int col = 0; col < g->columns; col++)
			doubt(&to[col]);
	}
	return 0;
}

static void paint_cell(const struct term *t, int row, int col, const struct cell *c)
{
	wchar_t text[CELL_BYTES + 1];
	cchar_t cell;

	if (!wide_text(c->text, text))
		wcscpy(text, L" ");
	setcchar(&cell, text, t->attrs[c->style], t->pairs[c->style], NULL);
	mvadd_wch(row, col, &cell);
}

/* By ncurses: what it has not painted itself it paints all of. */
static void paint_curses(struct term *t, const struct grid *g, struct buf *out)
{
	if (t->paints)
		clearok(curscr, TRUE);
	t->is_stale = false;
	erase();
	for (int row = 0; row < g->rows && row < LINES; row++)
		for (int col = 0; col < g->columns && col < COLS; col++) {
			const struct cell *c = grid_cell(g, row, col);

			if (c->width && (c->text[0] || c->style != STYLE_TEXT))
				paint_cell(t, row, col, c);
		}
	wnoutrefresh(stdscr);
	doupdate();
	collect(t, out);
	/* ncurses may have set margins, at its start even of a size that is not the terminal's: a
	 * line feed would scroll at the lower one. */
	if (t->paints && caps_has("csr", "\033[%i%p1%d;%p2%dr"))
		buf_printf(out, "\033[r");
}

static bool can_change(const struct term *t, const struct grid *from, const struct grid *to)
{
	return t->paints && !t->is_stale && from->columns == to->columns &&
	       from->rows == to->rows && to->columns <= COLS && to->rows <= LINES;
}

void term_paint(struct term *t, const struct grid *g, struct buf *out)
{
	size_t before = out->len;
	struct grid shown;

	if (take(t, g)) {
		term_redraw(t);
		return;
	}
	if (!can_change(t, &t->shown, &t->next)) {
		paint_curses(t, &t->next, out);
	} else if (paint(&t->painter, &t->shown, &t->next, out)) {
		out->len = before;
		out->is_short = false;
		term_redraw(t);
	}
	shown = t->shown;
	t->shown = t->next;
	t->next = shown;
}

int term_key(struct term *t, uint32_t *ret_key, int *ret_row, int *ret_col)
{
	wint_t code;
	int ret;

	while ((ret = wget_wch(t->keys, &code)) != ERR) {
		uint32_t key = (uint32_t)code;

		if (ret == KEY_CODE_YES)
			key = term_special(code, ret_row, ret_col);
		if (!key)
			continue;
		*ret_key = key == 127 || key == 8 ? KEY_CODE_BACKSPACE : key;
		return 1;
	}
	return 0;
}

void term_resize(struct term *t, int columns, int rows)
{
	if (columns > 0 && rows > 0)
		resizeterm(rows, columns);
	term_redraw(t);
}

void term_size(const struct term *t, int *ret_columns, int *ret_rows)
{
	(void)t; /* there is one screen */
	*ret_columns = COLS;
	*ret_rows = LINES;
}

void term_redraw(struct term *t)
{
	t->is_stale = true;
	clearok(curscr, TRUE);
}

const struct glyphs *term_glyphs(const struct term *t)
{
	return t->glyphs;
}
