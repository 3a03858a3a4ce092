/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/term_keys.h"

#include <curses.h>

#include "ui/keys.h"

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

uint32_t term_special(unsigned int code, int *ret_row, int *ret_col)
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
