/* SPDX-License-Identifier: GPL-2.0-only */
/* The watcher's side of bpf/slots.h: the places of watched processes. */
#ifndef POOLTOP_SLOTS_H
#define POOLTOP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/ring.h"

struct slots;

/* Descriptors of the maps `watches`, `procs` and `owners`, which stay open. NULL with errno set. */
struct slots *slots_open(int watches_fd, int procs_fd, int owners_fd);
void slots_free(struct slots *s); /* NULL allowed */

/* Gives it a place, filled like *w, if it has none. 0 or -errno (-E2BIG: no room). */
int slots_take(struct slots *s, uint32_t pid, const struct watch *w);
/* False: it has none. */
bool slots_get(const struct slots *s, uint32_t pid, struct watch *ret_watch);
/* Changes what is there; false: it has none. What the kernel adds meanwhile may be lost. */
bool slots_set(struct slots *s, uint32_t pid, const struct watch *w);
/* Calls each for every process, in no order. */
void slots_each(
	struct slots *s, void (*each)(void *arg, uint32_t pid, const struct watch *w), void *arg);

#endif
