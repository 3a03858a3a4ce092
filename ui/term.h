/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real terminal. term.c is the only file that knows curses.
 *
 * (The viewer's loop, src/app/view.c, is written against this header.)
 *
 * Nothing here blocks: what the terminal does not take waits in memory, and while something waits
 * nothing new is painted, so that a slow line drops pictures and delays no key.
 */
#ifndef POOLTOP_TERM_H
#define POOLTOP_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ui/grid.h"

struct term;

struct term_options {
	bool ascii; /* the user wants no more than ASCII */
	bool no_color;
};

/*
 * Takes the terminal over: /dev/tty, so that standard input may be a stream; where there is none
 * standard input and output. A crash (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL) gives it back
 * before the program ends; all other signals are the caller's to wait for. 0 or -errno with *err
 * worded: there is no terminal, or it is one that can do nothing.
 */
int term_open(const struct term_options *o, struct term **ret_term, struct err *err);

/* Gives the terminal back as it was. NULL is allowed. */
void term_close(struct term *t);

/* What it can show: constant glyphs for grids. */
const struct glyphs *term_glyphs(const struct term *t);

/* Its size now, also after SIGWINCH. */
void term_size(struct term *t, int *ret_columns, int *ret_rows);

/* Keys come from here: poll it for reading. A hang-up or an end of file is the terminal's end. */
int term_input_fd(const struct term *t);
/* What waits goes there: poll it for writing while term_is_behind(). */
int term_output_fd(const struct term *t);

/*
 * The next key that was pressed, as enum key_code (ui/keys.h) or a character, 0: none now. For
 * KEY_CODE_CLICK, and the wheel, *ret_row and *ret_col are set. -EIO: the terminal is gone.
 */
int term_key(struct term *t, uint32_t *ret_code, int *ret_row, int *ret_col);

/* Paints what differs from the picture before. False: not now, what was before is still on its
 * way; call again after term_flush(). */
bool term_paint(struct term *t, const struct grid *g);
/* The next paint draws all anew. */
void term_forget(struct term *t);

/* Writes what waits as far as it is taken. 0, or -errno: -EIO: the terminal is gone. */
int term_flush(struct term *t);
bool term_is_behind(const struct term *t);

/* ^Z: gives the terminal back until term_resume(); between them the caller stops itself. */
void term_suspend(struct term *t);
void term_resume(struct term *t);

/* Bytes written to it since it was opened. */
uint64_t term_bytes(const struct term *t);

#endif
