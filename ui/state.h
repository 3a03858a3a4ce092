/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the user looks at, and how: everything a screen is made of besides the model. A screen is a
 * function of these two alone.
 */
#ifndef POOLTOP_STATE_H
#define POOLTOP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "ui/table.h"

struct view;

enum ui_mode {
	UI_FINAL = 0, /* one screen, printed: says nothing of how its frames came here */
	UI_LIVE,
	UI_REPLAY,
};

enum ui_prompt { PROMPT_NONE = 0, PROMPT_FILTER, PROMPT_GOTO };

enum { UI_TABLES = 24, UI_DEPTH = 8, UI_PROMPT_MAX = 40, UI_MESSAGE_MAX = 160 };

/* A view, and what it is about. */
struct ui_place {
	const struct view *view;
	uint64_t subject; /* a worker's id, a failure's number ...: the view knows */
	int scroll; /* of a page */
	unsigned int table; /* that has the keys */
};

struct ui_state {
	int columns, rows; /* of the screen */
	enum ui_mode mode;
	bool paused;
	bool is_past; /* not the newest that there is */
	bool ended; /* there will be nothing newer */
	double speed; /* of a replay, 1: as it was */
	uint64_t age_ns; /* how long ago the newest data came; with mode != UI_FINAL */

	const struct model *whole; /* all that was read, while an earlier time is shown; borrowed;
				      NULL: what is shown is all */
	bool records; /* into a file of the viewer's own */
	uint64_t until_ns; /* a recording goes on to there, 0: not known */

	uint32_t pid; /* the user asked for the pool of this process, 0: did not */
	uint32_t pool; /* shown pool's id, 0: the choice is the user's */
	bool is_pinned; /* the user chose it */

	struct ui_place place[UI_DEPTH]; /* the one shown is place[depth] */
	unsigned int depth;
	bool shows_gone; /* workers that are gone too */
	bool shows_lines; /* the hot lines, not the hot functions */
	struct table_state tables[UI_TABLES];
	unsigned int tables_count;

	enum ui_prompt prompt;
	char typed[UI_PROMPT_MAX]; /* into the prompt, UTF-8 */
	char message[UI_MESSAGE_MAX]; /* said in the bottom line until the next key */
	int mouse_row, mouse_col; /* of KEY_CODE_CLICK */
};

/* Looks at the first view. */
void ui_state_init(struct ui_state *s, int columns, int rows);

static inline const struct ui_place *ui_here(const struct ui_state *s)
{
	return &s->place[s->depth];
}

/* The shown pool, or NULL. Borrowed from the model. */
const struct pool *ui_pool(const struct model *m, const struct ui_state *s);

/* To be called after each tick: chooses a pool where the user has not, and goes on to the next
 * where the chosen one is gone and its parent made another. */
void ui_follow(const struct model *m, struct ui_state *s);

/* Opens the list of pools if the view needs one and none is chosen. */
void ui_ensure(const struct model *m, struct ui_state *s);
/* The user chose that pool. */
void ui_choose(struct ui_state *s, uint32_t pool);

/* What the user did to a table; never NULL. */
const struct table_state *ui_table(const struct ui_state *s, const struct table *t);
struct table_state *ui_table_edit(struct ui_state *s, const struct table *t);

/* Looks at another view of the first level; Esc goes back to the overview. */
void ui_go(struct ui_state *s, const struct view *view);
/* Opens a view on top; Esc comes back. */
void ui_open(struct ui_state *s, const struct view *view, uint64_t subject);
/* False if there was nothing to go back from. */
bool ui_back(struct ui_state *s);

/* Says it in the bottom line. */
void ui_say(struct ui_state *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
