/* SPDX-License-Identifier: GPL-2.0-only */
/* The last line: the prompt, what is to be said, or what watching costs. */
#include "ui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/view.h"
#include "ui/show.h"

static void draw_prompt(const struct ui_state *s, struct pen *p)
{
	pen_text(p, STYLE_TITLE,
		s->prompt == PROMPT_FILTER ? "filter: "
					   : "time (14:02:11, +30s, -5m, start, end): ");
	pen_text(p, STYLE_TEXT, s->typed);
	pen_text(p, STYLE_SELECTED, " ");
	pen_text(p, STYLE_DIM,
		s->prompt == PROMPT_FILTER ? "  Enter keeps it, Esc clears it" : "  Esc: not");
}

static uint64_t dropped(const struct dropped *d)
{
	return d->texts + d->procs + d->pools + d->workers + d->tasks + d->pipes + d->events +
	       d->bad_frames + d->unknown_frames + d->orphan_frames + d->messages + d->failures +
	       d->findings + d->queues;
}

/* Shares of one core, over the session. */
static void draw_cost(const struct model *m, struct pen *p)
{
	const struct frame_tick *t = &m->tick;
	uint64_t all = m->now_ns > m->session.h.t_ns ? m->now_ns - m->session.h.t_ns : 0;
	bool known = t->h.kind && all;
	bool probes = known && t->probe_runs;
	char buf[FMT_MAX], words[32];

	if (m->level.level)
		pen_printf(p, STYLE_WARN, "budget: %s  ",
			m->summed ? told_words(m->level.every, words) : "over, all told");
	pen_printf(p, STYLE_DIM, "cost: own CPU %s",
		show_percent(buf, known, known ? (double)t->self_cpu_ns / (double)all : 0));
	pen_printf(p, STYLE_DIM, "  probes %s",
		show_percent(buf, probes, probes ? (double)t->probe_ns / (double)all : 0));
	if (probes)
		pen_printf(
			p, STYLE_DIM, " %s each", fmt_duration(buf, t->probe_ns / t->probe_runs));
	pen_printf(p, m->lost_records ? STYLE_ALERT : STYLE_DIM, "  lost %s%s",
		m->lost_records ? "! " : "", show_count(buf, m->session.h.kind, m->lost_records));
	if (dropped(&m->dropped))
		pen_printf(p, STYLE_WARN, "  left out %s", fmt_count(buf, dropped(&m->dropped)));
}

static void draw_age(const struct model *m, const struct ui_state *s, struct pen *p)
{
	char wall[FMT_MAX], age[FMT_MAX], words[2 * FMT_MAX + 16];

	if (!m->now_ns)
		return;
	fmt_wall(wall, model_wall_ns(m, m->now_ns), 0);
	/* Tenths of a second would change with every glance, and say nothing. */
	if (s->mode == UI_LIVE && !s->ended && s->age_ns >= UINT64_C(1500000000))
		snprintf(words, sizeof(words), "data %s, %s old", wall,
			fmt_duration(age, s->age_ns / 1000000000 * 1000000000));
	else
		snprintf(words, sizeof(words), "data %s", wall);
	if (pen_room(p) < (int)strlen(words) + 2)
		return;
	pen_skip(p, 2);
	pen_right(p, STYLE_DIM, words);
}

/* The filter of the table that has the keys. */
static void draw_filter(const struct ui_state *s, struct pen *p)
{
	const struct view *v = ui_here(s)->view;
	const char *filter;

	if (!v->tables)
		return;
	filter = ui_table(s, v->tables[ui_here(s)->table])->filter;
	if (*filter)
		pen_printf(p, STYLE_TITLE, "filter: %s  ", filter);
}

void status_draw(const struct model *m, const struct ui_state *s, struct grid *g)
{
	struct pen p = grid_pen(g, 0, 1, g->columns - 2);

	if (s->prompt) {
		draw_prompt(s, &p);
		return;
	}
	if (*s->message) {
		pen_fit(&p, STYLE_TITLE, s->message);
		return;
	}
	draw_filter(s, &p);
	draw_cost(m, &p);
	draw_age(m, s, &p);
}
