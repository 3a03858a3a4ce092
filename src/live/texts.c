/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/texts.h"

#include <stdlib.h>
#include <string.h>

struct text_slot {
	uint64_t hash;
	char *text; /* NULL: free */
	uint32_t id;
};

/* FNV-1a: short texts, and nobody gains by making them collide but himself. */
static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
	return h;
}

static struct text_slot *find(
	struct text_slot *slots, uint32_t size, uint64_t hash, const char *text)
{
	uint32_t i = hash & (size - 1);

	while (slots[i].text &&
		(slots[i].hash != hash || (text && strncmp(slots[i].text, text, WIRE_TEXT_MAX))))
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static int grow(struct texts *t)
{
	uint32_t size = t->size ? t->size * 2 : 256;
	struct text_slot *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return -1;
	for (uint32_t i = 0; i < t->size; i++)
		if (t->slots[i].text)
			*find(slots, size, t->slots[i].hash, t->slots[i].text) = t->slots[i];
	free(t->slots);
	t->slots = slots;
	t->size = size;
	return 0;
}

uint32_t texts_id(struct texts *t, struct outbox *out, uint64_t t_ns, const char *text)
{
	size_t len = text ? strnlen(text, WIRE_TEXT_MAX) : 0;
	struct frame_text f = {.h = {.kind = FRAME_TEXT, .t_ns = t_ns}};
	struct text_slot *slot;
	uint64_t hash;

	if (!len)
		return 0;
	if (t->count * 2 >= t->size && grow(t))
		return 0;
	hash = hash_of(text, len);
	slot = find(t->slots, t->size, hash, text);
	if (slot->text)
		return slot->id;
	if (t->count < TEXTS_MAX)
		slot->text = strndup(text, len);
	if (!slot->text) {
		t->lost++;
		return 0;
	}
	slot->hash = hash;
	slot->id = ++t->count;
	f.id = slot->id;
	f.len = len;
	outbox_put(out, &f.h, sizeof(f), text, len);
	return slot->id;
}

const char *texts_get(const struct texts *t, uint32_t id)
{
	for (uint32_t i = 0; id && i < t->size; i++)
		if (t->slots[i].text && t->slots[i].id == id)
			return t->slots[i].text;
	return NULL;
}

void texts_release(struct texts *t)
{
	for (uint32_t i = 0; i < t->size; i++)
		free(t->slots[i].text);
	free(t->slots);
	memset(t, 0, sizeof(*t));
}
