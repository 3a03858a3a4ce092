/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages that came before it was known whose pipe they are on, or for whom their process works.
 * A Pool's first tasks are written before any worker has read one; nothing of them may be missed.
 */
#include <errno.h>
#include <stdlib.h>

#include "model/inside.h"

/* A pipe that nobody claimed for that long has another life. */
#define PENDING_NS UINT64_C(60000000000)

uint32_t model_pending(const struct model *m)
{
	return m->pending_count;
}

const struct frame_msg *model_pending_at(const struct model *m, uint32_t index)
{
	return &m->pending[(m->pending_head + index) % MODEL_PENDING];
}

bool model_pending_plain(const struct model *m, uint32_t pid, uint64_t ino, uint32_t most)
{
	for (uint32_t i = m->pending_count; i-- && most--;) {
		const struct frame_msg *f = model_pending_at(m, i);

		if (f->ino == ino && f->dir == MSG_WRITE && f->h.pid == pid && message_is_plain(f))
			return true;
	}
	return false;
}

int pending_add(struct model *m, const struct frame_msg *f)
{
	int ret = vec_grow(&m->pending, &m->pending_cap, m->pending_count,
		(struct vec_shape){sizeof(*m->pending), MODEL_PENDING});

	if (ret == -ENOMEM)
		return ret;
	if (ret) {
		m->dropped.messages += !message_is_plain(&m->pending[m->pending_head]);
		m->pending_head = (m->pending_head + 1) % MODEL_PENDING;
		m->pending_count--;
	}
	m->pending[(m->pending_head + m->pending_count++) % MODEL_PENDING] = *f;
	m->pending_news = true;
	m->pending_fresh++;
	return 0;
}

void pending_rest(struct model *m)
{
	if (m->pending_count)
		return;
	free(m->pending);
	m->pending = NULL;
	m->pending_head = m->pending_cap = 0;
}

int model_settle(struct model *m)
{
	uint32_t kept = 0;
	int ret = 0;

	for (uint32_t i = 0; i < m->pending_count; i++) {
		struct frame_msg f = *model_pending_at(m, i);

		if (f.h.t_ns + PENDING_NS < m->newest_ns)
			continue;
		if (!ret && message_apply(m, &f, &ret))
			continue;
		if (!ret && message_is_wakeup(m, &f)) {
			unsent_told(m, &f);
			continue;
		}
		m->pending[(m->pending_head + kept++) % MODEL_PENDING] = f;
	}
	m->pending_count = kept;
	return ret;
}

void model_forget_pending(struct model *m, uint64_t ino)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->pending_count; i++) {
		struct frame_msg f = *model_pending_at(m, i);

		if (f.ino != ino)
			m->pending[(m->pending_head + kept++) % MODEL_PENDING] = f;
	}
	m->pending_count = kept;
}
