/* SPDX-License-Identifier: GPL-2.0-only */
#include "image/sound.h"

#include <string.h>

/* Free slots name one another, each once, and those that are in use stand where their id says. */
static bool stacks_are_sound(const struct model *m)
{
	uint32_t slot = m->stacks_free, left = m->stacks_count;

	for (uint32_t i = 0; i < m->stacks_count; i++)
		if (m->stacks[i].id && m->stacks[i].id % MODEL_STACKS != i)
			return false;
	for (; slot && left; left--) {
		if (slot > m->stacks_count || m->stacks[slot - 1].id)
			return false;
		slot = m->stacks[slot - 1].next_free;
	}
	return !slot;
}

/* Those that are marked gone are in the list of these, once each. */
static bool gone_are_sound(const struct model *m)
{
	uint32_t marked = 0;

	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *p = &m->procs[i];
		uint32_t found = 0;

		if (!p->pid)
			return false;
		if (!p->gone)
			continue;
		marked++;
		for (uint32_t k = 0; k < m->gone_count; k++)
			found += m->gone[k].pid == p->pid;
		if (found != 1)
			return false;
	}
	return marked == m->gone_count;
}

static bool workers_are_sound(const struct pool *p)
{
	uint32_t alive = 0, last = 0;

	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->id <= last || w->death < -1 ||
			(w->death >= 0 && (uint32_t)w->death >= p->deaths_count))
			return false;
		last = w->id;
		alive += !w->ended_ns;
	}
	return last <= p->next_worker && alive == p->workers_alive &&
	       p->hists_released <= p->workers_count;
}

static bool queues_are_sound(const struct pool *p)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < p->queues_count; i++) {
		if (p->queues[i].id <= last)
			return false;
		last = p->queues[i].id;
	}
	return last <= p->next_queue;
}

/* Texts that are there say something. */
static bool words_are_sound(const struct pool *p)
{
	for (uint32_t i = 0; i < p->stalls_count; i++)
		if (!p->stalls[i].reason)
			return false;
	for (uint32_t i = 0; i < p->findings_count; i++)
		for (uint32_t k = 0; k < p->findings[i].evidence_count; k++)
			if (!*p->findings[i].evidence[k].name)
				return false;
	return p->state != POOL_STALLED || p->stall.reason;
}

static bool pool_is_sound(const struct pool *p)
{
	return workers_are_sound(p) && queues_are_sound(p) && words_are_sound(p) &&
	       p->tasks_returned <= p->tasks_count;
}

bool is_sound(const struct model *m)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < m->pools_count; i++) {
		if (m->pools[i].id <= last || !pool_is_sound(&m->pools[i]))
			return false;
		last = m->pools[i].id;
	}
	return last <= m->next_pool && m->texts_bytes <= MODEL_TEXT_BYTES + WIRE_TEXT_MAX + 1 &&
	       stacks_are_sound(m) && gone_are_sound(m);
}
