/* SPDX-License-Identifier: GPL-2.0-only */
/* The dashboard over a live watch: two processes joined by a socket, the viewer without rights. */
#ifndef POOLTOP_DASH_H
#define POOLTOP_DASH_H

#include "app/options.h"
#include "app/watcher.h"
#include "base/err.h"

/*
 * Runs the watcher in a child and the viewer here until the user quits. w->stream_fd is set here.
 * pid: the pool to show first, 0: any. Returns the watcher's exit status (a command's, where
 * there is one), or -errno with *err worded.
 */
int dash_run(struct watcher *w, uint32_t pid, struct err *err);

#endif
