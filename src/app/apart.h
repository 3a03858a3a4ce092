/* SPDX-License-Identifier: GPL-2.0-only */
/* A live watch in two processes joined by a socket: the watcher with its rights, and what reads
 * its frames, without any. */
#ifndef POOLTOP_APART_H
#define POOLTOP_APART_H

#include "app/watcher.h"
#include "base/err.h"
#include "session/source.h"

struct reader_side {
	/* Reads until it has enough; the watcher ends after that. 0 or -errno with *err worded. */
	int (*run)(void *arg, struct source *source, struct err *err);
	void *arg;
};

/*
 * Runs the watcher in a child and the reader here, which gives up its rights for good first.
 * w->stream_fd is set here. Returns the watcher's exit status (a command's, where there is one),
 * or -errno with *err worded.
 */
int apart_run(struct watcher *w, const struct reader_side *reader, struct err *err);

#endif
