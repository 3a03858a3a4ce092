/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames for the tests of tapes: traffic that looks like a real pool's, and frames of any
 * content. Deterministic by seed. Aborts without memory. */
#ifndef POOLTOP_TESTS_SYNTH_H
#define POOLTOP_TESTS_SYNTH_H

#include <stdint.h>

#include "base/buf.h"
#include "bpf/wire.h"

#define SYNTH_START_NS UINT64_C(5000000000000)
#define SYNTH_WALL_NS UINT64_C(1700000000000000000)

enum { SYNTH_PARENT = 4242, SYNTH_WORKER = 4300 };

struct synth {
	uint64_t seed; /* not 0; changes */
	uint64_t tasks_per_s;
	uint64_t run_ns; /* mean */
	uint32_t workers;
	uint32_t seconds;
};

uint64_t synth_random(uint64_t *seed);

void synth_session(struct buf *frames, uint64_t t_ns);

/* FRAME_TEXT with that id and text. */
void synth_text(struct buf *frames, uint64_t t_ns, uint32_t id, const char *text);

/* A process appears: FORK, PROC and some PIPEs. */
void synth_process(struct buf *frames, uint64_t t_ns, uint32_t pid);

void synth_exit(struct buf *frames, uint64_t t_ns, uint32_t pid);

void synth_tick(struct buf *frames, uint64_t t_ns, uint64_t seq);

/* One task's message. */
void synth_msg(struct buf *frames, uint64_t t_ns, uint32_t pid, enum msg_dir dir, int32_t chunk);

void synth_done(struct buf *frames, uint64_t t_ns);

/* SESSION, processes, then seconds of tasks with all that comes each second, in order of time.
 * Returns the number of tasks. */
uint64_t synth_pool(struct buf *frames, struct synth *s);

/* `count` frames of any kind, size and content. */
void synth_noise(struct buf *frames, uint64_t *seed, uint32_t count);

/* Frames one after another: *at starts at 0; NULL at the end. */
const struct frame *synth_next(const struct buf *frames, size_t *at);

#endif
