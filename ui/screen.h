/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole screen: a line about the pool, what this session cannot see, the view's body, keys,
 * and what watching costs. A function of the model and the user's state alone.
 */
#ifndef POOLTOP_SCREEN_H
#define POOLTOP_SCREEN_H

#include "ui/grid.h"
#include "ui/keys.h"
#include "ui/state.h"

enum { SCREEN_COLUMNS = 60, SCREEN_ROWS = 15 }; /* below, there is a line that says so */

/* g has s->columns and s->rows, and is blank. */
void screen_draw(const struct model *m, const struct ui_state *s, struct grid *g);

/*
 * A key, as the prompt, the view or the screen wants it. Returns what is left for the viewer's
 * loop to do (REQUEST_FOR_LOOP and above), else REQUEST_NONE. REQUEST_GOTO comes when the time
 * was typed: it is in s->typed.
 */
enum request screen_key(const struct model *m, struct ui_state *s, uint32_t code);

/* The part of g that the view has, after everything else was drawn. */
struct grid screen_frame(const struct model *m, const struct ui_state *s, struct grid *g);

/* Parts of it, from g's first row on. The first two return the rows they took. */
int header_draw(const struct model *m, const struct ui_state *s, struct grid *g);
int notices_draw(const struct model *m, const struct ui_state *s, struct grid *g);
void hints_draw(const struct model *m, const struct ui_state *s, struct grid *g);
void status_draw(const struct model *m, const struct ui_state *s, struct grid *g);

/* Lines that the keys take, at most `most`. */
int hints_lines(const struct model *m, const struct ui_state *s, int columns, int most);

#endif
