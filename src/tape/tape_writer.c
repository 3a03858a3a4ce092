/* SPDX-License-Identifier: GPL-2.0-only */
/* Two sides: the caller's fills batches, the thread's takes them. `lock` guards what is between. */
#include "tape/tape_writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tape/gap.h"
#include "tape/kinds.h"
#include "tape/notes.h"
#include "tape/recorder.h"

enum {
	BATCH_BYTES = 128 * 1024,
	RETRY_MS = 200, /* when another program blocks the file */
	CLOSE_TRIES = 5, /* of about a second each */
};

#define COMMIT_NS (UINT64_C(500) * 1000000)

struct batch {
	struct batch *next;
	size_t bytes;
	uint64_t frames[(BATCH_BYTES + sizeof(struct frame_lost) + FRAME_MAX) / sizeof(uint64_t)];
};

struct tape_writer {
	/* the caller's */
	struct batch *filling;
	struct gap gap; /* dropped and not yet told */
	uint64_t lost;
	uint64_t commit_ns; /* when the last commit was asked for */
	bool is_uncommitted; /* something was put since */
	size_t waiting; /* bytes in the queue, when it was looked at last */
	struct notes *notes;
	/* the thread's */
	struct recorder recorder;
	/* between them */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct batch *oldest, *newest;
	size_t queued_bytes;
	char *notes_sql; /* malloc'ed; not yet taken */
	bool has_notes; /* handed over and not yet written */
	bool commit;
	bool stop;
	int failed; /* -errno */
	struct err failure;
};

/* What the thread took over, to be done without the lock. */
struct work {
	struct batch *batches;
	char *notes_sql;
	bool commit;
	bool stop;
};

static void wait_retry(struct tape_writer *w)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += RETRY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

/* Adds to what is still to be done; waits if that is nothing. */
static void take_work(struct tape_writer *w, struct work *work, bool retry)
{
	pthread_mutex_lock(&w->lock);
	if (retry && !w->stop)
		wait_retry(w);
	while (!retry && !w->oldest && !w->commit && !w->stop)
		pthread_cond_wait(&w->wake, &w->lock);
	if (!recorder_is_full(&w->recorder)) {
		work->batches = w->oldest;
		w->oldest = w->newest = NULL;
		w->queued_bytes = 0;
	}
	if (!work->notes_sql) {
		work->notes_sql = w->notes_sql;
		w->notes_sql = NULL;
	}
	work->commit |= w->commit;
	w->commit = false;
	work->stop = w->stop;
	pthread_mutex_unlock(&w->lock);
}

static int add_batches(struct tape_writer *w, struct work *work, struct err *err)
{
	int ret = 0;

	while (work->batches) {
		struct batch *batch = work->batches;

		if (ret == 0)
			ret = recorder_add(&w->recorder, batch->frames, batch->bytes, err);
		work->batches = batch->next;
		free(batch);
	}
	return ret;
}

static int commit(struct tape_writer *w, struct work *work, struct err *err)
{
	int ret = recorder_commit(&w->recorder, work->notes_sql, err);

	if (ret < 0)
		return ret;
	work->commit = false;
	if (!work->notes_sql)
		return 0;
	free(work->notes_sql);
	work->notes_sql = NULL;
	pthread_mutex_lock(&w->lock);
	w->has_notes = w->notes_sql;
	pthread_mutex_unlock(&w->lock);
	return 0;
}

static void *write_thread(void *arg)
{
	struct tape_writer *w = arg;
	struct work work = {0};
	struct err err = {0};
	int tries = 0, ret = 0;

	do {
		take_work(w, &work, ret == -EBUSY);
		ret = add_batches(w, &work, &err);
		if (ret == 0 && (work.commit || work.stop || recorder_is_full(&w->recorder)))
			ret = commit(w, &work, &err);
		tries += work.stop;
	} while ((ret == 0 && !work.stop) || (ret == -EBUSY && tries < CLOSE_TRIES));
	free(work.notes_sql);
	pthread_mutex_lock(&w->lock);
	w->failed = ret;
	w->failure = err;
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int start_thread(struct tape_writer *w)
{
	pthread_condattr_t attr;
	sigset_t all, before;
	int ret;

	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the caller's loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&w->thread, NULL, write_thread, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -ret;
}

static void free_batches(struct batch *batch)
{
	while (batch) {
		struct batch *next = batch->next;

		free(batch);
		batch = next;
	}
}

static void writer_free(struct tape_writer *w)
{
	recorder_release(&w->recorder);
	notes_free(w->notes);
	free_batches(w->oldest);
	free(w->filling);
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
		if (opts->keep_bytes && opts->keep_bytes < TAPE_KEEP_MIN)
			w->recorder.keep.bytes = TAPE_KEEP_MIN;
	}
	if (ret == 0) {
		ret = start_thread(w);
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
	}
	return true;
}

static void append(struct tape_writer *w, const struct frame *f)
{
	memcpy((uint8_t *)w->filling->frames + w->filling->bytes, f, f->size);
	w->filling->bytes += f->size;
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

	if (!frame_is_sound(f))
		return -EINVAL;
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
