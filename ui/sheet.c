/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/width.h"

enum { LABEL_AT = 3, WORDS_AT = 17, WORDS_MAX = 1024, LINES_MAX = 100000 };

struct pen sheet_pen(struct sheet *sheet)
{
	return grid_row(sheet->g, sheet->line++ - sheet->scroll);
}

void sheet_blank(struct sheet *sheet)
{
	sheet->line++;
}

void sheet_title(struct sheet *sheet, const char *title)
{
	struct pen p = sheet_pen(sheet);

	pen_skip(&p, 1);
	pen_fit(&p, STYLE_TITLE, title);
}

/* Bytes of s that go into one line of `room` columns, broken at a blank if there is one. */
static size_t one_line(const char *s, int room, size_t *ret_next)
{
	size_t at = 0, blank = 0;
	int columns = 0;

	while (s[at] && s[at] != '\n') {
		uint32_t c;
		int width;
		size_t n = width_next(s + at, &c, &width);

		if (width > 0 && columns + width > room)
			break;
		if (c == ' ')
			blank = at;
		columns += width > 0 ? width : 0;
		at += n;
	}
	*ret_next = s[at] == '\n' ? at + 1 : at;
	if (!s[at] || s[at] == '\n')
		return at;
	if (s[at] == ' ')
		*ret_next = at + 1;
	else if (blank)
		*ret_next = (at = blank) + 1;
	else if (!at) /* no room for a single character: never stand still */
		*ret_next = 1;
	return at;
}

void sheet_text(struct sheet *sheet, int indent, enum style style, const char *text)
{
	int room = sheet->g->columns - indent - 1;

	while (*text && sheet->line < LINES_MAX) {
		struct pen p = sheet_pen(sheet);
		char line[WORDS_MAX];
		size_t next;
		size_t n = one_line(text, room, &next);

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		pen_skip(&p, indent);
		pen_text(&p, style, line);
		text += next;
	}
}

void sheet_field(struct sheet *sheet, const char *label, enum style style, const char *fmt, ...)
{
	char words[WORDS_MAX];
	int line = sheet->line;
	struct pen p;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	sheet_text(sheet, WORDS_AT, style, *words ? words : "-");
	p = grid_row(sheet->g, line - sheet->scroll);
	pen_skip(&p, LABEL_AT);
	p.end = p.end < WORDS_AT - 1 ? p.end : WORDS_AT - 1;
	pen_fit(&p, STYLE_DIM, label);
}

int sheet_lines(const struct model *m, const struct ui_state *s, const struct grid *g)
{
	struct grid none = grid_window(g, 0, 0, 0, g->columns);
	struct sheet sheet = {.g = &none};

	ui_here(s)->view->sheet(m, s, &sheet);
	return sheet.line;
}

static int clamp_scroll(int scroll, int lines, int rows)
{
	int most = lines > rows ? lines - rows : 0;

	return scroll > most ? most : scroll > 0 ? scroll : 0;
}

void sheet_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	int lines = sheet_lines(m, s, g);
	struct sheet sheet = {.g = g};

	sheet.scroll = clamp_scroll(ui_here(s)->scroll, lines, g->rows);
	ui_here(s)->view->sheet(m, s, &sheet);
	if (sheet.scroll + g->rows < lines) {
		struct pen p = grid_row(g, g->rows - 1);

		pen_repeat(&p, STYLE_TEXT, " ", g->columns);
		p = grid_row(g, g->rows - 1);
		pen_right(&p, STYLE_KEY, "more below: Down ");
	}
}

bool sheet_act(const struct model *m, struct ui_state *s, enum request r, struct grid *body)
{
	static const struct {
		enum request request;
		int lines, pages;
	} moves[] = {
		{REQUEST_UP, -1, 0},
		{REQUEST_DOWN, 1, 0},
		{REQUEST_PAGE_UP, 0, -1},
		{REQUEST_PAGE_DOWN, 0, 1},
		{REQUEST_HOME, -LINES_MAX, 0},
		{REQUEST_END, LINES_MAX, 0},
	};
	int lines = sheet_lines(m, s, body);
	int *scroll = &s->place[s->depth].scroll;

	for (unsigned int i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (moves[i].request != r)
			continue;
		*scroll = clamp_scroll(*scroll, lines, body->rows) + moves[i].lines +
			  moves[i].pages * (body->rows - 1);
		*scroll = clamp_scroll(*scroll, lines, body->rows);
		return true;
	}
	return false;
}
