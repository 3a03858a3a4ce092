/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a process starts: its phases, and what the modules cost that it imports. A part of model.h.
 *
 * It is told by the files that it opens, one after another: the time until the next step belongs to
 * the step before. That is wrong where a module goes on for long after its imports, or the main
 * module does; so who has not taken a step for a while is looked at, and what it was seen in then
 * counts. (The order of the files, of CPython 3.6 to 3.13 and loky: Lib/multiprocessing/spawn.py,
 * forkserver.py; Lib/runpy.py.)
 */
#ifndef POOLTOP_MODEL_START_H
#define POOLTOP_MODEL_START_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"
#include "model/bounds.h"

enum start_phase {
	PHASE_LAUNCH = 0, /* from fork to exec */
	PHASE_INTERPRETER, /* Python itself, with the modules that it cannot do without */
	PHASE_SITE, /* what site-packages have it run at every start (*.pth) */
	PHASE_IMPORTS, /* modules, but for the main one */
	PHASE_MAIN, /* the main module's own top level, run again */
	PHASE_PREPARE, /* all else: the start-up data, the Process object, its queues and locks */
	PHASE_INITIALIZER, /* the pool's */
	START_PHASES,
};

struct start_module {
	uint32_t name; /* text id */
	uint32_t origin; /* enum step_origin */
	uint64_t self_ns; /* without the modules that it imports */
};

struct start_piece {
	uint64_t until_ns; /* since the start's beginning; from where the piece before ends */
	uint32_t phase;
};

struct start {
	uint64_t from_ns; /* its fork */
	uint64_t at_ns; /* told up to here */
	uint64_t seen_ns; /* it was looked at then, since its last step; 0: it was not */
	uint32_t phase; /* what goes on since at_ns ... */
	struct start_module module; /* ... and in which module; name 0: none */
	uint64_t doubt_ns; /* it was seen in something else then, once; 0: it was not */
	uint32_t doubt_phase; /* ... in this */
	struct start_module doubt_module;
	bool execed;
	bool has_pool; /* it has begun to import multiprocessing */
	bool has_site; /* ... to run what site-packages want */
	bool has_data;
	bool has_main;
	bool is_over; /* a fork server's: it has forked */
	uint64_t phase_ns[START_PHASES];
	struct start_module modules[MODEL_START_MODULES]; /* dearest first, in what
							     worker_start() returns */
	uint32_t modules_count;
	uint32_t initializer; /* text id: its name */
	struct start_piece pieces[MODEL_START_PIECES];
	uint32_t pieces_count;
};

/* Of several: phases and modules summed up; no times, no pieces. */
struct start_sum {
	struct start all;
	uint32_t workers;
	uint64_t total_ns;
};

const char *start_phase_name(enum start_phase phase);

#endif
