/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a command line a person knows a program by. */
#ifndef POOLTOP_COMMAND_H
#define POOLTOP_COMMAND_H

#include <stddef.h>

/* "etl.py --all" of "/usr/bin/python3 -u /srv/etl.py --all": points into `command`, whose words
 * are separated by blanks. */
const char *command_short(const char *command);

/* "etl.py" of the same, "-m etl", "-c": without its arguments, which may hold secrets. Fills
 * buf[size], size > 0, cut if it is longer, and returns it. */
char *command_program(char *buf, size_t size, const char *command);

#endif
