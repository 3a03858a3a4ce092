/* SPDX-License-Identifier: GPL-2.0-only */
/* The caller's side; the thread's is in write_thread.c. */
#include "tape/tape_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tape/gap.h"
#include "tape/images.h"
#include "tape/kinds.h"
#include "tape/notes.h"
#include "tape/writer.h"

#define COMMIT_NS (UINT64_C(500) * 1000000)

static void free_batches(struct batch *batch)
{
	while (batch) {
		struct batch *next = batch->next;

		writer_free_batch(batch);
		batch = next;
	}
}

static void writer_free(struct tape_writer *w)
{
	recorder_release(&w->recorder);
	notes_free(w->notes);
	free_batches(w->oldest);
	writer_free_batch(w->filling);
	free(w->notes_sql);
	free(w);
}

struct tape_writer *tape_writer_new(const char *path, const struct tape_opts *opts, struct err *err)
{
	struct tape_writer *w = calloc(1, sizeof(*w));
	int ret;

	if (!w) {
		err_set(err, -ENOMEM, ERR_FAILED, "no memory to record");
		return NULL;
	}
	ret = recorder_init(&w->recorder, path, opts && opts->replace, err);
	if (ret == 0 && opts) {
		w->recorder.keep.ns = opts->keep_ns;
		w->recorder.keep.bytes = opts->keep_bytes;
		w->recorder.image_every = opts->image_every;
		if (opts->keep_bytes && opts->keep_bytes < TAPE_KEEP_MIN)
			w->recorder.keep.bytes = TAPE_KEEP_MIN;
	}
	if (ret == 0) {
		ret = writer_start(w);
		if (ret < 0)
			err_set(err, ret, ERR_FAILED, "cannot start the thread that records: %s",
				strerror(-ret));
	}
	if (ret == 0)
		return w;
	writer_free(w);
	return NULL;
}

/* Hands over what was filled, if anything, and asks for a commit. Returns -errno if the thread has
 * failed. */
static int hand_over(struct tape_writer *w, bool want_commit, struct err *err)
{
	int ret;

	pthread_mutex_lock(&w->lock);
	if (w->filling) {
		if (w->newest)
			w->newest->next = w->filling;
		else
			w->oldest = w->filling;
		w->newest = w->filling;
		w->queued_bytes += w->filling->bytes;
		w->filling = NULL;
	}
	w->commit |= want_commit;
	w->waiting = w->queued_bytes;
	ret = w->failed;
	if (ret < 0 && err)
		*err = w->failure;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return ret;
}

/* Room for one more frame. False: there is none. */
static bool make_room(struct tape_writer *w)
{
	if (!w->filling) {
		w->filling = malloc(sizeof(*w->filling));
		if (!w->filling)
			return false;
		w->filling->next = NULL;
		w->filling->bytes = 0;
		w->filling->image = (struct buf){0};
	}
	return true;
}

static void append(struct tape_writer *w, const struct frame *f)
{
	memcpy((uint8_t *)w->filling->frames + w->filling->bytes, f, f->size);
	w->filling->bytes += f->size;
	w->frames_since++;
	w->is_uncommitted = true;
}

static void tell_gap(struct tape_writer *w)
{
	struct frame_lost lost = gap_frame(&w->gap);

	append(w, &lost.h);
	w->gap = (struct gap){0};
}

int tape_put(struct tape_writer *w, const struct frame *f)
{
	size_t limit = tape_kind(f->kind)->structural ? 2 * TAPE_QUEUE_MAX : TAPE_QUEUE_MAX;

	if (!frame_is_sound(f)) {
		w->has_no_images = true;
		return -EINVAL;
	}
	if (w->waiting > limit || !make_room(w)) {
		gap_add(&w->gap, f);
		w->lost++;
		return 0;
	}
	if (w->gap.count && w->waiting <= TAPE_QUEUE_MAX)
		tell_gap(w);
	append(w, f);
	return w->filling->bytes < BATCH_BYTES ? 0 : hand_over(w, false, NULL);
}

int tape_tick(struct tape_writer *w, uint64_t t_ns, struct err *err)
{
	bool want_commit = w->is_uncommitted && t_ns - w->commit_ns >= COMMIT_NS;

	if (want_commit) {
		w->commit_ns = t_ns;
		w->is_uncommitted = false;
	}
	if (!want_commit && w->waiting <= TAPE_QUEUE_MAX)
		return 0;
	return hand_over(w, want_commit, err);
}

bool tape_wants_notes(struct tape_writer *w)
{
	bool wants;

	pthread_mutex_lock(&w->lock);
	wants = !w->has_notes;
	pthread_mutex_unlock(&w->lock);
	return wants;
}

void tape_hand_notes(struct tape_writer *w, char *sql)
{
	pthread_mutex_lock(&w->lock);
	free(w->notes_sql);
	w->notes_sql = sql;
	w->has_notes = true;
	pthread_mutex_unlock(&w->lock);
	w->is_uncommitted = true;
}

struct notes **tape_notes(struct tape_writer *w)
{
	return &w->notes;
}

bool tape_wants_image(struct tape_writer *w, bool is_last)
{
	uint32_t every = w->recorder.image_every;
	bool wants;

	if (w->lost || w->gap.count || w->has_no_images || !w->frames_since || !make_room(w))
		return false;
	if (every)
		return w->frames_since >= every;
	pthread_mutex_lock(&w->lock);
	wants = (w->wants_image && !w->has_image) || (is_last && w->frames_since >= IMAGE_FRAMES);
	pthread_mutex_unlock(&w->lock);
	return wants;
}

void tape_hand_image(struct tape_writer *w, struct buf *image, uint64_t tick_ns)
{
	w->frames_since = 0;
	w->has_no_images = !image->len;
	if (w->has_no_images)
		return;
	w->filling->image = *image;
	w->filling->tick_ns = tick_ns;
	*image = (struct buf){0};
	pthread_mutex_lock(&w->lock);
	w->has_image = true;
	pthread_mutex_unlock(&w->lock);
	hand_over(w, false, NULL);
}

size_t tape_waiting(struct tape_writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->waiting = w->failed ? 0 : w->queued_bytes;
	pthread_mutex_unlock(&w->lock);
	return w->waiting;
}

uint64_t tape_lost(const struct tape_writer *w)
{
	return w->lost;
}

int tape_writer_close(struct tape_writer *w, struct err *err)
{
	int ret;

	if (!w)
		return 0;
	if (w->gap.count && make_room(w))
		tell_gap(w);
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_mutex_unlock(&w->lock);
	hand_over(w, true, NULL);
	pthread_join(w->thread, NULL);
	ret = w->failed;
	if (ret < 0 && err)
		*err = w->failure;
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	writer_free(w);
	return ret;
}
