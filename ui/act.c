/* SPDX-License-Identifier: GPL-2.0-only */
/* What keys do to the screen. */
#include <string.h>

#include "ui/screen.h"
#include "ui/view.h"

enum { CONTROL_C = 3 };

static struct table_state *focused(struct ui_state *s)
{
	const struct ui_place *here = ui_here(s);

	return here->view->tables ? ui_table_edit(s, here->view->tables[here->table]) : NULL;
}

/* The filter works while it is typed. */
static void apply_filter(struct ui_state *s)
{
	struct table_state *t = focused(s);

	if (t)
		strcpy(t->filter, s->typed);
}

static void type(struct ui_state *s, uint32_t c)
{
	size_t len = strlen(s->typed);
	char bytes[4];
	size_t n = 0;

	if (c < 0x80) {
		bytes[n++] = (char)c;
	} else if (c < 0x800) {
		bytes[n++] = (char)(0xc0 | c >> 6);
		bytes[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		bytes[n++] = (char)(0xe0 | c >> 12);
		bytes[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (c & 0x3f));
	}
	if (len + n >= sizeof(s->typed))
		return;
	memcpy(s->typed + len, bytes, n);
	s->typed[len + n] = '\0';
}

static void untype(struct ui_state *s)
{
	size_t len = strlen(s->typed);

	while (len && (s->typed[--len] & 0xc0) == 0x80)
		;
	s->typed[len] = '\0';
}

static enum request prompt_key(struct ui_state *s, uint32_t code)
{
	enum ui_prompt prompt = s->prompt;
	bool is_cancel = code == KEY_CODE_ESCAPE || code == CONTROL_C;

	if (is_cancel || code == KEY_CODE_ENTER || code == '\n') {
		s->prompt = PROMPT_NONE;
		if (is_cancel)
			*s->typed = '\0';
	} else if (code == KEY_CODE_BACKSPACE || code == 8 || code == 127) {
		untype(s);
	} else if (code >= 32 && code < KEY_CODE_UP) {
		type(s, code);
	}
	if (prompt == PROMPT_FILTER)
		apply_filter(s);
	return prompt == PROMPT_GOTO && !s->prompt && *s->typed ? REQUEST_GOTO : REQUEST_NONE;
}

static void start_prompt(struct ui_state *s, enum ui_prompt prompt)
{
	const struct table_state *t = prompt == PROMPT_FILTER ? focused(s) : NULL;

	s->prompt = prompt;
	*s->typed = '\0';
	if (t)
		strcpy(s->typed, t->filter);
}

static void go_back(const struct model *m, struct ui_state *s)
{
	struct table_state *t = focused(s);

	if (t && *t->filter)
		*t->filter = '\0';
	else
		ui_back(s);
	ui_ensure(m, s);
}

/* Opens it, or closes it where it is on top. */
static void toggle(struct ui_state *s, const struct view *view)
{
	if (ui_here(s)->view == view)
		ui_back(s);
	else
		ui_open(s, view, 0);
}

/* What the screen does itself; false: something is left to do. */
static bool act(const struct model *m, struct ui_state *s, enum request r)
{
	switch (r) {
	case REQUEST_FILTER:
		start_prompt(s, PROMPT_FILTER);
		return true;
	case REQUEST_BACK:
		go_back(m, s);
		return true;
	case REQUEST_GONE:
		s->shows_gone = !s->shows_gone;
		return true;
	case REQUEST_HOT:
		s->shows_lines = !s->shows_lines;
		return true;
	case REQUEST_POOLS:
		toggle(s, &view_pools);
		ui_ensure(m, s);
		return true;
	case REQUEST_HELP:
		toggle(s, &view_help);
		return true;
	case REQUEST_GOTO:
		start_prompt(s, PROMPT_GOTO);
		return true;
	default:
		return false;
	}
}

/* The view needs to know where its rows are: its frame is laid out anew, into nothing. */
static void view_act(const struct model *m, struct ui_state *s, enum request r)
{
	const struct view *v = ui_here(s)->view;
	struct grid g, body;
	const struct cell *at;

	if (v->needs_pool && !ui_pool(m, s))
		return;
	if (grid_init(&g, s->columns, s->rows, &glyphs_ascii))
		return;
	body = screen_frame(m, s, &g);
	at = body.cells ? body.cells : g.cells;
	s->mouse_row -= (int)((at - g.cells) / (g.columns ? g.columns : 1));
	v->act(m, s, r, &body);
	grid_release(&g);
}

static bool works(const struct model *m, const struct ui_state *s, enum request r)
{
	for (unsigned int i = 0; i < keys_count(); i++)
		if (keys_at(i)->request == r)
			return keys_work(keys_at(i), m, s);
	return false;
}

enum request screen_key(const struct model *m, struct ui_state *s, uint32_t code)
{
	const struct view *view = view_by_key(code);
	enum request r = keys_request(code);

	*s->message = '\0';
	if (s->prompt)
		return prompt_key(s, code);
	if (view && view->key) {
		ui_go(s, view);
		ui_ensure(m, s);
		return REQUEST_NONE;
	}
	if (r == REQUEST_NONE || !works(m, s, r) || act(m, s, r))
		return REQUEST_NONE;
	if (r >= REQUEST_FOR_LOOP)
		return r;
	view_act(m, s, r);
	return REQUEST_NONE;
}
