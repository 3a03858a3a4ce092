/* SPDX-License-Identifier: GPL-2.0-only */
/* Stories of what is on the cores. */
#include <string.h>

#include "tests/support/frames.h"

enum { PLACES = 64 };

void history_trace(struct history *h, uint32_t id, const struct history_place *places)
{
	union {
		struct frame_trace f;
		char space[sizeof(struct frame_trace) + PLACES * sizeof(struct trace_place)];
	} u;

	memset(&u, 0, sizeof(u));
	u.f.id = id;
	for (; u.f.count < PLACES && places[u.f.count].function; u.f.count++) {
		const struct history_place *from = &places[u.f.count];

		u.f.places[u.f.count].function = history_text(h, from->function);
		u.f.places[u.f.count].file = history_text(h, from->file);
		u.f.places[u.f.count].line = from->line;
	}
	u.f.h = history_head(FRAME_TRACE, sizeof(u.f) + u.f.count * sizeof(struct trace_place), 0);
	history_add(h, &u);
}

void history_sample(
	struct history *h, uint32_t pid, uint32_t trace, enum sample_class class, uint64_t ns)
{
	struct frame_sample f = {
		.h = history_head(FRAME_SAMPLE, sizeof(f), pid),
		.ns = ns,
		.tid = pid,
		.trace = trace,
		.flags = SAMPLED_MAIN | SAMPLED_HAND | h->sample_flags,
		.class = (uint8_t) class,
	};

	history_add(h, &f);
}
