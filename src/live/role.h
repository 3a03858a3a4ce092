/* SPDX-License-Identifier: GPL-2.0-only */
/* What a worker works as, by its Python stack: of whose messages none were seen. */
#ifndef POOLTOP_ROLE_H
#define POOLTOP_ROLE_H

#include <stdint.h>

struct reader;

/* One of PROC_ROLES; 0: not known, or not permitted. It is not stopped. Takes some milliseconds. */
uint32_t role_read(uint32_t pid);
/* The same of a process whose interpreter is known, which takes a tenth of that. */
uint32_t role_read_known(struct reader *r);

#endif
