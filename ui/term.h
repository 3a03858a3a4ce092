/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paints grids and reads keys, by ncurses. It never waits for a terminal: what it has to say goes
 * into a buffer, and whoever owns the terminal (src/app/tty.h) writes that as it is taken.
 */
#ifndef POOLTOP_TERM_H
#define POOLTOP_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "ui/grid.h"

struct term;

/*
 * For a terminal that keys are read from on `fd`, which does not block; the caller keeps it, has
 * set its modes and the locale. One at a time. 0, or -errno with *err worded; -ENOENT: there is no
 * description of the type that TERM names.
 */
int term_open(int fd, bool no_color, struct term **ret_term, struct err *err);

/* Says goodbye into `out`, and frees. NULL is allowed. */
void term_close(struct term *t, struct buf *out);

/* Adds what turns the screen that is there into this one. */
void term_paint(struct term *t, const struct grid *g, struct buf *out);

/*
 * The next key, as enum key_code has them: 1; 0 if there is none. With KEY_CODE_CLICK, *ret_row
 * and *ret_col are set.
 */
int term_key(struct term *t, uint32_t *ret_key, int *ret_row, int *ret_col);

/* The terminal has this size now; what cannot be is not taken. Then paints all of it. */
void term_resize(struct term *t, int columns, int rows);
void term_size(const struct term *t, int *ret_columns, int *ret_rows);
/* Paints all of it next time: somebody else has written on it. */
void term_redraw(struct term *t);

/* Leaves the terminal to others; the next term_paint() comes back. */
void term_leave(struct term *t, struct buf *out);

/* The bytes that put it right if nothing else can be done any more: for a signal handler. At most
 * `size`; returns how many. */
size_t term_rescue(const struct term *t, char *bytes, size_t size);

/* What it shows: glyphs_utf8, or fewer where the locale or the terminal has no more. */
const struct glyphs *term_glyphs(const struct term *t);

#endif
