/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that trusts or distrusts a frame's bytes. What comes out of decode() has the
 * size of this program's own struct, whoever wrote the frame, so what stands behind it reads
 * fields and checks no lengths.
 */
#ifndef POOLTOP_DECODE_H
#define POOLTOP_DECODE_H

#include <stdint.h>

#include "bpf/wire.h"

enum decoded {
	DECODED = 0,
	DECODE_BAD = 1, /* too short for what it says it is */
	DECODE_UNKNOWN = 2, /* a kind of a newer writer */
};

/* One row for each kind; kinds and sizes are checked by tests/wire. */
struct frame_info {
	const char *name;
	uint16_t v1_size; /* of format 1: no writer ever sent less */
	uint16_t size; /* of this program's struct, text not counted */
	/* Bytes that the fixed part promises behind itself; NULL: there are none. */
	uint32_t (*text_len)(const struct frame *f);
};

enum { FRAME_KINDS = FRAME_DEPARTED + 1 };

/* NULL for a kind that this program does not know. */
const struct frame_info *frame_info(unsigned int kind);

/* Room for a frame that an older writer made shorter than it is now. */
union frame_space {
	struct frame h;
	struct frame_session session;
	struct frame_tick tick;
	struct frame_lost lost;
	struct frame_missing missing;
	struct frame_done done;
	struct frame_proc proc;
	struct frame_fork fork;
	struct frame_exec exec;
	struct frame_exit exit;
	struct frame_signal signal;
	struct frame_oom oom;
	struct frame_pipe pipe;
	struct frame_thread_exit thread_exit;
	struct frame_msg msg;
	struct frame_work work;
	struct frame_core core;
	struct frame_cpu cpu;
	struct frame_usage usage;
	struct frame_step step;
	struct frame_sample sample;
	struct frame_sum sum;
	struct frame_level level;
};

/*
 * f is 8-byte aligned and has f->size bytes behind it. With DECODED, *ret_frame is a frame of
 * at least this program's size: f itself, or *space, filled up with zeros. Its h.size is what
 * stands in f, so do not walk by it. Borrowed like f and space.
 */
enum decoded decode(
	const struct frame *f, union frame_space *space, const struct frame **ret_frame);

/* The same by a given row: what a kind with text cannot have is a v1_size below its size, for its
 * text begins there. */
enum decoded decode_as(const struct frame_info *info, const struct frame *f,
	union frame_space *space, const struct frame **ret_frame);

#endif
