/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the viewer has read, for stepping back in time: packed frames, and copies of the model at
 * some places among them. Bounded: the oldest goes.
 */
#ifndef POOLTOP_REEL_H
#define POOLTOP_REEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"
#include "session/session.h"

struct reel;

/* NULL without memory. */
struct reel *reel_new(void);
void reel_free(struct reel *h); /* NULL allowed */

/*
 * Keeps a copy of a frame. `before` is the model just before that frame was folded in. Without
 * memory the reel begins anew after it.
 */
void reel_add(struct reel *h, const struct frame *f, const struct model *before);

/* Time of the oldest and of the newest tick that is kept, 0: none. */
uint64_t reel_first_tick(const struct reel *h);
uint64_t reel_last_tick(const struct reel *h);
/* The last tick before t_ns, the first after it; 0: none is kept. */
uint64_t reel_tick_before(const struct reel *h, uint64_t t_ns);
uint64_t reel_tick_after(const struct reel *h, uint64_t t_ns);

/*
 * Makes *s (initialised) the session as it was after the last frame up to t_ns; what it held is
 * released. 0, -ENOENT: that is not kept any more, or -ENOMEM; then *s is an empty session.
 */
int reel_seek(struct reel *h, uint64_t t_ns, struct session *s);

/*
 * Hands on every frame that is kept, the oldest first, and before them what must stay of those that
 * went (tape/base.h): the first is a FRAME_SESSION. Ends when visit does not return 0. 0, -ENOENT:
 * nothing is kept, -ENOMEM, or what visit returned.
 */
int reel_each(struct reel *h, int (*visit)(void *arg, const struct frame *f), void *arg);

#endif
