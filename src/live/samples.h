/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sampler tells becomes FRAME_TRACE and FRAME_SAMPLE, and the states of workers that the
 * kernel does not tell apart. */
#ifndef POOLTOP_SAMPLES_H
#define POOLTOP_SAMPLES_H

#include "live/state.h"

/* Records of the kernel; a process that is not watched (any more) is passed over. */
void samples_code(struct live *l, const struct ring_code *r);
void samples_put(struct live *l, const struct ring_sample *r);

/* The process is another program now, or gone: its code means nothing more. */
void samples_forget(struct live *l, struct known *k);

/* A worker's frames at a tick and at its end: unpickle, pickle and send are taken out of run. */
void samples_work(struct live *l, struct known *k, struct frame_work *f);
void samples_exit(struct live *l, struct known *k, struct frame_exit *f);

void samples_release(struct live *l);

#endif
