/* SPDX-License-Identifier: GPL-2.0-only */
/* A crash must not leave a terminal that nobody can use. */
#ifndef POOLTOP_CRASH_H
#define POOLTOP_CRASH_H

#include <termios.h>

struct crash;
struct term;

/*
 * From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and SIGQUIT put the terminal on fd right
 * and then do what they always do. One at a time. NULL: that is not possible.
 */
struct crash *crash_watch(int fd, const struct termios *before, const struct term *term);

/* No more; frees. NULL is allowed. */
void crash_unwatch(struct crash *c);

/* Puts it right now. */
void crash_put_right(const struct crash *c);

#endif
