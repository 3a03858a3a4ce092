/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounds of what the model keeps. A part of model.h. */
#ifndef POOLTOP_MODEL_BOUNDS_H
#define POOLTOP_MODEL_BOUNDS_H

enum model_bounds {
	MODEL_TEXTS = 65536,
	MODEL_PROCS = 16384,
	MODEL_POOLS = 256, /* the oldest that are gone make room */
	MODEL_WORKERS = 16384, /* a pool's, gone ones included; the oldest gone make room */
	MODEL_FUNCS = 512, /* a pool's; the rest share one called "(others)" */
	MODEL_JOBS = 512, /* a pool's newest */
	MODEL_TASKS = 65536, /* a pool's tasks that are sent and not yet returned or lost */
	MODEL_DEATHS = 4096, /* a pool's newest */
	MODEL_FAILURES = 256, /* a pool's kinds of failure */
	MODEL_EARLY = 64, /* failures whose pool is not known yet */
	MODEL_SLOWEST = 16,
	MODEL_FINDINGS = 64, /* a pool's */
	MODEL_EVENTS = 4096, /* newest */
	MODEL_CPUS = 1024,
	MODEL_PIPES = 64, /* ends of pipes of one process */
	MODEL_ANSWERS = 65536, /* of a queue, written and not read */
	MODEL_QUEUES = 128, /* a pool's; the oldest whose worker is gone make room */
	MODEL_DISSOLVED = 16, /* newest pools that turned out to be none */
	MODEL_MISSING = 32,
	MODEL_THROTTLES = 32, /* cgroups with a quota; the oldest make room */
	MODEL_STRIP = 120, /* ticks of a worker's state strip */
	MODEL_CHUNK_SIZES = 32, /* powers of 2 */
	MODEL_CORE_STRIP = 60, /* ticks of a core's */
	MODEL_TEXT_MAX = 256, /* shown part of a function or command name */
	MODEL_TEXT_BYTES = 8 << 20, /* all texts together */
	MODEL_PENDING = 131072, /* messages whose pool is not known yet: of half a second */
	MODEL_GONE = 512, /* children that ended before their pool was known */
	MODEL_ENDED = 256, /* newest processes that ended */
	MODEL_DEPARTED = 128, /* processes that were gone before watching began */
	MODEL_LOST = 16, /* a pool's newest lost tasks */
	MODEL_SIGNALS = 4, /* kinds of signal kept of one process */
	MODEL_UNREPLACED = 128, /* ended workers that wait for a successor */
	MODEL_GONE_HISTS = 64, /* ended workers that keep a whole histogram */
	MODEL_STACKS = 8192, /* stacks of threads; the oldest make room */
	MODEL_STACK_PLACES = 256, /* innermost frames of one */
	MODEL_THREADS = 8, /* stacks of one process */
	MODEL_STALLS = 8, /* a pool's newest that are over */
	MODEL_WAITS = 16, /* threads of one process, what they wait in */
	MODEL_START_MODULES = 16, /* dearest ones kept of one start */
	MODEL_START_PIECES = 24, /* of its time line */
	MODEL_TRACES = 8192, /* stacks that were sampled */
	MODEL_TRACE_PLACES = 64, /* innermost frames of one */
	MODEL_SAMPLED = 8192, /* a pool's stacks, by what they were at */
	MODEL_STDERR = 4096, /* bytes of a process's last words */
};

#endif
