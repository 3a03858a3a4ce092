/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that are no characters, as ncurses names them. */
#ifndef POOLTOP_TERM_KEYS_H
#define POOLTOP_TERM_KEYS_H

#include <stdint.h>

/* As enum key_code has it; 0: a key that means nothing here. A click's place goes into *ret_row and
 * *ret_col. */
uint32_t term_special(unsigned int code, int *ret_row, int *ret_col);

#endif
