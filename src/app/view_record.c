/* SPDX-License-Identifier: GPL-2.0-only */
/* The key r: what the viewer has read and will read, into a recording. The viewer has given up root
 * by then, so the file is the user's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/viewer.h"
#include "base/fmt.h"
#include "tape/tape_writer.h"

enum {
	LOOK_BYTES = 1 << 18, /* between two looks at the queue */
	PATIENCE_MS = 10000, /* with a disk that does not take what was before */
	WAIT_MS = 5,
};

/* Here, or where everybody may write. */
static struct tape_writer *make_tape(char *path, size_t size, struct err *err)
{
	static const char *const folders[] = {"", "/tmp/"};
	struct tape_writer *w = NULL;
	time_t now = time(NULL);
	char stamp[20];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !w; i++) {
		snprintf(path, size, "%spooltop-%s.ptop", folders[i], stamp);
		w = tape_writer_new(path, NULL, err);
	}
	return w;
}

struct earlier {
	struct tape_writer *tape;
	size_t bytes; /* since the last look at the queue */
	int waited_ms;
	bool has_begun;
};

/* What was before comes faster than a disk takes it, and would overflow the queue. */
static int put_earlier(void *arg, const struct frame *f)
{
	const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000};
	struct earlier *e = arg;

	/* What began with an image knows nothing of the processes that were there before. */
	if (!e->has_begun && f->kind != FRAME_SESSION)
		return -ENODATA;
	e->has_begun = true;
	e->bytes += f->size;
	if (e->bytes >= LOOK_BYTES) {
		e->bytes = 0;
		while (tape_waiting(e->tape) > TAPE_QUEUE_MAX / 2 && e->waited_ms < PATIENCE_MS) {
			nanosleep(&pause, NULL);
			e->waited_ms += WAIT_MS;
		}
	}
	return tape_put(e->tape, f);
}

static void begin(struct viewer *v)
{
	struct earlier e = {.bytes = 0};
	uint64_t first = reel_first_tick(v->reel), last = reel_last_tick(v->reel);
	struct err err = {0};
	char before[FMT_MAX];
	int ret;

	e.tape = make_tape(v->tape_path, sizeof(v->tape_path), &err);
	if (!e.tape) {
		ui_say(&v->ui, "%s", err.text);
		return;
	}
	ret = reel_each(v->reel, put_earlier, &e);
	if (ret) {
		ui_say(&v->ui, ret == -ENODATA ? "a recording is recorded from its start: g start"
					       : "nothing to record yet");
		tape_writer_close(e.tape, NULL);
		remove(v->tape_path);
		return;
	}
	v->tape = e.tape;
	v->ui.records = true;
	tape_note(v->tape, &v->head.model, NULL);
	if (last > first)
		ui_say(&v->ui, "recording in %s, with the %s before", v->tape_path,
			fmt_duration(before, last - first));
	else
		ui_say(&v->ui, "recording in %s", v->tape_path);
}

int viewer_record_end(struct viewer *v, struct err *err)
{
	struct frame_done done = {
		.h = {.kind = FRAME_DONE, .size = sizeof(done), .t_ns = v->head.model.now_ns}};
	int ret;

	if (!v->tape)
		return 0;
	if (!v->head.model.done)
		tape_put(v->tape, &done.h);
	tape_note(v->tape, &v->head.model, NULL);
	ret = tape_writer_close(v->tape, err);
	v->tape = NULL;
	v->ui.records = false;
	return ret;
}

void viewer_record(struct viewer *v)
{
	struct err err = {0};

	if (!v->tape)
		begin(v);
	else if (viewer_record_end(v, &err))
		ui_say(&v->ui, "%s", err.text);
	else
		ui_say(&v->ui, "recorded in %s: pooltop replay shows it", v->tape_path);
}

void viewer_record_frame(struct viewer *v, const struct frame *f)
{
	if (!v->tape)
		return;
	tape_put(v->tape, f); /* tape_tick() words what went wrong */
	if (f->kind == FRAME_TICK)
		tape_note(v->tape, &v->head.model, NULL);
}

void viewer_record_on(struct viewer *v)
{
	struct err err = {0};

	if (!v->tape || !tape_tick(v->tape, viewer_clock(), &err))
		return;
	viewer_record_end(v, NULL);
	ui_say(&v->ui, "%s", err.text);
	v->changed = true;
}
