/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that the kernel adds up because the stream costs more than its budget: bpf/on_sum.h.
 * Here their forms are learnt, the sums become FRAME_SUM, and the level FRAME_LEVEL.
 */
#ifndef POOLTOP_COUNTING_H
#define POOLTOP_COUNTING_H

#include "bpf/ring.h"
#include "live/budget.h"

struct live;
struct counting;

/* share: millionths of the machine that watching may take. The first FRAME_LEVEL. 0 or -ENOMEM. */
int counting_open(struct live *l, uint32_t share);
void counting_release(struct live *l);

/* Something is added up at present, or was until a moment ago. */
bool counting_is_on(const struct live *l);

/* A message that was sent off, and what it was read as. function: of a task, else "". */
void counting_see(
	struct live *l, const struct ring_msg *m, const struct frame_msg *f, const char *function);

/* A process has ended: what of it was added up comes before its FRAME_EXIT. */
void counting_exit(struct live *l, uint32_t pid);

/* FRAME_SUM of all that was added up since; then the level is judged anew. */
void counting_tick(struct live *l);

#endif
