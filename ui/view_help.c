/* SPDX-License-Identifier: GPL-2.0-only */
/* Made from the tables of views, keys and glyphs. */
#include <stdio.h>

#include "ui/sheet.h"

enum { KEY_AT = 3, KEY_END = 14, WHAT_AT = 16 };

static void draw_row(struct sheet *sheet, const char *key, enum style style, const char *what)
{
	int line = sheet->line;
	struct pen p;

	sheet_text(sheet, WHAT_AT, STYLE_TEXT, what);
	p = grid_row(sheet->g, line - sheet->scroll);
	pen_skip(&p, KEY_AT);
	p.end = p.end < KEY_END ? p.end : KEY_END;
	pen_fit(&p, style, key);
}

static void draw_views(struct sheet *sheet)
{
	for (unsigned int i = 0; views[i]; i++) {
		char key[16], what[160];

		if (!views[i]->key)
			continue;
		snprintf(key, sizeof(key), "%c F%c", (char)views[i]->key, (char)views[i]->key);
		snprintf(what, sizeof(what), "%s: %s", views[i]->title, views[i]->about);
		draw_row(sheet, key, STYLE_KEY, what);
	}
}

/* What a worker's states mean; INTERFACE 2. */
static const char *const meanings[WORKER_STATES] = {
	[STATE_START] = "from fork or exec until it first waits for a task",
	[STATE_WAIT] = "no task in hand: blocked on the task queue or its lock",
	[STATE_UNPICKLE] = "on a core, turning a task's bytes into objects",
	[STATE_RUN] = "on a core, in the task's own code",
	[STATE_PICKLE] = "on a core, turning the result into bytes",
	[STATE_SEND] = "blocked writing the result, or on the result queue's lock",
	[STATE_IO] = "task in hand, blocked in a system call or a disk page fault",
	[STATE_LOCK] = "task in hand, off core in a futex: a lock, a condition, the GIL",
	[STATE_RUNQ] = "wants a core and has none: contention, or the cgroup's quota",
	[STATE_EXIT] = "from its last task until it is gone",
};

static void draw_states(struct sheet *sheet)
{
	for (int i = 0; i < WORKER_STATES; i++) {
		char key[32];

		snprintf(key, sizeof(key), "%s %s", sheet->g->glyphs->state[i],
			worker_state_name((enum worker_state)i));
		draw_row(sheet, key, style_of_state((enum worker_state)i), meanings[i]);
	}
}

static void draw_marks(struct sheet *sheet)
{
	draw_row(sheet, "!", STYLE_ALERT, "a critical finding: something is lost or stuck");
	draw_row(sheet, "*", STYLE_WARN, "a warning: it costs time or memory");
	draw_row(sheet, "-", STYLE_DIM, "not known: it is not measured here, or has not happened");
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	(void)m;
	(void)s;
	sheet_title(sheet, "Views");
	draw_views(sheet);
	sheet_blank(sheet);
	sheet_title(sheet, "Keys");
	for (unsigned int i = 0; i < keys_count(); i++)
		draw_row(sheet, keys_at(i)->shown, STYLE_KEY, keys_at(i)->help);
	sheet_blank(sheet);
	sheet_title(sheet, "States of a worker");
	draw_states(sheet);
	sheet_blank(sheet);
	sheet_title(sheet, "Marks");
	draw_marks(sheet);
}

const struct view view_help = {
	.name = "help",
	.title = "Help",
	.about = "every key, state and mark",
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
