/* SPDX-License-Identifier: GPL-2.0-only */
/* The watcher's loop: probes, samplers, signals and timer in; tape, stream and session out. */
#ifndef POOLTOP_WATCH_LOOP_H
#define POOLTOP_WATCH_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "live/live.h"
#include "session/session.h"

struct launch;
struct stream_writer;
struct tape_writer;

struct watch_job {
	struct live *live;
	uint64_t interval_ns;
	uint64_t duration_ns; /* 0: until nothing is left to watch, or a signal */
	struct stream_writer *stream; /* each may be NULL; all borrowed */
	int stream_fd;
	struct tape_writer *tape;
	struct session *session; /* the tape's plain tables need one */
	struct launch *launch; /* the command to start and to wait for */
	bool is_launched; /* it runs: it has not yet been waited for */
	bool stay; /* when the stream's reader is gone, go on for the sake of launch */
	int status; /* out: the wait status of launch */
};

/*
 * Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD and runs until the job is done. 0, or -errno with
 * *err worded. A recording that cannot be written ends it.
 */
int watch_run(struct watch_job *job, struct err *err);

#endif
