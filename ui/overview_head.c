/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/overview_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/show.h"

enum {
	SPARK_LEAST = 10,
	ROOMY = 120, /* columns from which on numbers have room to grow without moving the rest */
	PERCENT = 3, /* columns of one in the line of states */
	BAR_STEP = 4, /* what is behind a bar moves with its length */
	BARS_STEP = 16, /* and all bars change with the length of all of them */
};

struct pen overview_line(struct grid *g, int row, const char *label)
{
	struct pen p = grid_row(g, row);

	pen_skip(&p, 1);
	pen_text(&p, STYLE_DIM, label);
	p = grid_row(g, row);
	pen_skip(&p, OVERVIEW_WORDS_AT);
	if (p.end)
		p.end--; /* the screen's margin */
	return p;
}

struct state_share {
	enum worker_state state;
	double share;
	bool known;
};

/* The largest first; what is not measured last. */
static int compare_shares(const void *one, const void *other)
{
	const struct state_share *a = one, *b = other;

	if (a->known != b->known)
		return a->known ? -1 : 1;
	if (a->share != b->share)
		return a->share > b->share ? -1 : 1;
	return (int)a->state - (int)b->state;
}

static void read_shares(
	const struct model *m, const struct pool *p, struct state_share shares[WORKER_STATES])
{
	uint64_t ns[WORKER_STATES];
	uint32_t known = 0;
	double all = 0;

	pool_state_ns(p, m->now_ns, ns);
	for (uint32_t i = 0; i < p->workers_count; i++)
		known |= p->workers[i].known;
	for (int i = 0; i < WORKER_STATES; i++)
		all += (double)ns[i];
	for (int i = 0; i < WORKER_STATES; i++)
		shares[i] = (struct state_share){
			.state = (enum worker_state)i,
			.share = all > 0 ? (double)ns[i] / all : 0,
			.known = known & 1u << i && all > 0,
		};
	qsort(shares, WORKER_STATES, sizeof(shares[0]), compare_shares);
}

/* Whole percents: of more digits the last ones change too fast to be read. */
static const char *percent_of(const struct state_share *x, char buf[static FMT_MAX])
{
	if (!x->known)
		return "-";
	if (x->share < 0.01)
		return "<1%";
	snprintf(buf, FMT_MAX, "%.0f%%", 100 * x->share);
	return buf;
}

/* "run 62%", and two blanks behind it. */
static int share_width(const struct state_share *x, int percent)
{
	char buf[FMT_MAX];
	int digits = (int)strlen(percent_of(x, buf));

	return (int)strlen(worker_state_name(x->state)) + (digits > percent ? digits : percent) + 3;
}

/* What is less than a tenth of a percent is left out. */
static bool is_shown(const struct state_share *x)
{
	return !x->known || x->share >= 0.0005;
}

int overview_time(const struct model *m, const struct pool *p, struct grid *g)
{
	struct pen pen = overview_line(g, 0, "time");
	struct state_share shares[WORKER_STATES];
	int percent = g->columns >= ROOMY ? PERCENT : 0;
	int bars = pen_room(&pen);
	char buf[FMT_MAX];

	if (g->rows < 1)
		return 0;
	read_shares(m, p, shares);
	for (int i = 0; i < WORKER_STATES; i++) /* what the words leave is for bars */
		bars -= is_shown(&shares[i]) ? share_width(&shares[i], percent) + 1 : 0;
	bars -= bars > BARS_STEP ? bars % BARS_STEP : 0;
	for (int i = 0; i < WORKER_STATES; i++) {
		const struct state_share *x = &shares[i];
		double steps = bars > 0 && x->known ? x->share * bars / BAR_STEP : 0;
		int width = BAR_STEP * (int)(steps + 0.5);

		if (!is_shown(x) || pen_room(&pen) < share_width(x, percent) - 2)
			continue;
		pen_printf(&pen, style_of_state(x->state), "%s %-*s", worker_state_name(x->state),
			percent, percent_of(x, buf));
		pen_text(&pen, STYLE_TEXT, width ? " " : "");
		draw_gauge(&pen, style_of_state(x->state), width, 1);
		pen_skip(&pen, 2);
	}
	return 1;
}

/* What changes all the time has room to grow, where there is some. */
static void put_room(struct pen *pen, int start, int width)
{
	if (pen->g->columns >= ROOMY && pen->col < start + width)
		pen_skip(pen, start + width - pen->col);
}

static void put_lively(struct pen *pen, const char *number, int width)
{
	int start = pen->col;

	pen_text(pen, STYLE_NUMBER, number);
	put_room(pen, start, width);
}

/* All of it, or nothing. */
static void put_number(struct pen *pen, const char *label, const char *number, bool bad)
{
	if (pen_room(pen) < (int)(strlen(label) + strlen(number)) + 3)
		return;
	pen_skip(pen, 2);
	pen_printf(pen, bad ? STYLE_ALERT : STYLE_DIM, "%s ", label);
	pen_text(pen, bad ? STYLE_ALERT : STYLE_NUMBER, number);
}

static void put_times(struct pen *pen, const char *label, const struct hist *h)
{
	char p50[FMT_MAX], p99[FMT_MAX];

	if (pen_room(pen) < 32)
		return;
	pen_skip(pen, 2);
	pen_printf(pen, STYLE_DIM, "%s p50 ", label);
	put_lively(pen, show_brief_duration(p50, h->count > 0, hist_percentile(h, 50)), 7);
	pen_text(pen, STYLE_DIM, " p99 ");
	put_lively(pen, show_brief_duration(p99, h->count > 0, hist_percentile(h, 99)), 7);
}

/* Columns of a sparkline: a fifth of a wide screen. */
static int spark_width(const struct pen *pen)
{
	int width = pen->g->columns / 8;

	return width > SPARK_LEAST ? width : SPARK_LEAST;
}

static void put_rate(const struct model *m, struct pen *pen, const struct series *s)
{
	double rate = 0;
	bool known = show_has_tasks(m) && show_series_rate(m, s, &rate);
	int start = pen->col;
	char buf[FMT_MAX];

	pen_text(pen, STYLE_NUMBER, show_rate(buf, known, rate));
	pen_text(pen, STYLE_DIM, "/s ");
	put_room(pen, start, 8);
	if (known)
		draw_minute(pen, STYLE_PLOT, spark_width(pen), s);
}

static void put_waiting(const struct model *m, const struct pool *p, struct pen *pen)
{
	uint64_t oldest = 0;
	int start = pen->col;
	uint32_t waiting = pool_waiting(p, m->now_ns, &oldest);
	char number[FMT_MAX], buf[FMT_MAX], words[2 * FMT_MAX + 16];

	fmt_count(number, waiting);
	snprintf(words, sizeof(words), "%s, oldest %s", number,
		show_brief_duration(buf, true, oldest));
	put_number(pen, "waiting", waiting && oldest ? words : number, false);
	if (waiting && oldest)
		put_room(pen, start, 28);
}

int overview_tasks(const struct model *m, const struct pool *p, struct grid *g)
{
	struct pen pen = overview_line(g, 0, "tasks");
	const struct totals *t = &p->totals;
	char buf[FMT_MAX];

	if (g->rows < 1)
		return 0;
	if (!show_has_tasks(m)) {
		pen_fit(&pen, STYLE_DIM, "-  not seen in the /proc mode");
		return 1;
	}
	put_rate(m, &pen, &p->done_per_tick);
	put_number(&pen, "failed", fmt_count(buf, t->failed), t->failed > 0);
	put_number(&pen, "lost", fmt_count(buf, t->lost), t->lost > 0);
	put_waiting(m, p, &pen);
	put_number(&pen, "done", fmt_count(buf, t->done), false);
	if (g->rows < 2 || pen_room(&pen) >= 60) {
		put_times(&pen, "run", &p->run);
		put_times(&pen, "wait", &p->wait);
		return 1;
	}
	pen = overview_line(g, 1, "times");
	pen.col -= 2;
	put_times(&pen, "run", &p->run);
	put_times(&pen, "wait", &p->wait);
	return 2;
}

static void put_bytes_rate(
	const struct model *m, struct pen *pen, const char *label, const struct series *s)
{
	double rate = 0;
	bool known = show_has_tasks(m) && show_series_rate(m, s, &rate);
	char buf[FMT_MAX];
	int start;

	pen_printf(pen, STYLE_DIM, "%s ", label);
	start = pen->col;
	pen_text(pen, STYLE_NUMBER, show_bytes(buf, known, fmt_whole(rate)));
	pen_text(pen, STYLE_DIM, "/s ");
	put_room(pen, start, 11);
	if (known)
		draw_minute(pen, STYLE_PLOT, spark_width(pen), s);
	pen_skip(pen, 2);
}

int overview_bytes(const struct model *m, const struct pool *p, struct grid *g)
{
	const struct totals *t = &p->totals;
	char out[FMT_MAX], back[FMT_MAX];
	struct pen pen;

	if (g->rows < 1 || !show_has_tasks(m))
		return 0;
	pen = overview_line(g, 0, "bytes");
	put_bytes_rate(m, &pen, "out", &p->out_per_tick);
	put_bytes_rate(m, &pen, "back", &p->back_per_tick);
	if (pen_room(&pen) >= 16)
		pen_printf(&pen, STYLE_TEXT, "%s a task",
			show_bytes(out, t->sent, t->sent ? t->bytes_out / t->sent : 0));
	if (pen_room(&pen) >= 40)
		pen_printf(&pen, STYLE_DIM, ", most %s; back %s",
			show_bytes(out, t->sent, t->bytes_out_max),
			show_bytes(back, t->done, t->done ? t->bytes_back / t->done : 0));
	return 1;
}
