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
#include "ui/squeeze.h"
#include "ui/width.h"

enum { ESCAPE_MS = 50 }; /* an escape without more for so long is a key of its own */

struct term {
	FILE *in;
	FILE *memory; /* where ncurses writes */
	SCREEN *screen;
	WINDOW *keys; /* reading from it does not paint */
	const struct glyphs *glyphs;
	bool squeezes; /* it understands what squeeze() writes */
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

	for (int i = 0; i < STYLES; i++) {
		struct look look = style_look((enum style)i, depth);
		short fg = look.fg < 0 && !own ? COLOR_WHITE : look.fg;
		short bg = look.bg < 0 && !own ? COLOR_BLACK : look.bg;

		t->attrs[i] = look_attrs(look);
		/* Pair 0 is the terminal's own: what has it needs no bytes to go back to it. */
		if (fg < 0 && bg < 0)
			continue;
		if (colours && i + 1 < COLOR_PAIRS && init_pair((short)(i + 1), fg, bg) == OK)
			t->pairs[i] = (short)(i + 1);
	}
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

/* ncurses takes any terminal, and then cannot paint on it. */
static bool can_paint(void)
{
	const char *go_to = tigetstr("cup");

	return go_to && go_to != (char *)-1;
}

static bool has_capability(const char *name, const char *wanted)
{
	const char *s = tigetstr(name);

	return s && s != (char *)-1 && !strcmp(s, wanted);
}

static bool can_squeeze(void)
{
	return has_capability("cup", "\033[%i%p1%d;%p2%dH") &&
	       has_capability("hpa", "\033[%i%p1%dG") && tigetflag("xenl") > 0;
}

static int start(struct term *t, bool no_color)
{
	t->screen = new_screen(t);
	if (!t->screen)
		return -ENOENT;
	if (!can_paint())
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
	t->squeezes = can_squeeze();
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
		clearok(curscr, TRUE);
	lseek(fd, 0, SEEK_SET);
	if (ftruncate(fd, 0))
		clearok(curscr, TRUE);
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
	free(t);
}

void term_leave(struct term *t, struct buf *out)
{
	endwin();
	collect(t, out);
}

/* A terminal that sees a width otherwise would shift the whole row: it gets question marks. */
static void paint_cell(const struct term *t, int row, int col, const struct cell *c)
{
	wchar_t text[CELL_BYTES + 1] = L" ";
	const char *s = c->text;
	int n = 0, times = 1;
	cchar_t cell;

	while (*s) {
		uint32_t code;
		int width;

		s += width_next(s, &code, &width);
		text[n++] = (wchar_t)code;
	}
	text[n ? n : 1] = L'\0';
	if (n && wcwidth(text[0]) != c->width) {
		wcscpy(text, L"?");
		times = c->width;
	}
	setcchar(&cell, text, t->attrs[c->style], t->pairs[c->style], NULL);
	for (int i = 0; i < times; i++)
		mvadd_wch(row, col + i, &cell);
}

void term_paint(struct term *t, const struct grid *g, struct buf *out)
{
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
}

static const struct {
	wint_t curses;
	uint32_t key;
} special[] = {
	{KEY_UP, KEY_CODE_UP},
	{KEY_DOWN, KEY_CODE_DOWN},
	{KEY_LEFT, KEY_CODE_LEFT},
	{KEY_RIGHT, KEY_CODE_RIGHT},
	{KEY_PPAGE, KEY_CODE_PAGE_UP},
	{KEY_NPAGE, KEY_CODE_PAGE_DOWN},
	{KEY_HOME, KEY_CODE_HOME},
	{KEY_END, KEY_CODE_END},
	{KEY_BACKSPACE, KEY_CODE_BACKSPACE},
	{KEY_ENTER, KEY_CODE_ENTER},
};

static uint32_t mouse_key(int *ret_row, int *ret_col)
{
	MEVENT e;

	if (getmouse(&e) != OK)
		return 0;
	if (e.bstate & BUTTON4_PRESSED)
		return KEY_CODE_WHEEL_UP;
	if (e.bstate & BUTTON5_PRESSED)
		return KEY_CODE_WHEEL_DOWN;
	*ret_row = e.y;
	*ret_col = e.x;
	return KEY_CODE_CLICK;
}

/* 0: a key that means nothing here. */
static uint32_t special_key(wint_t code, int *ret_row, int *ret_col)
{
	if (code == KEY_MOUSE)
		return mouse_key(ret_row, ret_col);
	if (code > KEY_F0 && code <= KEY_F0 + 12)
		return KEY_CODE_F + (uint32_t)code - KEY_F0;
	for (unsigned int i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].curses == code)
			return special[i].key;
	return 0;
}

int term_key(struct term *t, uint32_t *ret_key, int *ret_row, int *ret_col)
{
	wint_t code;
	int ret;

	while ((ret = wget_wch(t->keys, &code)) != ERR) {
		uint32_t key = (uint32_t)code;

		if (ret == KEY_CODE_YES)
			key = special_key(code, ret_row, ret_col);
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
	(void)t;
	clearok(curscr, TRUE);
}

struct bytes {
	char *to;
	size_t size, len;
};

/* A capability, without the pauses that old terminals need. */
static void add_capability(struct bytes *b, const char *name)
{
	const char *s = tigetstr(name);

	if (!s || s == (char *)-1)
		return;
	while (*s && b->len < b->size) {
		const char *pause = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (pause)
			s = pause + 1;
		else
			b->to[b->len++] = *s++;
	}
}

size_t term_rescue(const struct term *t, char *bytes, size_t size)
{
	static const char no_mouse[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l";
	const char *mouse = tigetstr("kmous");
	struct bytes b = {.to = bytes, .size = size};

	(void)t;
	if (size < sizeof(no_mouse))
		return 0;
	b.to[b.len++] = '\030'; /* ends an escape sequence that was cut */
	if (mouse && mouse != (char *)-1) {
		memcpy(b.to + b.len, no_mouse, sizeof(no_mouse) - 1);
		b.len += sizeof(no_mouse) - 1;
	}
	add_capability(&b, "sgr0");
	add_capability(&b, "op");
	add_capability(&b, "rmkx");
	add_capability(&b, "cnorm");
	add_capability(&b, "rmcup");
	return b.len;
}

const struct glyphs *term_glyphs(const struct term *t)
{
	return t->glyphs;
}
