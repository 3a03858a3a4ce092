/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash map from a 64-bit key to a 32-bit value (an index or an id). Open addressing. */
#ifndef POOLTOP_MAP_H
#define POOLTOP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	uint32_t value;
	uint32_t used;
};

/* All zeros is an empty map. */
struct map {
	struct map_slot *slots;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

/* True if the key is there; then *ret_value is set (may be NULL). */
bool map_get(const struct map *m, uint64_t key, uint32_t *ret_value);

/* Adds or replaces. 0 or -ENOMEM. */
int map_put(struct map *m, uint64_t key, uint32_t value);

/* True if it was there. */
bool map_del(struct map *m, uint64_t key);

/* Iterates: *pos starts at 0; returns the next used slot or NULL. No changes meanwhile. */
const struct map_slot *map_next(const struct map *m, uint32_t *pos);

void map_release(struct map *m);

#endif
