/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of tests/support alone. */
#ifndef POOLTOP_TESTS_FRAMES_H
#define POOLTOP_TESTS_FRAMES_H

#include "tests/support/history.h"

static inline struct frame history_head(uint16_t kind, size_t size, uint32_t pid)
{
	return (struct frame){.kind = kind, .size = (uint16_t)size, .pid = pid};
}

/* Into a fixed array of a frame: NUL-padded, cut. */
void history_chars(char *to, size_t size, const char *from);

/* A new actor in STATE_START from now on. */
struct history_actor *history_actor_add(struct history *h, uint32_t pid, uint32_t ppid);

#endif
