/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/width.h"

enum { NOTICE_LINES = 2 };

static const char *mode_word(const struct ui_state *s)
{
	if (s->mode == UI_FINAL)
		return "";
	if (s->paused)
		return s->mode == UI_LIVE && !s->is_past ? "FROZEN" : "PAUSED";
	if (s->ended && !s->is_past)
		return "ENDED";
	if (s->mode == UI_LIVE)
		return s->is_past ? "PAST" : "LIVE";
	return "REPLAY";
}

/* "REPLAY 2x  14:02:11" where that is not simply now. */
static void write_mode(const struct model *m, const struct ui_state *s, char *buf, size_t size)
{
	char speed[FMT_MAX] = "", wall[FMT_MAX];
	const char *word = mode_word(s);

	if (!*word) {
		*buf = '\0';
		return;
	}
	if (s->speed != 1 && !s->paused && (s->mode == UI_REPLAY || s->is_past))
		snprintf(speed, sizeof(speed), " %gx", s->speed);
	if (m->now_ns && (s->mode == UI_REPLAY || s->is_past || s->paused))
		snprintf(buf, size, "%s%s %s", word, speed,
			fmt_wall(wall, model_wall_ns(m, m->now_ns), 0));
	else
		snprintf(buf, size, "%s", word);
}

static uint64_t up_ns(const struct model *m, const struct pool *p)
{
	uint64_t until = p->ended_ns ? p->ended_ns : m->now_ns;

	return until > p->started_ns ? until - p->started_ns : 0;
}

/* Whole seconds, then tens of them: the clock that ticks is below, with the data's time. */
static const char *show_elapsed(char buf[static FMT_MAX], uint64_t ns)
{
	enum { MINUTE = 60, TENS = 10 };
	const uint64_t SECOND_NS = 1000000000;

	if (ns >= TENS * SECOND_NS)
		ns -= ns % (TENS * SECOND_NS);
	if (ns / SECOND_NS >= MINUTE)
		return fmt_duration(buf, ns);
	snprintf(buf, FMT_MAX, "%u s", (unsigned int)(ns / SECOND_NS));
	return buf;
}

enum { PIECES = 4, PIECE = SHOW_MAX + 32, COMMAND_LEAST = 12, BETWEEN = 2 };

/* What stands behind the command, the most important first. Returns how many there are. */
static int write_pieces(const struct model *m, const struct pool *p, char pieces[PIECES][PIECE])
{
	const char *python = model_text(m, p->python, "");
	char words[SHOW_MAX], time[FMT_MAX];
	int n = 0;

	snprintf(pieces[n++], PIECE, "%s", show_kind(words, p));
	snprintf(
		pieces[n++], PIECE, "up %s", p->started_ns ? show_elapsed(time, up_ns(m, p)) : "-");
	if (*python)
		snprintf(pieces[n++], PIECE, "Python %.32s", python);
	if (!p->from_start && m->session.h.kind && m->now_ns > m->session.h.t_ns)
		snprintf(pieces[n++], PIECE, "watched %s",
			show_elapsed(time, m->now_ns - m->session.h.t_ns));
	return n;
}

/* Pieces go, the last first, until the command has room. */
static void draw_pool(const struct model *m, const struct pool *p, struct pen *pen)
{
	char pieces[PIECES][PIECE], command[SHOW_MAX], pid[FMT_MAX];
	int n = write_pieces(m, p, pieces);
	struct pen words = *pen;
	int needed, wanted;

	snprintf(pid, sizeof(pid), " [%" PRIu32 "]", p->pid);
	show_command(command, model_text(m, p->command, "-"));
	wanted = width_of(command) < COMMAND_LEAST ? width_of(command) : COMMAND_LEAST;
	for (;; n--) {
		needed = (int)strlen(pid);
		for (int i = 0; i < n; i++)
			needed += BETWEEN + width_of(pieces[i]);
		if (!n || pen_room(pen) - needed >= wanted)
			break;
	}
	words.end -= needed;
	pen_fit(&words, STYLE_BAR, command);
	pen->col = words.col;
	pen_text(pen, STYLE_BAR, pid);
	for (int i = 0; i < n; i++) {
		pen_skip(pen, BETWEEN);
		pen_text(pen, STYLE_BAR, pieces[i]);
	}
}

static void write_state(const struct pool *p, char *buf, size_t size)
{
	*buf = '\0';
	if (p && p->state == POOL_STALLED)
		snprintf(buf, size, "! stalled: %s", p->stall.reason ? p->stall.reason : "?");
	else if (p)
		snprintf(buf, size, "%s", pool_state_name(p->state));
}

int header_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	const struct pool *p = ui_pool(m, s);
	struct pen pen = grid_pen(g, 0, 1, g->columns - 2);
	struct pen right = pen;
	char mode[FMT_MAX * 3], state[FMT_MAX * 2], words[SHOW_MAX];

	grid_paint_row(g, 0, STYLE_BAR);
	write_mode(m, s, mode, sizeof(mode));
	write_state(p, state, sizeof(state));
	snprintf(words, sizeof(words), "%s%s%s%s", s->records ? "REC  " : "", mode,
		*mode && *state ? "  " : "", state);
	pen_right(&right, STYLE_BAR, words);
	pen.end -= (int)strlen(words) + (*words ? 2 : 0);
	if (p)
		draw_pool(m, p, &pen);
	else
		pen_fit(&pen, STYLE_BAR,
			m->pools_count ? "pooltop: choose a pool" : "pooltop: no pool yet");
	return 1;
}

/* What this session cannot see, and why. */
static void missing_words(const struct model *m, struct buf *words)
{
	buf_printf(words, "%s", m->session.mode == MODE_PROC ? "! /proc mode: " : "! ");
	if (!m->missing_count) {
		buf_printf(words, "tasks, bytes and causes of death are not seen: run as root");
		return;
	}
	if (m->session.mode != MODE_PROC)
		buf_printf(words, "without %s: ", model_text(m, m->missing[0].feature, "?"));
	for (uint32_t i = 0; i < m->missing_count; i++)
		buf_printf(words, "%s%s", i ? "; " : "", model_text(m, m->missing[i].lost, "?"));
	buf_printf(words, " are not seen: %s",
		model_text(m, m->missing[0].fix, "see `pooltop check`"));
}

int notices_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	int most = g->rows < NOTICE_LINES ? g->rows : NOTICE_LINES;
	struct grid window = grid_window(g, 0, most, 0, g->columns);
	struct sheet sheet = {.g = &window};
	struct buf words = {0};

	(void)s;
	if (m->session.mode != MODE_PROC && !m->missing_count)
		return 0;
	missing_words(m, &words);
	if (words.data)
		sheet_text(&sheet, 1, STYLE_WARN, words.data);
	buf_release(&words);
	return sheet.line < most ? sheet.line : most;
}
