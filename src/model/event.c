/* SPDX-License-Identifier: GPL-2.0-only */
/* The events that { and } jump between; the newest MODEL_EVENTS. */
#include <stdlib.h>

#include "model/inside.h"

const struct event *model_event(const struct model *m, uint32_t index)
{
	return &m->events[(m->events_head + index) % MODEL_EVENTS];
}

void model_add_event(
	struct model *m, enum event_kind kind, uint32_t pool, uint32_t pid, uint64_t t_ns)
{
	uint32_t at = (m->events_head + m->events_count) % MODEL_EVENTS;

	m->events[at] = (struct event){.t_ns = t_ns, .kind = kind, .pool = pool, .pid = pid};
	if (m->events_count < MODEL_EVENTS) {
		m->events_count++;
		return;
	}
	m->events_head = (m->events_head + 1) % MODEL_EVENTS;
	m->dropped.events++;
}
