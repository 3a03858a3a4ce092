/* SPDX-License-Identifier: GPL-2.0-only */
/* The events that { and } jump between; the newest MODEL_EVENTS. */
#include <stdlib.h>

#include "model/inside.h"

const struct event *model_event(const struct model *m, uint32_t index)
{
	return &m->events[(m->events_head + index) % MODEL_EVENTS];
}

/* Whose proof came late stands where it belongs by its time. */
static void sort_newest(struct model *m)
{
	for (uint32_t i = m->events_count - 1; i; i--) {
		struct event *later = &m->events[(m->events_head + i) % MODEL_EVENTS];
		struct event *sooner = &m->events[(m->events_head + i - 1) % MODEL_EVENTS];
		struct event swap = *later;

		if (sooner->t_ns <= later->t_ns)
			return;
		*later = *sooner;
		*sooner = swap;
	}
}

void model_add_event(
	struct model *m, enum event_kind kind, uint32_t pool, uint32_t pid, uint64_t t_ns)
{
	if (m->events_count == MODEL_EVENTS) {
		m->events_head = (m->events_head + 1) % MODEL_EVENTS;
		m->events_count--;
		m->dropped.events++;
	}
	m->events[(m->events_head + m->events_count++) % MODEL_EVENTS] =
		(struct event){.t_ns = t_ns, .kind = kind, .pool = pool, .pid = pid};
	sort_newest(m);
}

void model_forget_events(struct model *m, uint32_t pool)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->events_count; i++) {
		struct event e = *model_event(m, i);

		if (e.pool != pool)
			m->events[(m->events_head + kept++) % MODEL_EVENTS] = e;
	}
	m->events_count = kept;
}
