/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/ink.h"

#include <stdio.h>
#include <string.h>

enum { FORE = 30, BACK = 40, BRIGHT = 60, OWN = 9 };

struct numbers {
	char text[INK_BYTES];
	size_t len;
};

static void add(struct numbers *n, int number)
{
	n->len += (size_t)snprintf(
		n->text + n->len, sizeof(n->text) - n->len, "%s%d", n->len ? ";" : "", number);
}

static void add_colour(struct numbers *n, int colour, int plane)
{
	if (colour < 0) {
		add(n, plane + OWN);
	} else if (colour < 8) {
		add(n, plane + colour);
	} else if (colour < 16) {
		add(n, plane + BRIGHT + colour - 8);
	} else {
		add(n, plane + 8);
		add(n, 5);
		add(n, colour);
	}
}

static void add_bits(struct numbers *n, unsigned int bits)
{
	static const struct {
		enum look_bits bit;
		int number;
	} rows[] = {{LOOK_BOLD, 1}, {LOOK_DIM, 2}, {LOOK_UNDERLINE, 4}, {LOOK_REVERSE, 7}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bits & rows[i].bit)
			add(n, rows[i].number);
}

static void add_look(struct numbers *n, struct look from, struct look to)
{
	add_bits(n, to.bits & ~(unsigned int)from.bits);
	if (to.fg != from.fg)
		add_colour(n, to.fg, FORE);
	if (to.bg != from.bg)
		add_colour(n, to.bg, BACK);
}

/* All taken back, and said anew; or what differs, where only colours are to be taken back. */
size_t ink_change(const struct inks *inks, enum style from, enum style to, char to_say[INK_BYTES])
{
	static const struct look own = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	struct look a = inks->look[from], b = inks->look[to];
	struct numbers anew = {.len = 0}, change = {.len = 0};
	bool adds = !(a.bits & ~(unsigned int)b.bits);

	to_say[0] = '\0';
	if (inks->same[from] == inks->same[to])
		return 0;
	add_look(&change, a, b);
	if (b.bits || b.fg >= 0 || b.bg >= 0)
		add(&anew, 0);
	add_look(&anew, own, b);
	return (size_t)snprintf(to_say, INK_BYTES, "\033[%.*sm", INK_BYTES - 4,
		adds && change.len < anew.len ? change.text : anew.text);
}

static bool looks_same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.bits == b.bits;
}

void inks_init(struct inks *inks, const struct look *looks)
{
	char bytes[INK_BYTES];

	memcpy(inks->look, looks, sizeof(inks->look));
	for (int i = 0; i < STYLES; i++) {
		int same = 0;

		while (!looks_same(looks[same], looks[i]))
			same++;
		inks->same[i] = (uint8_t)same;
		inks->fills[i] =
			looks[i].bg >= 0 || looks[i].bits & (LOOK_REVERSE | LOOK_UNDERLINE);
	}
	for (int i = 0; i < STYLES; i++)
		for (int j = 0; j < STYLES; j++)
			inks->cost[i][j] =
				(uint8_t)ink_change(inks, (enum style)i, (enum style)j, bytes);
}
