/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running machine as a source of frames. Never stops, patches, injects into or writes to what
 * it watches.
 *
 * Its owner calls live_poll() often (every 50 ms; half as often while it is calm) and live_tick()
 * once per interval, and between them reads all frames that the source has.
 */
#ifndef POOLTOP_LIVE_H
#define POOLTOP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "session/source.h"

struct live;

struct live_options {
	const uint32_t *pids; /* watch these and what they fork; borrowed for live_open() */
	uint32_t pids_count;
	bool all; /* watch every Python process, those that start later too */
	bool no_bpf; /* /proc mode even where BPF could be had */
	bool exact; /* measure pickling by probes in the processes' code */
	uint32_t first_looks; /* processes to look at closely at first; 0: as it sees fit */
	uint32_t budget; /* millionths of the machine's time that watching may take; 0: no limit */
	uint32_t interval_ms; /* between ticks: told in the session's frame */
	const char *version; /* pooltop's; borrowed for live_open() */
};

/*
 * Starts watching; the first frames (session, what is missing, all processes there are) wait in
 * the source. If BPF cannot be had it goes on in the /proc mode and says so in frames. 0 or
 * -errno with *err worded: -ESRCH (class ERR_NO_TARGET) if a pid is not there, -ENOMEM.
 */
int live_open(const struct live_options *o, struct live **ret_live, struct err *err);
void live_free(struct live *l); /* NULL allowed; also frees live_source() */

/* Borrowed from l; its free is a no-op. */
struct source *live_source(struct live *l);

/* Also watch this process, which is about to become a pool's parent. 0 or -errno. */
int live_add(struct live *l, uint32_t pid);

/* Takes in what the kernel has recorded since the last call. */
void live_poll(struct live *l);

/* Readable when live_drain() should be called soon; < 0: never. Borrowed from l. */
int live_wake_fd(const struct live *l);
/* The part of live_poll() that takes in the records, which are many. */
void live_drain(struct live *l);

/* For a while no process has been born or has ended, and there were few records. */
bool live_is_calm(const struct live *l);

/* Ends an interval: samples, sums, FRAME_TICK. */
void live_tick(struct live *l);

/* The last frame, at the time of the last tick: what came later was not looked at. This watcher
 * ends with status (0 or -errno). */
void live_done(struct live *l, int status);

/* True while there is something to watch, or something may appear. */
bool live_is_alive(const struct live *l);

/*
 * The program that a process is a part of: itself, or for a worker or helper of a pool the parent
 * that made it. 0: there is no such process. Needs no live.
 */
uint32_t live_program_of(uint32_t pid);

/* CLOCK_MONOTONIC, in nanoseconds. */
uint64_t live_now(void);

#endif
