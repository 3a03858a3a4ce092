/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames one after another on a descriptor: between watcher and viewer, and to and from
 * `record -o -`. Neither end ever blocks. A stream has no checksums: it is for a pipe or a
 * socket, what is to be kept belongs into a recording (tape_writer.h).
 */
#ifndef POOLTOP_STREAM_H
#define POOLTOP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/source.h"

/*
 * Reads the stream on fd, which the caller keeps and closes after the source. The first frame is
 * a FRAME_SESSION of a format that is known, or next() fails with ERR_RECORDING; so it does for
 * a frame whose size cannot be. An end in the middle of a frame is SOURCE_END, see stream_torn().
 */
struct source *stream_reader_new(int fd, struct err *err);

/*
 * The same of a regular file, which is called `name` in errors. Takes the descriptor over in any
 * case. With `follow` its end is SOURCE_LATER until FRAME_DONE was read or the file has not grown
 * for STREAM_QUIET_MS: nothing else tells whether somebody still writes it.
 */
struct source *stream_file_new(int fd, const char *name, bool follow, struct err *err);

enum { STREAM_QUIET_MS = 15000 };

/* Bytes of the frame that the stream ended in; 0: it ended between frames, or has not ended. */
size_t stream_torn(const struct source *s);

/*
 * Writes onto a descriptor what fits and keeps the rest, in two queues: structural frames (see
 * kinds.h; an eighth of the capacity) and all others. When there is no room the oldest others
 * go, and where they were a FRAME_LOST (LOST_STREAM) tells how many and of which times. Only if
 * their own queue is full are structural frames lost, the newest first, and counted likewise.
 * What is in neither queue is the piece being written, at most STREAM_PIECE bytes.
 */
struct stream_writer;

enum { STREAM_PIECE = 65536 };

/* fd is the caller's, and stays open until after stream_writer_free(). If it is a pipe or a
 * socket its flags are left alone. The caller ignores SIGPIPE. NULL without memory. */
struct stream_writer *stream_writer_new(int fd, size_t capacity_bytes);

/* NULL is allowed. What was not written is forgotten. */
void stream_writer_free(struct stream_writer *w);

/* Queues a copy of a frame of sound size, nothing else; call stream_flush() after the last of
 * many. */
void stream_put(struct stream_writer *w, const struct frame *f);

/* Writes what can be written now. 0 or -errno (-EPIPE: nobody reads any more). */
int stream_flush(struct stream_writer *w);

/* Something waits: flush when the descriptor polls writable. */
bool stream_wants(const struct stream_writer *w);

/* Bytes that wait, in both queues. */
size_t stream_held(const struct stream_writer *w);

/* Frames that did not get through. */
uint64_t stream_lost(const struct stream_writer *w);

#endif
