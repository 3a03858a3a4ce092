/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of ui/ share: a session with a screen over it, and golden screens. */
#ifndef POOLTOP_TESTS_SCREENS_H
#define POOLTOP_TESTS_SCREENS_H

#include "session/session.h"
#include "tests/support/history.h"
#include "ui/grid.h"
#include "ui/state.h"

/* A session that was fed a history, and a user who looks at it. */
struct scene {
	struct history h;
	struct session s;
	struct ui_state ui;
	const struct glyphs *glyphs;
};

/* Empty, 80x24, UTF-8, as in a live session. scene_feed() takes what stands in look.h. */
void scene_init(struct scene *l);
void scene_feed(struct scene *l);
/* The same with the lively story. */
void scene_lively(struct scene *l);
void scene_release(struct scene *l);

void scene_size(struct scene *l, int columns, int rows);
/* Looks at a view by name. */
void scene_at(struct scene *l, const char *view);
/* Presses keys, characters of a string; ui/keys.h's codes by scene_key(). */
void scene_keys(struct scene *l, const char *keys);
unsigned int scene_key(struct scene *l, uint32_t code);

/* The screen as text; free() it. */
char *scene_text(const struct scene *l);
bool scene_shows(const struct scene *l, const char *text);

/* Its colours: a line a row, of "STYLE FIRST-LAST" for each run of cells of one style but that of
 * plain text; free() it. */
char *scene_styles(const struct scene *l);

/*
 * Fails unless the screen is that of tests/ui/golden/NAME-COLUMNSxROWS.txt. With
 * POOLTOP_UPDATE_GOLDEN=1 in the environment the file is written instead.
 */
void scene_golden(const struct scene *l, const char *name);
/* The same of its styles, in NAME-styles-COLUMNSxROWS.txt. */
void scene_golden_styles(const struct scene *l, const char *name);

#endif
