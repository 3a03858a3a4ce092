/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POOLTOP_FEED_H
#define POOLTOP_FEED_H

#include "base/err.h"
#include "session/session.h"
#include "session/source.h"

/* Feeds all that is in a source now into a session. 0 or -errno with *err worded. */
int feed_all(struct source *source, struct session *session, struct err *err);

#endif
