/* SPDX-License-Identifier: GPL-2.0-only */
/* What a worker that was there before watching began works as. */
#ifndef POOLTOP_ROLE_H
#define POOLTOP_ROLE_H

#include <stdint.h>

/* One of PROC_ROLES, by the process's Python stack; 0: not known, or not permitted. It is not
 * stopped. Takes some milliseconds. */
uint32_t role_read(uint32_t pid);

#endif
