/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that work now, in the bottom lines: made from the tables of views and keys. */
#include "ui/screen.h"

#include <stdio.h>
#include <string.h>

#include "ui/view.h"
#include "ui/width.h"

enum { HINTS = 64, BETWEEN = 2, MARGIN = 1 };

struct hint {
	const char *key;
	const char *words;
	int width;
	uint8_t drop;
	bool here; /* the view that is shown */
};

struct hints {
	struct hint hint[HINTS];
	unsigned int count;
	char keys[HINTS][2]; /* of views */
};

static void add(struct hints *h, struct hint hint)
{
	if (h->count == HINTS)
		return;
	hint.width = width_of(hint.key) + 1 + width_of(hint.words) + (hint.here ? 2 : 0);
	h->hint[h->count++] = hint;
}

static void collect(const struct model *m, const struct ui_state *s, struct hints *h)
{
	for (unsigned int i = 0; views[i]; i++) {
		if (!views[i]->key || h->count == HINTS)
			continue;
		h->keys[h->count][0] = (char)views[i]->key;
		add(h, (struct hint){
			       .key = h->keys[h->count],
			       .words = views[i]->title,
			       .here = s->place[0].view == views[i],
			       /* The help names them all. */
			       .drop = s->place[0].view != views[i],
		       });
	}
	for (unsigned int i = 0; i < keys_count(); i++) {
		const struct key *k = keys_at(i);

		if (k->hint && keys_work(k, m, s))
			add(h, (struct hint){
				       .key = k->hint_key ? k->hint_key : k->shown,
				       .words = k->hint,
				       .drop = k->drop,
			       });
	}
}

/* Lines that they take, broken between two. */
static int count_lines(const struct hints *h, int columns)
{
	int lines = 1, at = 0;

	for (unsigned int i = 0; i < h->count; i++) {
		int width = h->hint[i].width;

		if (at && at + BETWEEN + width > columns) {
			lines++;
			at = 0;
		}
		at += (at ? BETWEEN : 0) + width;
	}
	return lines;
}

static void drop_one(struct hints *h)
{
	unsigned int worst = 0;

	for (unsigned int i = 0; i < h->count; i++)
		if (h->hint[i].drop >= h->hint[worst].drop)
			worst = i;
	memmove(&h->hint[worst], &h->hint[worst + 1], (h->count - worst - 1) * sizeof(h->hint[0]));
	h->count--;
}

static void draw_hint(struct pen *p, const struct hint *hint)
{
	enum style words = hint->here ? STYLE_TITLE : STYLE_TEXT;

	pen_text(p, words, hint->here ? "[" : "");
	pen_text(p, STYLE_KEY, hint->key);
	pen_text(p, words, " ");
	pen_text(p, words, hint->words);
	pen_text(p, words, hint->here ? "]" : "");
}

static void prepare(
	const struct model *m, const struct ui_state *s, int columns, int most, struct hints *h)
{
	*h = (struct hints){.count = 0};
	if (s->mode == UI_FINAL || most < 1) /* nobody can press a key, or see which */
		return;
	collect(m, s, h);
	while (h->count > 1 && count_lines(h, columns) > most)
		drop_one(h);
}

int hints_lines(const struct model *m, const struct ui_state *s, int columns, int most)
{
	struct hints h;

	prepare(m, s, columns - 2 * MARGIN, most, &h);
	return h.count ? count_lines(&h, columns - 2 * MARGIN) : 0;
}

void hints_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	int columns = g->columns - 2 * MARGIN;
	struct pen p = grid_pen(g, 0, MARGIN, columns);
	struct hints h;
	int row = 0;

	prepare(m, s, columns, g->rows, &h);
	for (unsigned int i = 0; i < h.count; i++) {
		int at = p.col - MARGIN;

		if (at && at + BETWEEN + h.hint[i].width > columns)
			p = grid_pen(g, ++row, MARGIN, columns);
		else if (at)
			pen_skip(&p, BETWEEN);
		draw_hint(&p, &h.hint[i]);
	}
}
