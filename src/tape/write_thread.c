/* SPDX-License-Identifier: GPL-2.0-only */
/* The writer's thread takes batches, packs and commits. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tape/writer.h"

enum {
	RETRY_MS = 200, /* when another program blocks the file */
	CLOSE_TRIES = 5, /* of about a second each */
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
	w->wants_image = recorder_wants_image(&w->recorder);
	work->commit |= w->commit;
	w->commit = false;
	work->stop = w->stop;
	pthread_mutex_unlock(&w->lock);
}

void writer_free_batch(struct batch *batch)
{
	if (batch)
		buf_release(&batch->image);
	free(batch);
}

static void take_image(struct tape_writer *w, struct batch *batch)
{
	recorder_add_image(&w->recorder, &batch->image, batch->tick_ns);
	pthread_mutex_lock(&w->lock);
	w->has_image = false;
	pthread_mutex_unlock(&w->lock);
}

static int add_batches(struct tape_writer *w, struct work *work, struct err *err)
{
	int ret = 0;

	while (work->batches) {
		struct batch *batch = work->batches;

		if (ret == 0)
			ret = recorder_add(&w->recorder, batch->frames, batch->bytes, err);
		if (ret == 0 && batch->image.data)
			take_image(w, batch);
		work->batches = batch->next;
		writer_free_batch(batch);
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

int writer_start(struct tape_writer *w)
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
