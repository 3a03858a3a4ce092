/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/outbox.h"

#include <stdlib.h>
#include <string.h>

static int make_room(struct outbox *o, size_t size)
{
	size_t cap = o->cap ? o->cap : 64 * 1024;
	unsigned char *bytes;

	while (cap - o->used < size)
		cap *= 2;
	if (cap == o->cap)
		return 0;
	bytes = realloc(o->bytes, cap);
	if (!bytes)
		return -1;
	o->bytes = bytes;
	o->cap = cap;
	return 0;
}

void outbox_put(
	struct outbox *o, const struct frame *f, size_t size, const void *tail, size_t tail_len)
{
	size_t all = (size + tail_len + 7) & ~(size_t)7;
	struct frame *copy;

	if (all > FRAME_MAX || make_room(o, all)) {
		o->lost++;
		return;
	}
	copy = (struct frame *)(void *)(o->bytes + o->used);
	memcpy(copy, f, size);
	if (tail_len)
		memcpy((unsigned char *)copy + size, tail, tail_len);
	memset((unsigned char *)copy + size + tail_len, 0, all - size - tail_len);
	copy->size = all;
	o->used += all;
	o->frames++;
}

const struct frame *outbox_next(struct outbox *o)
{
	const struct frame *f;

	if (o->next == o->used) {
		o->next = o->used = 0;
		return NULL;
	}
	f = (const struct frame *)(const void *)(o->bytes + o->next);
	o->next += f->size;
	return f;
}

void outbox_release(struct outbox *o)
{
	free(o->bytes);
	memset(o, 0, sizeof(*o));
}
