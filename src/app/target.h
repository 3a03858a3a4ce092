/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user means to watch: process ids from the command line, and whether they are pools. */
#ifndef POOLTOP_TARGET_H
#define POOLTOP_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "app/options.h"
#include "base/err.h"
#include "live/live.h"
#include "session/session.h"

enum { TARGETS_MAX = 64 };

struct targets {
	uint32_t pids[TARGETS_MAX]; /* the programs to watch */
	uint32_t asked[TARGETS_MAX]; /* as the user gave them: parents or workers */
	uint32_t count; /* 0: all pools, those that appear later too */
};

/* Reads the arguments as process ids of pools' parents or workers. 0, or -errno with *err
 * worded: no number, not there, no pool, not permitted. */
int targets_read(const struct options *o, struct targets *ret_targets, struct err *err);

/* Opens the machine for these (and for what a command given after "--" will be). 0 or -errno. */
int targets_open(
	const struct options *o, const struct targets *t, struct live **ret_live, struct err *err);

/* A session of what /proc shows at this moment, of all processes or of one program; where a child
 * was only just born, it looks again for up to half a second. first_looks: at so many it looks
 * closely, parents before children, 0: at all. 0 or -errno. */
int glance(uint32_t pid, uint32_t first_looks, struct session *ret_session, struct err *err);

#endif
