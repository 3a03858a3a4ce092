/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many columns of a terminal a character takes. An own table and not wcwidth(), so that a
 * screen does not depend on the locale of who draws it. Unicode 14.
 */
#ifndef POOLTOP_WIDTH_H
#define POOLTOP_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The character that starts at s, which is not at the terminating 0: returns its bytes (1 to 4),
 * *ret_c what it is and *ret_width its columns: 2, 1, 0 for what goes onto the one before, -1 for
 * what is not shown at all (joiners, marks of direction). What is no UTF-8, and what a terminal
 * would obey (C0, DEL, C1), is a '?' of one byte and one column.
 */
size_t width_next(const char *s, uint32_t *ret_c, int *ret_width);

/* Columns of a whole text. */
int width_of(const char *s);

#endif
