/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POOLTOP_FEED_H
#define POOLTOP_FEED_H

#include <stdbool.h>

#include "base/err.h"
#include "session/session.h"
#include "session/source.h"
#include "tape/tape_reader.h"

/* Feeds all that is in a source now into a session. 0 or -errno with *err worded. */
int feed_all(struct source *source, struct session *session, struct err *err);

/* The same of a recording of which only what it ends in is wanted: from its newest image on. */
int feed_end(struct source *source, struct session *session, struct err *err);

/* By an image to a place in a recording (tape_seek()): the session, which is initialised, is the
 * one of that place, and the source goes on there. False: both are as they were. */
bool feed_seek(struct source *source, struct tape_reach reach, struct session *session);

#endif
