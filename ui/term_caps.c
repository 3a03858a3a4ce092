/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/term_caps.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "ui/term.h"

bool caps_paints(void)
{
	const char *go_to = tigetstr("cup");

	return go_to && go_to != (char *)-1;
}

bool caps_has(const char *name, const char *wanted)
{
	const char *s = tigetstr(name);

	return s && s != (char *)-1 && !strcmp(s, wanted);
}

bool caps_colours(void)
{
	static const struct {
		int colours, colour;
		const char *fg, *bg;
	} rows[] = {
		{8, 1, "\033[31m", "\033[41m"},
		{16, 9, "\033[91m", "\033[101m"},
		{256, 100, "\033[38;5;100m", "\033[48;5;100m"},
	};
	const char *fg = tigetstr("setaf"), *bg = tigetstr("setab");

	if (!fg || fg == (char *)-1 || !bg || bg == (char *)-1 || tigetnum("ncv") > 0)
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rows[i].colours <= COLORS; i++)
		if (strcmp(tiparm(fg, rows[i].colour), rows[i].fg) ||
			strcmp(tiparm(bg, rows[i].colour), rows[i].bg))
			return false;
	return caps_has("op", "\033[39;49m");
}

static bool has_all(const char *const rows[][2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!caps_has(rows[i][0], rows[i][1]))
			return false;
	return true;
}

bool caps_changes(void)
{
	static const char *const rows[][2] = {{"cuu1", "\033[A"}, {"cuu", "\033[%p1%dA"},
		{"cuf1", "\033[C"}, {"cuf", "\033[%p1%dC"}, {"cub1", "\b"}, {"cub", "\033[%p1%dD"},
		{"cr", "\r"}, {"el", "\033[K"}, {"bold", "\033[1m"}, {"dim", "\033[2m"},
		{"smul", "\033[4m"}, {"rev", "\033[7m"}};

	return has_all(rows, sizeof(rows) / sizeof(rows[0]));
}

bool caps_shifts(void)
{
	static const char *const rows[][2] = {
		{"il1", "\033[L"}, {"il", "\033[%p1%dL"}, {"dl1", "\033[M"}, {"dl", "\033[%p1%dM"}};

	return has_all(rows, sizeof(rows) / sizeof(rows[0]));
}

bool caps_squeezes(void)
{
	return caps_has("cup", "\033[%i%p1%d;%p2%dH") && caps_has("hpa", "\033[%i%p1%dG") &&
	       tigetflag("xenl") > 0;
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
