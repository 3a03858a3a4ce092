/* SPDX-License-Identifier: GPL-2.0-only */
/* The writer's two sides: the caller's fills batches, the thread's takes them. `lock` guards what
 * is between. Inside of src/tape. */
#ifndef POOLTOP_TAPE_WRITER_INSIDE_H
#define POOLTOP_TAPE_WRITER_INSIDE_H

#include <pthread.h>

#include "base/buf.h"
#include "tape/recorder.h"
#include "tape/gap.h"

enum { BATCH_BYTES = 128 * 1024 };

struct batch {
	struct batch *next;
	size_t bytes;
	struct buf
		image; /* of the model after these frames, and its newest tick; data NULL: none */
	uint64_t tick_ns;
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
	uint32_t frames_since; /* the last image */
	bool has_no_images; /* there are none any more: frames are missing, or they are too large */
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
	bool wants_image;
	bool has_image; /* handed over and not yet taken */
	bool commit;
	bool stop;
	int failed; /* -errno */
	struct err failure;
};

/* Starts the thread. 0 or -errno. */
int writer_start(struct tape_writer *w);

/* NULL is allowed. */
void writer_free_batch(struct batch *batch);

#endif
