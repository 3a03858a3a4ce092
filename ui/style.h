/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Styles by what they mean. What a style means is also said by a word or a glyph: colour alone
 * says nothing.
 */
#ifndef POOLTOP_STYLE_H
#define POOLTOP_STYLE_H

#include <stdint.h>

#include "model/model.h"

enum style {
	STYLE_TEXT = 0,
	STYLE_DIM, /* labels, units, what is not known */
	STYLE_TITLE,
	STYLE_BAR, /* the screen's first line */
	STYLE_HEAD, /* heads of tables */
	STYLE_HEAD_AT, /* the column that `s` would sort by */
	STYLE_KEY, /* keys in the bottom lines */
	STYLE_SELECTED,
	STYLE_NUMBER,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_ALERT,
	STYLE_PLOT, /* sparklines and gauges */
	STYLE_WORKERS, /* whose time a core spends: in the order of enum core_part */
	STYLE_PARENT,
	STYLE_OTHER,
	STYLE_IDLE,
	STYLE_STATE, /* + enum worker_state */
	STYLES = STYLE_STATE + WORKER_STATES,
};

/* What the terminal can do. */
enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTHS };

enum look_bits { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

enum { COLOUR_DEFAULT = -1 };

struct look {
	int16_t fg, bg; /* the terminal's colour numbers, or COLOUR_DEFAULT */
	uint8_t bits; /* of enum look_bits */
};

/* Constant; style < STYLES, depth < DEPTHS. */
const char *style_name(enum style style);
struct look style_look(enum style style, enum depth depth);

/* The depth for that many colours. */
enum depth style_depth(int colours);

static inline enum style style_of_state(enum worker_state state)
{
	return (enum style)(STYLE_STATE + (int)state);
}

#endif
