/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records frames into a file. Nothing here waits for a disk: frames are copied and a thread of
 * the writer's own packs and writes them, twice a second if there is something. Killed at any
 * moment, the file has lost at most the last second; after a power cut too, as far as the disk
 * keeps its word. Make the writer in the process that will use it (a fork() loses the thread),
 * with SIGXFSZ and SIGPIPE ignored.
 *
 * The file can be read and followed while it is written. To copy it meanwhile, use
 * `sqlite3 FILE "vacuum into 'COPY'"`; what cp takes may be damaged at its end.
 */
#ifndef POOLTOP_TAPE_WRITER_H
#define POOLTOP_TAPE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/wire.h"

struct model;
struct tape_writer;

struct tape_opts {
	uint64_t keep_ns; /* drops what is older, up to a 16th later; 0: keeps all */
	uint64_t keep_bytes; /* the same by size of the file; 0: no limit; at least TAPE_KEEP_MIN */
	bool replace; /* a recording that is there; else that is an error */
	uint32_t image_every; /* frames from one image to the next; 0: as few as are of use */
};

enum {
	TAPE_KEEP_MIN = 1 << 20,
	TAPE_QUEUE_MAX = 16 << 20, /* bytes of frames that wait for the disk */
};

/* opts may be NULL. The file is made with mode 0600. NULL with *err worded. */
struct tape_writer *tape_writer_new(
	const char *path, const struct tape_opts *opts, struct err *err);

/*
 * Records a copy of a frame; the first is a FRAME_SESSION. When the disk does not keep up, all
 * but structural frames (kinds.h) are dropped and a FRAME_LOST (LOST_STREAM) tells so. 0 or the
 * -errno that tape_tick() will word.
 */
int tape_put(struct tape_writer *w, const struct frame *f);

/* Call it some times a second (it is cheap), with the time of the frames: what was put is
 * written. 0, or -errno with *err worded: the recording has ended, and stays readable. */
int tape_tick(struct tape_writer *w, uint64_t t_ns, struct err *err);

/*
 * Writes what is new in the model into the plain tables (deaths, failures, findings, pools, the
 * session). Only what differs from the last call is written, and nothing as long as the disk
 * has not taken what was before. 0 or -ENOMEM.
 */
int tape_note(struct tape_writer *w, const struct model *m, struct err *err);

/*
 * Keeps an image of the model (image/image.h) if it is time for one: with images a recording can be
 * opened anywhere at once. *m is what all frames that were put, and no others, gave. is_last: there
 * will be no more frames. It is nothing that anybody must have: where it cannot be there is none,
 * and when frames were dropped there are no more.
 */
void tape_image(struct tape_writer *w, const struct model *m, bool is_last);

/* Bytes that wait for the disk; 0 too if it failed. With less than TAPE_QUEUE_MAX nothing is
 * dropped. */
size_t tape_waiting(struct tape_writer *w);

/* Frames that were dropped. */
uint64_t tape_lost(const struct tape_writer *w);

/* Writes the rest and frees the writer, also if it failed. NULL is allowed. 0, or -errno with *err
 * worded: something was not written. */
int tape_writer_close(struct tape_writer *w, struct err *err);

#endif
