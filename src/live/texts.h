/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts are sent once, as FRAME_TEXT, and named by an id from then on. */
#ifndef POOLTOP_TEXTS_H
#define POOLTOP_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "live/outbox.h"

enum { TEXTS_MAX = 60000 };

/* All zeros is empty. */
struct texts {
	struct text_slot *slots;
	uint32_t size, count;
	uint64_t lost; /* had no room: they read as "not known" */
};

/*
 * Id of a text, of which at most WIRE_TEXT_MAX bytes count; a new one goes out as a frame first,
 * dated t_ns. 0 for NULL, for an empty text and when there is no room.
 */
uint32_t texts_id(struct texts *t, struct outbox *out, uint64_t t_ns, const char *text);

/* The text of an id that texts_id() gave, or NULL. Borrowed. */
const char *texts_get(const struct texts *t, uint32_t id);

void texts_release(struct texts *t);

#endif
