/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, recordings and children for the tests of tapes. Whatever fails here fails the test. */
#ifndef POOLTOP_TESTS_SCRATCH_H
#define POOLTOP_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "session/source.h"
#include "tape/tape_writer.h"
#include "tests/tape/synth.h"

struct scratch {
	char folder[64]; /* made, and removed with all that is in it */
	char path[96]; /* of a file in it that is not there yet */
};

/* For cmocka: *state becomes a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Records frames into s->path with a tick for each, and closes the recording. */
void scratch_record(
	const struct scratch *s, const struct buf *frames, const struct tape_opts *opts);

/* A small pool's frames, with FRAME_DONE. */
void scratch_frames(struct buf *frames);

enum scratch_flags {
	SCRATCH_PART = 1, /* it may end before all frames came */
	SCRATCH_DAMAGED = 2, /* or be damaged then */
};

/* Reads a source to its end: the frames must come, and nothing else. Returns how many came. */
size_t scratch_compare(struct source *source, const struct buf *frames, int flags);

/* Opens s->path, compares, closes. */
size_t scratch_expect(const struct scratch *s, const struct buf *frames, int flags);

/* All of a file, and back. */
void scratch_load(const char *path, struct buf *bytes);
void scratch_save(const char *path, const void *bytes, size_t len);

/* Runs fn in a child; its result is the child's exit status, which is returned. A child that ends
 * otherwise fails the test. */
int scratch_child(int (*fn)(struct scratch *s), struct scratch *s);

/* What a child returns when it cannot do what it should try. */
enum { SCRATCH_SKIP = 77 };

/* In a child: a small file system of its own on s->folder; false: not permitted. */
bool scratch_mount(const struct scratch *s, const char *options);
bool scratch_remount_read_only(const struct scratch *s);

#endif
