/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/segment_coding.h"

#include <stdlib.h>
#include <string.h>

#include "tape/kinds.h"

struct packer *packer_new(void)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->predictor = predictor_new();
	if (p->predictor)
		return p;
	free(p);
	return NULL;
}

bool room_for(struct room *room, size_t size)
{
	uint8_t *bytes;

	if (room->bytes && size <= room->size)
		return true;
	bytes = malloc(size ? size : 1);
	if (!bytes)
		return false;
	free(room->bytes);
	*room = (struct room){.bytes = bytes, .size = size};
	return true;
}

void packer_free(struct packer *p)
{
	if (!p)
		return;
	predictor_free(p->predictor);
	ZSTD_freeCCtx(p->zip);
	ZSTD_freeDCtx(p->unzip);
	map_release(&p->group_by_kind);
	free(p->groups);
	free(p->columns.bytes);
	free(p->steps.bytes);
	free(p->packed.bytes);
	free(p);
}

static uint32_t head_of(uint16_t kind, uint16_t size)
{
	uint16_t text = tape_kind(kind)->text;
	uint32_t head = text && text < size ? text : size;

	return head < HEAD_MAX ? head : HEAD_MAX;
}

struct group *packer_add_group(struct packer *p, uint16_t kind, uint16_t size)
{
	struct group *g;

	if (p->groups_count == p->groups_size) {
		uint32_t more = p->groups_size ? p->groups_size * 2 : 32;

		g = realloc(p->groups, more * sizeof(*g));
		if (!g)
			return NULL;
		p->groups = g;
		p->groups_size = more;
	}
	g = &p->groups[p->groups_count++];
	*g = (struct group){.kind = kind, .size = size, .head = head_of(kind, size)};
	return g;
}

uint64_t segment_sum(uint64_t seed, const void *words, size_t bytes)
{
	const uint64_t *word = words;
	uint64_t sum = seed ^ bytes;

	/* Each step is one-to-one, so a difference in one word can never vanish again. */
	for (size_t i = 0; i < bytes / sizeof(*word); i++) {
		sum = (sum ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 29;
	}
	return sum;
}
