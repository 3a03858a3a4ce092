/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys mean requests, by one table; the help view and the bottom lines are made from it. A row
 * says when its key works, so a bottom line shows no key that would do nothing.
 */
#ifndef POOLTOP_KEYS_H
#define POOLTOP_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

struct ui_state;

/* What term.c hands over: a character of Unicode, or one of these. */
enum key_code {
	KEY_CODE_ENTER = '\r',
	KEY_CODE_ESCAPE = 27,
	KEY_CODE_TAB = '\t',
	KEY_CODE_UP = 0x110000,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_BACKSPACE,
	KEY_CODE_CLICK, /* at ui_state.mouse_row, mouse_col */
	KEY_CODE_WHEEL_UP,
	KEY_CODE_WHEEL_DOWN,
	KEY_CODE_F, /* + 1 to 12 */
	KEY_CODE_LAST = KEY_CODE_F + 12,
};

enum request {
	REQUEST_NONE = 0,
	REQUEST_UP,
	REQUEST_DOWN,
	REQUEST_PAGE_UP,
	REQUEST_PAGE_DOWN,
	REQUEST_HOME,
	REQUEST_END,
	REQUEST_OPEN,
	REQUEST_BACK,
	REQUEST_NEXT_TABLE,
	REQUEST_FILTER,
	REQUEST_SORT,
	REQUEST_COLUMN_LEFT,
	REQUEST_COLUMN_RIGHT,
	REQUEST_GONE,
	REQUEST_HOT,
	REQUEST_POOLS,
	REQUEST_HELP,
	REQUEST_CLICK,
	/* From here on they are for the viewer's loop: the picture alone cannot do them. */
	REQUEST_FREEZE,
	REQUEST_STEP_BACK,
	REQUEST_STEP_ON,
	REQUEST_EVENT_BACK,
	REQUEST_EVENT_ON,
	REQUEST_GOTO,
	REQUEST_NEWEST,
	REQUEST_FASTER,
	REQUEST_SLOWER,
	REQUEST_RECORD,
	REQUEST_WRITE,
	REQUEST_EXPORT,
	REQUEST_REDRAW,
	REQUEST_SUSPEND,
	REQUEST_QUIT,
	REQUESTS,
	REQUEST_FOR_LOOP = REQUEST_FREEZE,
};

enum { KEY_CODES = 4 };

struct key {
	uint32_t codes[KEY_CODES]; /* 0: no more */
	enum request request;
	const char *shown; /* as it is printed on a keyboard: "[" */
	const char *hint; /* its words in the bottom lines; NULL: the row before speaks for it */
	const char *hint_key; /* its keys there, with those of the rows after; NULL: as shown */
	const char *help;
	bool (*works)(const struct model *m, const struct ui_state *s); /* NULL: always */
	uint8_t drop; /* 0: last to go where the bottom lines are short; else the largest first */
};

/* Constant; index < keys_count(). */
const struct key *keys_at(unsigned int index);
unsigned int keys_count(void);

/* REQUEST_NONE if that key means nothing (a view's key is none of these). */
enum request keys_request(uint32_t code);

bool keys_work(const struct key *k, const struct model *m, const struct ui_state *s);

#endif
