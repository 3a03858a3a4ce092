/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/worker_cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/view.h"
#include "ui/show.h"

static const struct worker *worker_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

/* What messages tell is known where they are seen. */
static struct sort_value told(const struct subject *x, double n)
{
	return number(show_has_tasks(x->m), n);
}

static uint64_t since_ns(const struct worker *w)
{
	return w->hand.has && w->hand.since_ns ? w->hand.since_ns : w->state_since_ns;
}

/*
 * Its tasks change faster than they can be read: what it did most in the last tick is told instead
 * of the moment's state, and no task by its number. One that takes longer than the others is told.
 */
static bool is_brisk(const struct subject *x)
{
	enum { TASKS = 8, A_TICK = 4 };
	const struct worker *w = worker_of(x);

	return !w->ended_ns && w->run.count >= TASKS && x->m->tick_ns &&
	       w->run.total_ns / w->run.count < x->m->tick_ns / A_TICK &&
	       x->m->now_ns - since_ns(w) < x->m->tick_ns;
}

static enum worker_state state_of(const struct subject *x)
{
	const struct worker *w = worker_of(x);
	unsigned int most = is_brisk(x) ? worker_strip(w, 0) : 0;

	return most >= 1 && most <= WORKER_STATES ? (enum worker_state)(most - 1) : w->state;
}

struct sort_value worker_pid_value(const struct subject *x)
{
	return number(true, worker_of(x)->pid);
}

enum style worker_pid_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "%" PRIu32, worker_of(x)->pid);
	return worker_of(x)->ended_ns ? STYLE_DIM : STYLE_NUMBER;
}

struct sort_value worker_generation_value(const struct subject *x)
{
	return number(true, worker_of(x)->generation);
}

struct sort_value worker_core_value(const struct subject *x)
{
	return number(worker_of(x)->core >= 0 && !worker_of(x)->ended_ns, worker_of(x)->core);
}

struct sort_value worker_state_value(const struct subject *x)
{
	const struct worker *w = worker_of(x);

	return number(true, w->ended_ns ? (int)WORKER_STATES + (int)w->end : (int)state_of(x));
}

static bool is_death(enum end_kind end)
{
	return end == END_SIGNAL || end == END_OOM || end == END_EXIT;
}

enum style worker_state_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct worker *w = worker_of(x);

	if (!w->ended_ns) {
		snprintf(buf, CELL_TEXT, "%s", worker_state_name(state_of(x)));
		return style_of_state(state_of(x));
	}
	show_end(buf, w->end, w->status, w->end != END_UNKNOWN);
	return is_death(w->end) ? STYLE_ALERT : STYLE_DIM;
}

/* 0: that is not known. */
static uint32_t function_of(const struct subject *x)
{
	const struct worker *w = worker_of(x);

	return !w->hand.has && is_brisk(x) ? w->last_func : w->hand.func;
}

struct sort_value worker_now_value(const struct subject *x)
{
	uint32_t func = function_of(x);

	return (struct sort_value){
		.known = worker_of(x)->hand.has || func,
		.text = model_text(x->m, func, "?"),
	};
}

enum style worker_now_text(const struct subject *x, char buf[static CELL_TEXT])
{
	const struct hand *hand = &worker_of(x)->hand;
	uint32_t func = function_of(x);

	if (func && is_brisk(x))
		snprintf(buf, CELL_TEXT, "%s", model_text(x->m, func, "?"));
	else
		show_task(buf, x->m, hand);
	return hand->has || func ? STYLE_TEXT : STYLE_DIM;
}

void worker_now_draw(const struct subject *x, struct pen *p)
{
	uint32_t func = function_of(x);

	if (func && is_brisk(x))
		pen_fit_end(p, STYLE_TEXT, model_text(x->m, func, "?"));
	else
		show_hand(p, STYLE_TEXT, x->m, &worker_of(x)->hand);
}

struct sort_value worker_for_value(const struct subject *x)
{
	const struct worker *w = worker_of(x);
	uint64_t since = since_ns(w);

	return number(
		!w->ended_ns && since && since <= x->m->now_ns, (double)(x->m->now_ns - since));
}

/* To a tenth of a second, or to a whole one, of which a tick may take a little more. */
static double rounded_up(uint64_t ns)
{
	uint64_t unit = ns > 900000000 ? 1000000000 : 100000000;

	return (double)((ns + unit * 9 / 10) / unit) * (double)unit / 1e9;
}

enum style worker_for_text(const struct subject *x, char buf[static CELL_TEXT])
{
	struct sort_value v = worker_for_value(x);
	char text[FMT_MAX];

	if (is_brisk(x))
		snprintf(buf, CELL_TEXT, "< %.1g s", rounded_up(x->m->tick_ns));
	else
		snprintf(buf, CELL_TEXT, "%s", show_duration(text, v.known, fmt_whole(v.number)));
	return v.known && !is_brisk(x) ? STYLE_TEXT : STYLE_DIM;
}

struct sort_value worker_tasks_value(const struct subject *x)
{
	return told(x, (double)worker_of(x)->tasks);
}

struct sort_value worker_failed_value(const struct subject *x)
{
	return told(x, (double)worker_of(x)->failed);
}

struct sort_value worker_items_value(const struct subject *x)
{
	return told(x, (double)worker_of(x)->items);
}

struct sort_value worker_in_value(const struct subject *x)
{
	return told(x, (double)worker_of(x)->bytes_in);
}

struct sort_value worker_out_value(const struct subject *x)
{
	return told(x, (double)worker_of(x)->bytes_out);
}

struct sort_value worker_p50_value(const struct subject *x)
{
	const struct hist *h = &worker_of(x)->run;

	return number(h->count, (double)hist_percentile(h, 50));
}

struct sort_value worker_p99_value(const struct subject *x)
{
	const struct hist *h = &worker_of(x)->run;

	return number(h->count, (double)hist_percentile(h, 99));
}

struct sort_value worker_cpu_value(const struct subject *x)
{
	return number(!worker_of(x)->ended_ns && x->m->tick_ns, worker_of(x)->cpu_share);
}

struct sort_value worker_rss_value(const struct subject *x)
{
	return number(worker_of(x)->rss_bytes, (double)worker_of(x)->rss_bytes);
}

struct sort_value worker_threads_value(const struct subject *x)
{
	return number(worker_of(x)->threads, worker_of(x)->threads);
}

static struct sort_value share(const struct subject *x, enum worker_state state)
{
	const struct worker *w = worker_of(x);
	uint64_t life = worker_life_ns(w, x->m->now_ns);

	return number(life && w->known & 1u << state,
		(double)worker_state_ns(w, state, x->m->now_ns) / (double)(life ? life : 1));
}

struct sort_value worker_run_share_value(const struct subject *x)
{
	return share(x, STATE_RUN);
}

struct sort_value worker_wait_share_value(const struct subject *x)
{
	return share(x, STATE_WAIT);
}

void worker_strip_draw(const struct subject *x, struct pen *p)
{
	draw_minute_strip(p, pen_room(p), worker_of(x), x->p->done_per_tick.head);
}

uint32_t workers_count(const struct model *m, const struct ui_state *s)
{
	const struct pool *p = ui_pool(m, s);

	return p ? p->workers_count : 0;
}

bool workers_item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct pool *p = ui_pool(m, s);
	const struct worker *w = &p->workers[index];

	if (w->ended_ns && p->workers_alive && !s->shows_gone)
		return false;
	*ret_subject = (struct subject){.m = m, .p = p, .item = w, .id = w->id};
	return true;
}

void workers_open(const struct model *m, struct ui_state *s, const struct subject *x)
{
	(void)m;
	ui_open(s, &view_worker, x->id);
}

const char *workers_empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "no workers yet: they show as soon as the pool makes them";
}
