/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways through time: steps, events, a time of the day; in what was read, and ahead in a replay. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/feed.h"
#include "app/viewer.h"

#define SPEED_MIN 0.25
#define SPEED_MAX 64.0

static void show_past(struct viewer *v, uint64_t tick_ns)
{
	int ret = reel_seek(v->reel, tick_ns, &v->past);

	if (ret) {
		ui_say(&v->ui, "what was then is not kept any more");
		return;
	}
	v->ui.is_past = true;
	v->changed = true;
	ui_follow(&v->past.model, &v->ui);
}

static void show_newest(struct viewer *v)
{
	v->ui.is_past = false;
	v->changed = true;
	v->play_at_ns = 0;
	ui_follow(&v->head.model, &v->ui);
}

/* From the first frame on. */
static bool rewind_source(struct viewer *v)
{
	if (!v->source->ops->rewind)
		return false;
	if (v->source->ops->rewind(v->source, &v->words)) {
		ui_say(&v->ui, "%s", v->words.text);
		return false;
	}
	session_release(&v->head);
	session_init(&v->head);
	return true;
}

/* By an image; but what is recorded is to be whole. */
static bool jump(struct viewer *v, struct tape_reach reach)
{
	return !v->tape && feed_seek(v->source, reach, &v->head);
}

/* What was read is no part any more of what will be. */
static void begin_reel(struct viewer *v, struct reel *fresh, uint64_t jump_ns)
{
	reel_free(v->reel);
	v->reel = fresh;
	v->pending = NULL;
	v->ui.ended = false;
	v->jump_ns = jump_ns;
	show_newest(v);
}

/* A recording's earlier part that is not kept is read again: from an image before it, else from the
 * start. */
static bool start_over(struct viewer *v, uint64_t jump_ns)
{
	struct tape_reach reach = {.before_ns = jump_ns ? jump_ns : 1};
	struct reel *fresh = v->o->live ? NULL : reel_new();

	if (!fresh)
		return false;
	if (!jump(v, reach) && !rewind_source(v)) {
		reel_free(fresh);
		return false;
	}
	begin_reel(v, fresh, reach.before_ns);
	return true;
}

/* Frames between here and an image need not be read. */
static void run_ahead(struct viewer *v, uint64_t to_ns)
{
	struct tape_reach reach = {.before_ns = to_ns, .from_ns = v->head.model.now_ns + 1};
	struct reel *fresh;

	show_newest(v);
	if (v->ui.ended && !v->pending) {
		ui_say(&v->ui, "this is the end");
		return;
	}
	v->jump_ns = to_ns;
	viewer_fold_pending(v); /* it is borrowed from a source that is about to go elsewhere */
	fresh = v->o->live || !v->jump_ns ? NULL : reel_new();
	if (fresh && jump(v, reach))
		begin_reel(v, fresh, to_ns);
	else
		reel_free(fresh);
}

/* Time of the tick before the one that is shown, where the reel does not know it. */
static uint64_t about_before(const struct viewer *v)
{
	const struct model *m = viewer_model(v);

	return m->now_ns - (m->tick_ns ? m->tick_ns : 1);
}

static bool step_back(struct viewer *v)
{
	uint64_t at = reel_tick_before(v->reel, viewer_model(v)->now_ns);

	v->ui.paused = true;
	if (at) {
		show_past(v, at);
	} else if (!start_over(v, about_before(v))) {
		if (v->o->live && !v->ui.is_past)
			show_past(v, v->head.model.now_ns);
		ui_say(&v->ui, "this is the beginning of what is kept");
	}
	return true;
}

static bool step_on(struct viewer *v)
{
	uint64_t at = reel_tick_after(v->reel, viewer_model(v)->now_ns);

	v->ui.paused = true;
	if (at && at < reel_last_tick(v->reel))
		show_past(v, at);
	else if (v->o->live)
		show_newest(v);
	else if (at)
		show_newest(v);
	else
		run_ahead(v, v->head.model.now_ns + 1);
	return true;
}

static bool event_back(struct viewer *v)
{
	const struct model *m = &v->head.model;
	uint64_t before = reel_tick_before(v->reel, viewer_model(v)->now_ns);

	v->ui.paused = true;
	before = before ? before : about_before(v);
	for (uint32_t i = m->events_count; i--;) {
		uint64_t t = model_event(m, i)->t_ns;

		/* What comes with a tick's own time may come behind it. */
		if (t >= before)
			continue;
		if (t >= reel_first_tick(v->reel) || !start_over(v, t + 1))
			show_past(v, reel_tick_after(v->reel, t));
		return true;
	}
	ui_say(&v->ui, "no event before this");
	return true;
}

bool viewer_show_event(struct viewer *v, uint64_t from_ns)
{
	const struct model *m = &v->head.model;

	for (uint32_t i = 0; i < m->events_count; i++) {
		uint64_t t = model_event(m, i)->t_ns;
		uint64_t tick = t >= from_ns ? reel_tick_after(v->reel, t) : 0;

		if (!tick)
			continue;
		if (tick < reel_last_tick(v->reel))
			show_past(v, tick);
		else
			show_newest(v);
		return true;
	}
	return false;
}

static bool event_on(struct viewer *v)
{
	uint64_t from_ns = viewer_model(v)->now_ns;

	v->ui.paused = true;
	if (viewer_show_event(v, from_ns))
		return true;
	if (v->o->live || (v->ui.ended && !v->pending)) {
		ui_say(&v->ui, "no event after this");
		return true;
	}
	show_newest(v);
	v->jump_event = true;
	v->jump_from_ns = from_ns;
	return true;
}

/* "14:02:11" of the day that is shown: the end of that second; 0: no such form. */
static uint64_t time_of_day(const struct viewer *v, const char *text)
{
	const struct model *m = viewer_model(v);
	int64_t wall_ns = model_wall_ns(m, m->now_ns), later_ns;
	time_t shown = wall_ns / 1000000000;
	int hour, minute, second = 0, used = 0;
	struct tm tm;

	if (sscanf(text, "%d:%d%n:%d%n", &hour, &minute, &used, &second, &used) < 2 || text[used] ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return 0;
	localtime_r(&shown, &tm);
	later_ns = (hour - tm.tm_hour) * 3600 + (minute - tm.tm_min) * 60 + second - tm.tm_sec;
	later_ns = later_ns * 1000000000 + 999999999 - wall_ns % 1000000000;
	return later_ns + (int64_t)m->now_ns > 0 ? m->now_ns + later_ns : 1;
}

/* "+30s", "-5m", "-1h": from what is shown; 0: no such form. */
static uint64_t time_from_here(const struct viewer *v, const char *text)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {{"", 1e9}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
	double now = viewer_model(v)->now_ns, by;
	char *end;

	if (text[0] != '+' && text[0] != '-')
		return 0;
	by = strtod(text, &end);
	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].unit) && by * units[i].ns < 1e18)
			return now + by * units[i].ns > 1 ? now + by * units[i].ns : 1;
	return 0;
}

static bool go_to(struct viewer *v)
{
	const char *text = v->ui.typed;
	uint64_t t = 0;

	if (!strcmp(text, "start"))
		t = 1;
	else if (!strcmp(text, "end"))
		t = UINT64_MAX;
	if (!t)
		t = time_of_day(v, text);
	if (!t)
		t = time_from_here(v, text);
	if (!t) {
		ui_say(&v->ui, "a time is 14:02:11, +30s, -5m, start or end");
		return true;
	}
	v->ui.paused = true;
	if (t < reel_first_tick(v->reel) && start_over(v, t))
		return true;
	if (t < reel_first_tick(v->reel))
		t = reel_first_tick(v->reel);
	if (t < reel_last_tick(v->reel))
		show_past(v, t);
	else if (v->o->live)
		show_newest(v);
	else
		run_ahead(v, t);
	return true;
}

static bool newest(struct viewer *v)
{
	v->ui.paused = false;
	if (!v->o->live && !(v->ui.ended && !v->pending))
		run_ahead(v, UINT64_MAX);
	else
		show_newest(v);
	return true;
}

static bool freeze(struct viewer *v)
{
	v->ui.paused = !v->ui.paused;
	v->changed = true;
	v->play_at_ns = 0;
	if (!v->o->live)
		return true;
	if (v->ui.paused)
		show_past(v, v->head.model.now_ns);
	else
		show_newest(v);
	return true;
}

static bool faster(struct viewer *v)
{
	if (v->ui.speed < SPEED_MAX)
		v->ui.speed *= 2;
	v->changed = true;
	return true;
}

static bool slower(struct viewer *v)
{
	if (v->ui.speed > SPEED_MIN)
		v->ui.speed /= 2;
	v->changed = true;
	return true;
}

static const struct {
	enum request request;
	bool (*go)(struct viewer *v);
} ways[] = {
	{REQUEST_FREEZE, freeze},
	{REQUEST_STEP_BACK, step_back},
	{REQUEST_STEP_ON, step_on},
	{REQUEST_EVENT_BACK, event_back},
	{REQUEST_EVENT_ON, event_on},
	{REQUEST_GOTO, go_to},
	{REQUEST_NEWEST, newest},
	{REQUEST_FASTER, faster},
	{REQUEST_SLOWER, slower},
};

bool viewer_travel(struct viewer *v, enum request r)
{
	bool went = false;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !went; i++)
		if (ways[i].request == r)
			went = v->head.model.now_ns ? ways[i].go(v) : true;
	/* What is watched does not stand still: at its newest it is live, and says so. */
	if (v->o->live && !v->ui.is_past)
		v->ui.paused = false;
	return went;
}

void viewer_play_past(struct viewer *v)
{
	uint64_t now = viewer_clock(), next;

	if (!v->ui.is_past || v->ui.paused || v->o->live)
		return;
	if (!v->play_at_ns) {
		v->play_ns = v->past.model.now_ns;
		v->play_at_ns = now;
	}
	v->play_ns += (now - v->play_at_ns) * v->ui.speed;
	v->play_at_ns = now;
	next = reel_tick_before(v->reel, v->play_ns + 1);
	if (next >= reel_last_tick(v->reel))
		show_newest(v);
	else if (next > v->past.model.now_ns)
		show_past(v, next);
}
