/* SPDX-License-Identifier: GPL-2.0-only */
/* Linear probing. Deletion shifts the slots behind back, so there are no tombstones to clear. */
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>

enum {
	FIRST_SIZE = 16,
};

#define LARGEST_SIZE (UINT32_C(1) << 31)

/* Fibonacci hashing; the upper bits are the good ones. */
static uint32_t home(const struct map *m, uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - __builtin_ctz(m->size)));
}

static uint32_t next(const struct map *m, uint32_t i)
{
	return (i + 1) & (m->size - 1);
}

/* The slot that holds the key, or the free one where it belongs. Needs a free slot. */
static struct map_slot *find(const struct map *m, uint64_t key)
{
	uint32_t i = home(m, key);

	while (m->slots[i].used && m->slots[i].key != key)
		i = next(m, i);
	return &m->slots[i];
}

static int grow(struct map *m)
{
	struct map bigger = {.size = m->size ? m->size * 2 : FIRST_SIZE, .count = m->count};

	if (m->size >= LARGEST_SIZE)
		return -ENOMEM;
	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->size; i++)
		if (m->slots[i].used)
			*find(&bigger, m->slots[i].key) = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

bool map_get(const struct map *m, uint64_t key, uint32_t *ret_value)
{
	const struct map_slot *slot;

	if (!m->count)
		return false;
	slot = find(m, key);
	if (!slot->used)
		return false;
	if (ret_value)
		*ret_value = slot->value;
	return true;
}

int map_put(struct map *m, uint64_t key, uint32_t value)
{
	struct map_slot *slot = m->size ? find(m, key) : NULL;
	int ret;

	if (slot && slot->used) {
		slot->value = value;
		return 0;
	}
	if (!slot || m->count >= m->size - m->size / 4) {
		ret = grow(m);
		if (ret < 0)
			return ret;
		slot = find(m, key);
	}
	*slot = (struct map_slot){.key = key, .value = value, .used = 1};
	m->count++;
	return 0;
}

bool map_del(struct map *m, uint64_t key)
{
	struct map_slot *slot;
	uint32_t hole;

	if (!m->count)
		return false;
	slot = find(m, key);
	if (!slot->used)
		return false;
	hole = (uint32_t)(slot - m->slots);
	for (uint32_t i = next(m, hole); m->slots[i].used; i = next(m, i)) {
		uint32_t from_home = (i - home(m, m->slots[i].key)) & (m->size - 1);
		uint32_t from_hole = (i - hole) & (m->size - 1);

		if (from_home < from_hole)
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole] = (struct map_slot){0};
	m->count--;
	return true;
}

const struct map_slot *map_next(const struct map *m, uint32_t *pos)
{
	while (*pos < m->size) {
		const struct map_slot *slot = &m->slots[(*pos)++];

		if (slot->used)
			return slot;
	}
	return NULL;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}
