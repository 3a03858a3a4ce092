/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one path: decode, apply, classify, judge. Live watching, recording, replay, the report and
 * the tests feed frames here and read the model.
 */
#ifndef POOLTOP_SESSION_H
#define POOLTOP_SESSION_H

#include "bpf/wire.h"
#include "model/model.h"

struct session {
	struct model model;
};

/* 0 or -ENOMEM. */
int session_init(struct session *s);
void session_release(struct session *s);

/*
 * Folds one frame in. f is 8-byte aligned with f->size bytes behind it (a source promises both)
 * and borrowed for the call. What is wrong with a frame's contents is counted in
 * model.dropped, never an error. 0 or -ENOMEM.
 */
int session_feed(struct session *s, const struct frame *f);

#endif
