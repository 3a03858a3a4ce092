/* SPDX-License-Identifier: GPL-2.0-only */
/* What recordings and streams must know of each kind of frame: which must not be lost, what
 * tells two of a kind apart, and where numbers end and text begins. */
#ifndef POOLTOP_KINDS_H
#define POOLTOP_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/wire.h"

enum { KIND_WORDS = 2 };

struct tape_kind {
	uint16_t kind;
	/* Without it later frames cannot be understood, or a count would be wrong: it goes last
	 * when there is no room. */
	bool structural;
	/* Offsets of the 32-bit words that, with the process, tell which earlier frame it is
	 * most like; 0: none. Only a matter of compression. */
	uint8_t like[KIND_WORDS];
	/* Offset at which bytes begin that are no numbers; 0: there are none. */
	uint16_t text;
};

/* The header alone: does its size make sense? */
static inline bool frame_is_sound(const struct frame *f)
{
	return f->size >= sizeof(*f) && f->size % 8 == 0 && f->size <= FRAME_MAX;
}

/* Never NULL: a kind of a newer writer has a row of its own. */
const struct tape_kind *tape_kind(uint16_t kind);

/* The first frame of a stream or recording called `name`: 0, or -EBADMSG with *err worded if it
 * is no FRAME_SESSION or one of a newer format. */
int check_first_frame(const struct frame *f, const char *name, struct err *err);

#endif
