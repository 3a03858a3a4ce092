/* SPDX-License-Identifier: GPL-2.0-only */
/* The viewer parses and paints: it needs no rights to do so. */
#ifndef POOLTOP_PRIVILEGES_H
#define POOLTOP_PRIVILEGES_H

#include "base/err.h"

/*
 * As root: becomes the user who called sudo, else nobody, for good, with no capability left.
 * As anybody else: nothing. 0 or -errno with *err worded; then the program must not go on.
 */
int privileges_drop(struct err *err);

/* The same, but root that nobody called sudo for stays root: for files that are to be the
 * caller's. */
int privileges_return(struct err *err);

#endif
