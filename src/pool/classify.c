/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool/classify.h"

#include "pool/inside.h"

/* So many messages that nobody has claimed are too many to wait for the next tick. */
enum { PLAIN_MANY = 2048 };

static int on_work(struct model *m, const struct frame *f)
{
	const struct proc *p = model_find_proc(m, f->pid);

	return p && p->blocked_ino && !p->pool ? evidence_blocked(m, f->pid) : 0;
}

static int on_program(struct model *m, const struct frame *f)
{
	struct proc *p = model_find_proc(m, f->pid);

	if (p && p->pool)
		staff_review(m, p);
	return 0;
}

/* What could not be told when it came may be told now, with more known of its process. */
static int review_pending(struct model *m)
{
	uint32_t pending = model_pending(m);
	int ret = 0;

	for (uint32_t i = 0; !ret && i < model_pending(m); i++) {
		struct frame_msg f = *model_pending_at(m, i);

		ret = evidence_message(m, &f);
		if (model_pending(m) < pending) {
			pending = model_pending(m);
			i = UINT32_MAX;
		}
	}
	return ret;
}

static int on_msg(struct model *m, const struct frame *f)
{
	const struct frame_msg *msg = (const struct frame_msg *)f;
	uint32_t pending = model_pending(m);
	int ret;

	state_read(m, msg);
	if (!m->pending_news)
		return 0;
	if (m->pending_fresh >= PLAIN_MANY && message_is_plain(msg))
		return plain_review(m, 0);
	ret = evidence_message(m, msg);
	return ret || model_pending(m) == pending || !evidence_spreads(m, msg) ? ret
									       : review_pending(m);
}

static int on_pipe(struct model *m, const struct frame *f)
{
	uint32_t pools = m->next_pool;
	int ret = 0;

	if (((const struct frame_pipe *)f)->fd < 0)
		ret = evidence_ends(m, f->pid);
	return ret || m->next_pool == pools ? ret : review_pending(m);
}

static int on_exit_of(struct model *m, const struct frame *f)
{
	int ret = model_pending(m) ? own_settle(m, f->pid) : 0;

	if (!ret && model_pending(m))
		ret = plain_review(m, f->pid);
	/* Whose messages wait for it to be a worker is one now or never. */
	if (!ret && model_pending(m))
		ret = review_pending(m);
	return ret ? ret : on_exit_frame(m, (const struct frame_exit *)f);
}

static int on_tick(struct model *m, const struct frame *f)
{
	int ret = review_pending(m);

	(void)f;
	if (!ret)
		ret = own_settle(m, 0);
	if (!ret)
		ret = plain_review(m, 0);
	guess_sweep(m);
	staff_review_all(m, 0);
	for (uint32_t i = 0; !ret && i < m->pools_count; i++) {
		if (m->pools[i].ended_ns)
			continue;
		ret = staff_adopt_known(m, m->pools[i].id);
		state_judge(m, &m->pools[i]);
		if (!ret)
			ret = departed_judge(m, &m->pools[i]);
	}
	return ret;
}

static int on_done(struct model *m, const struct frame *f)
{
	int ret = own_settle(m, 0);

	(void)f;
	guess_sweep(m);
	return ret ? ret : plain_review(m, 0);
}

static int (*const handlers[])(struct model *m, const struct frame *f) = {
	[FRAME_TICK] = on_tick,
	[FRAME_DONE] = on_done,
	[FRAME_PROC] = on_program,
	[FRAME_EXEC] = on_program,
	[FRAME_EXIT] = on_exit_of,
	[FRAME_PIPE] = on_pipe,
	[FRAME_MSG] = on_msg,
	[FRAME_WORK] = on_work,
};

int pool_classify(struct model *m, const struct frame *f)
{
	if (f->kind >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[f->kind])
		return 0;
	return handlers[f->kind](m, f);
}
