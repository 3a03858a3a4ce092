/* SPDX-License-Identifier: GPL-2.0-only */
#include "session/session.h"

#include "pool/classify.h"
#include "trap/trap.h"
#include "wire/decode.h"

int session_init(struct session *s)
{
	return model_init(&s->model);
}

void session_release(struct session *s)
{
	model_release(&s->model);
}

int session_feed(struct session *s, const struct frame *f)
{
	struct model *m = &s->model;
	union frame_space space;
	const struct frame *whole;
	enum decoded decoded = decode(f, &space, &whole);
	int ret;

	if (decoded != DECODED) {
		m->dropped.bad_frames += decoded == DECODE_BAD;
		m->dropped.unknown_frames += decoded == DECODE_UNKNOWN;
		return 0;
	}
	ret = model_apply(m, whole);
	if (!ret)
		ret = pool_classify(m, whole);
	if (!ret && whole->kind == FRAME_TICK)
		ret = trap_judge(m);
	return ret;
}
