/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of this process: taken over, painted on, given back. Nothing here ever waits for
 * it: what it does not take stays in memory, and while something stays there, nothing new is
 * painted, so that a slow line drops pictures and delays no key.
 */
#ifndef POOLTOP_TERMINAL_H
#define POOLTOP_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ui/grid.h"

struct terminal;

/*
 * Takes the controlling terminal over: /dev/tty, so that standard input may be a stream. The
 * locale has been set. A crash (SIGSEGV and its like) gives it back; all other signals are the
 * caller's. 0, or -errno with *err worded.
 */
int terminal_open(bool no_color, struct terminal **ret_terminal, struct err *err);

/* Gives it back as it was, within a second even if nobody reads it. NULL is allowed. */
void terminal_close(struct terminal *t);

/* For poll(): the descriptor, and what to wait for. */
int terminal_fd(const struct terminal *t);
short terminal_events(const struct terminal *t);

/* Writes on what the terminal takes. 0, or -EIO if there is no terminal any more. */
int terminal_flush(struct terminal *t);

/* Paints what differs from what is there. False if it did not, for the terminal has not yet taken
 * what was painted before. */
bool terminal_paint(struct terminal *t, const struct grid *g);

/*
 * The next key, as enum key_code has them: 1; 0 if there is none; -EIO if there will be none, as
 * the terminal is gone. With KEY_CODE_CLICK, *ret_row and *ret_col are set.
 */
int terminal_key(struct terminal *t, uint32_t *ret_key, int *ret_row, int *ret_col);

/* Its size, read anew; and paints all of it next time. */
void terminal_size(struct terminal *t, int *ret_columns, int *ret_rows);
/* Paints all of it next time: somebody else has written on it. */
void terminal_redraw(struct terminal *t);

/* Gives it back to the shell and stops the process group, as ^Z does; returns when continued. */
void terminal_suspend(struct terminal *t);
/* After SIGCONT, whoever stopped this process: takes it over again. */
void terminal_resume(struct terminal *t);

/* Bytes written so far. */
uint64_t terminal_written(const struct terminal *t);

/* What it shows: constant. */
const struct glyphs *terminal_glyphs(const struct terminal *t);

#endif
