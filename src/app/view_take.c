/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames come in: at once if they are live, by their times in a replay. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "app/viewer.h"

enum {
	AT_ONCE = 4096, /* frames between two looks at the clock */
	TAKE_NS = 30 * 1000 * 1000, /* then keys are looked at again */
};

uint64_t viewer_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

const struct model *viewer_model(const struct viewer *v)
{
	return v->ui.is_past ? &v->past.model : &v->head.model;
}

static void come_to_a_halt(struct viewer *v)
{
	v->jump_ns = 0;
	v->jump_event = false;
	v->play_ns = v->head.model.newest_ns;
	v->play_at_ns = viewer_clock();
}

/* Which may have been found out some ticks after it was. */
static bool event_came(const struct viewer *v)
{
	const struct model *m = &v->head.model;

	return m->events_count && model_event(m, m->events_count - 1)->t_ns >= v->jump_from_ns;
}

static void come_to_event(struct viewer *v)
{
	uint64_t from_ns = v->jump_from_ns;

	come_to_a_halt(v);
	viewer_show_event(v, from_ns);
}

static void fold(struct viewer *v, const struct frame *f)
{
	if (v->reel)
		reel_add(v->reel, f, &v->head.model);
	if (session_feed(&v->head, f)) {
		v->failure = -ENOMEM;
		err_set(&v->words, -ENOMEM, ERR_FAILED, "out of memory");
	}
	viewer_record_frame(v, f);
	if (f->kind != FRAME_TICK)
		return;
	v->ticks++;
	v->changed = true;
	ui_follow(&v->head.model, &v->ui);
	if (v->jump_ns && f->t_ns >= v->jump_ns)
		come_to_a_halt(v);
	else if (v->jump_event && event_came(v))
		come_to_event(v);
}

void viewer_fold_pending(struct viewer *v)
{
	if (v->pending)
		fold(v, v->pending);
	v->pending = NULL;
}

static bool is_jumping(const struct viewer *v)
{
	return v->jump_ns || v->jump_event;
}

/* Time up to which frames are due. */
static uint64_t due_ns(struct viewer *v)
{
	uint64_t now = viewer_clock();

	if (v->o->live || v->o->once || is_jumping(v))
		return UINT64_MAX;
	if (!v->play_at_ns) {
		v->play_ns = v->pending ? v->pending->t_ns : 0;
		v->play_at_ns = now;
	}
	if (!v->ui.paused && !v->ui.is_past)
		v->play_ns += (now - v->play_at_ns) * v->ui.speed;
	v->play_at_ns = now;
	return v->ui.paused || v->ui.is_past ? 0 : v->play_ns;
}

static void end(struct viewer *v, int next)
{
	if (next < 0) {
		v->failure = next;
		ui_say(&v->ui, "%s", v->words.text);
	}
	v->ui.ended = true;
	v->changed = true;
	if (is_jumping(v))
		come_to_a_halt(v);
}

/* One frame into v->pending, if there is one. */
static bool fetch(struct viewer *v)
{
	int next;

	if (v->pending)
		return true;
	if (v->ui.ended)
		return false;
	next = source_next(v->source, &v->pending, &v->words);
	v->waits = next == SOURCE_LATER;
	if (next == SOURCE_FRAME)
		return true;
	v->pending = NULL;
	if (next == SOURCE_LATER && is_jumping(v))
		come_to_a_halt(v);
	if (next == SOURCE_END || next < 0)
		end(v, next);
	return false;
}

static bool has_enough(const struct viewer *v)
{
	return v->o->once && v->o->once_ticks && v->ticks >= v->o->once_ticks;
}

void viewer_take(struct viewer *v)
{
	uint64_t from_ns = viewer_clock();
	uint64_t until_ns;

	if (!fetch(v))
		return;
	until_ns = due_ns(v);
	for (int i = 1; fetch(v) && !v->failure && !has_enough(v); i++) {
		bool was_jumping = is_jumping(v);

		if (v->pending->t_ns > until_ns)
			return;
		fold(v, v->pending);
		v->newest_at_ns = from_ns;
		v->pending = NULL;
		if (was_jumping && !is_jumping(v))
			return;
		if (i % AT_ONCE == 0 && viewer_clock() - from_ns > TAKE_NS)
			return;
	}
}

int viewer_due_ms(const struct viewer *v, int most)
{
	enum { BUSY_MS = 0, PLAY_MS = 50 };

	if (v->ui.ended && !v->pending && !v->ui.is_past)
		return most;
	if (is_jumping(v))
		return BUSY_MS;
	if (v->o->live && !v->waits && !v->ui.ended)
		return BUSY_MS; /* what was read from the stream may not have been taken yet */
	if (v->o->live)
		return source_fd(v->source) < 0 ? PLAY_MS : most;
	return v->ui.paused ? most : PLAY_MS;
}
