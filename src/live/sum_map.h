/* SPDX-License-Identifier: GPL-2.0-only */
/* The watcher's side of what the kernel adds up (bpf/on_sum.h). */
#ifndef POOLTOP_SUM_MAP_H
#define POOLTOP_SUM_MAP_H

#include <stdint.h>

#include "bpf/ring.h"

struct sum_map;

/* Descriptors of the maps `sums`, `sum_places` and `free_sums`, which stay open. NULL with errno
 * set. */
struct sum_map *sum_map_open(int sums_fd, int places_fd, int free_fd);
void sum_map_free(struct sum_map *m); /* NULL allowed */

/* Gives the kernel all places; before anything is added up. 0 or -errno. */
int sum_map_fill(struct sum_map *m);
/* Calls each for every sum, as it stands now. */
void sum_map_each(struct sum_map *m, void (*each)(void *arg, const struct sum *sum), void *arg);
/* Nothing is added to it any more: its place is free. */
void sum_map_drop(struct sum_map *m, uint64_t key);

#endif
