/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the system calls that threads wait in. */
#ifndef POOLTOP_CALLS_H
#define POOLTOP_CALLS_H

enum { CALL_NAME = 32 };

/* The name, or "system call 999" in buf; NULL for a negative number: none. */
const char *call_name(int nr, char buf[static CALL_NAME]);

#endif
