/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/keys.h"

#include "ui/page.h"
#include "ui/view.h"

enum { CONTROL_C = 3, CONTROL_L = 12, CONTROL_Z = 26, NEWLINE = '\n' };

static bool in_tables(const struct model *m, const struct ui_state *s)
{
	const struct view *v = ui_here(s)->view;

	return v->tables && (!v->needs_pool || ui_pool(m, s));
}

static bool in_several_tables(const struct model *m, const struct ui_state *s)
{
	return in_tables(m, s) && ui_here(s)->view->tables[1];
}

static bool can_open(const struct model *m, const struct ui_state *s)
{
	return in_tables(m, s) && ui_here(s)->view->tables[ui_here(s)->table]->open;
}

static bool can_go_back(const struct model *m, const struct ui_state *s)
{
	(void)m;
	return s->depth || ui_here(s)->view != views[0];
}

static bool has_pools(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return m->pools_count > 1;
}

/* Only where workers are listed, and some are gone. */
static bool has_gone(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);
	const struct view *v = ui_here(s)->view;

	return p && p->workers_count > p->workers_alive && p->workers_alive &&
	       (v == &view_overview || v == &view_workers);
}

/* The list above the stacks has lines as well as functions. */
static bool has_hot(const struct model *m, const struct ui_state *s)
{
	return ui_pool(m, s) && ui_here(s)->view == &view_stacks;
}

/* At the end of a recording the screen is the live session's last, keys and all. */
static bool is_replayed(const struct model *m, const struct ui_state *s)
{
	(void)m;
	return (s->mode == UI_REPLAY && !s->ended) || s->is_past || s->paused;
}

/* What is watched has no other speed than its own. */
static bool has_speed(const struct model *m, const struct ui_state *s)
{
	return s->mode == UI_REPLAY && is_replayed(m, s);
}

/* A replay is recorded already. */
static bool can_record(const struct model *m, const struct ui_state *s)
{
	(void)m;
	return s->mode == UI_LIVE;
}

/* A pair of keys stands in two rows: the first of them has the words for the bottom lines. */
static const struct key keys[] = {
	{{'?', KEY_CODE_F + 12}, REQUEST_HELP, "?", "help", NULL, "this page; again or Esc: back",
		NULL, 0},
	{{'q', CONTROL_C}, REQUEST_QUIT, "q", "quit", NULL, "quits; ^C too", NULL, 0},
	{{'p'}, REQUEST_POOLS, "p", "pools", NULL, "all pools, to choose one", has_pools, 1},
	{{KEY_CODE_ENTER, NEWLINE}, REQUEST_OPEN, "Enter", "open", NULL,
		"opens the selected row; so does a click on it", can_open, 2},
	{{KEY_CODE_ESCAPE, KEY_CODE_BACKSPACE}, REQUEST_BACK, "Esc", "back", NULL,
		"clears the filter, or goes back", can_go_back, 0},
	{{'/'}, REQUEST_FILTER, "/", "filter", NULL,
		"shows only rows with a text in them; empty: all", in_tables, 3},
	{{'s'}, REQUEST_SORT, "s", "sort", NULL,
		"sorts by the column chosen with Left and Right; again: reverses", in_tables, 3},
	{{KEY_CODE_LEFT, 'h'}, REQUEST_COLUMN_LEFT, "Left h", "column", "Left/Right",
		"chooses the column to the left, for sorting", in_tables, 8},
	{{KEY_CODE_RIGHT, 'l'}, REQUEST_COLUMN_RIGHT, "Right l", NULL, NULL,
		"chooses the column to the right", in_tables, 0},
	{{KEY_CODE_TAB}, REQUEST_NEXT_TABLE, "Tab", "next table", NULL,
		"goes to the next table of the view", in_several_tables, 3},
	{{'a'}, REQUEST_GONE, "a", "gone too", NULL,
		"shows workers that are gone too; again: hides them", has_gone, 5},
	{{'t'}, REQUEST_HOT, "t", "hot lines", NULL,
		"in Stacks: the hot lines instead of the hot functions; again: functions", has_hot,
		0},
	{{' '}, REQUEST_FREEZE, "space", "freeze", NULL,
		"freezes the picture while watching goes on; again: goes on", NULL, 4},
	{{'['}, REQUEST_STEP_BACK, "[", "step", "[ ]", "one tick back in time; live too", NULL, 4},
	{{']'}, REQUEST_STEP_ON, "]", NULL, NULL, "one tick forward", NULL, 0},
	{{'{'}, REQUEST_EVENT_BACK, "{", "event", "{ }",
		"to the event before: a death, a failure, a stall, a pool", NULL, 5},
	{{'}'}, REQUEST_EVENT_ON, "}", NULL, NULL, "to the next event", NULL, 0},
	{{'g'}, REQUEST_GOTO, "g", "time", NULL, "goes to a time: 14:02:11, +30s, -5m, start, end",
		NULL, 6},
	{{'n'}, REQUEST_NEWEST, "n", "newest", NULL, "goes to the newest data, and follows it",
		is_replayed, 2},
	{{'+', '='}, REQUEST_FASTER, "+", "speed", "+ -", "replays twice as fast", has_speed, 6},
	{{'-', '_'}, REQUEST_SLOWER, "-", NULL, NULL, "replays half as fast", has_speed, 0},
	{{'r'}, REQUEST_RECORD, "r", "record", NULL,
		"records what is watched, with what is kept of before; again: ends the recording",
		can_record, 6},
	{{'w'}, REQUEST_WRITE, "w", "write", NULL,
		"writes the screen as text into a file in this folder, else in /tmp", NULL, 7},
	{{'e'}, REQUEST_EXPORT, "e", "export", NULL,
		"writes the page that is shown or selected, whole: a certificate, a stack ...",
		page_is_there, 7},
	{{KEY_CODE_UP, 'k', KEY_CODE_WHEEL_UP}, REQUEST_UP, "Up k", "move", "Up/Down",
		"moves up; so does the wheel", NULL, 9},
	{{KEY_CODE_DOWN, 'j', KEY_CODE_WHEEL_DOWN}, REQUEST_DOWN, "Down j", NULL, NULL,
		"moves down", NULL, 0},
	{{KEY_CODE_PAGE_UP}, REQUEST_PAGE_UP, "PgUp", "page", "PgUp/PgDn", "a page up", NULL, 10},
	{{KEY_CODE_PAGE_DOWN}, REQUEST_PAGE_DOWN, "PgDn", NULL, NULL, "a page down", NULL, 0},
	{{KEY_CODE_HOME}, REQUEST_HOME, "Home", "ends", "Home/End", "to the first row", NULL, 10},
	{{KEY_CODE_END}, REQUEST_END, "End", NULL, NULL, "to the last row", NULL, 0},
	{{CONTROL_L}, REQUEST_REDRAW, "^L", "redraw", NULL, "paints the screen anew", NULL, 11},
	{{CONTROL_Z}, REQUEST_SUSPEND, "^Z", "suspend", NULL,
		"gives the terminal back to the shell; `fg` comes back", NULL, 11},
	{{KEY_CODE_CLICK}, REQUEST_CLICK, "click", "select", NULL,
		"selects a row, again: opens it; on a head: sorts by that column", in_tables, 12},
};

const struct key *keys_at(unsigned int index)
{
	return &keys[index];
}

unsigned int keys_count(void)
{
	return sizeof(keys) / sizeof(keys[0]);
}

enum request keys_request(uint32_t code)
{
	for (unsigned int i = 0; i < keys_count(); i++)
		for (unsigned int j = 0; j < KEY_CODES; j++)
			if (code && keys[i].codes[j] == code)
				return keys[i].request;
	return REQUEST_NONE;
}

bool keys_work(const struct key *k, const struct model *m, const struct ui_state *s)
{
	return !k->works || k->works(m, s);
}
