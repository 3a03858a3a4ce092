/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same picture in fewer bytes. ncurses goes to every place by its row and column, and takes
 * each attribute back by itself; over a slow line that is most of what is sent.
 */
#ifndef POOLTOP_SQUEEZE_H
#define POOLTOP_SQUEEZE_H

#include <stddef.h>

/*
 * Rewrites in place, and returns the new length, at most len. For terminals that understand
 * ECMA-48's CUP, CHA and SGR, and where a cursor that has written the last column stays in its row
 * (terminfo's xenl). Any bytes may be given: what is not understood stays as it is.
 */
size_t squeeze(char *bytes, size_t len);

#endif
