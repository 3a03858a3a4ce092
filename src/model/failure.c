/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures, one for each kind: exception, message and function. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

static uint64_t mix(uint64_t hash, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash * UINT64_C(0x9e3779b97f4a7c15);
}

static struct failure *find_kind(struct pool *p, uint64_t hash)
{
	for (uint32_t i = 0; i < p->failures_count; i++)
		if (p->failures[i].hash == hash)
			return &p->failures[i];
	return NULL;
}

static int word(struct failure *to, const struct frame_failure *f)
{
	const char *text = f->text;

	to->exception = text_clean_dup(text, f->exc_len, WIRE_TEXT_MAX, 0);
	text += f->exc_len;
	to->message = text_clean_dup(text, f->message_len, WIRE_TEXT_MAX, 1);
	text += f->message_len;
	to->traceback = text_clean_dup(text, f->traceback_len, FRAME_MAX, 1);
	if (to->exception && to->message && to->traceback)
		return 0;
	free(to->exception);
	free(to->message);
	free(to->traceback);
	return -ENOMEM;
}

static int add_kind(struct model *m, struct pool *p, uint64_t hash, const struct frame_failure *f)
{
	struct failure kind = {.hash = hash, .first_ns = f->h.t_ns};
	int ret = vec_grow(&p->failures, &p->failures_cap, p->failures_count,
		(struct vec_shape){sizeof(*p->failures), MODEL_FAILURES});

	if (ret == -ENOSPC) {
		m->dropped.failures++;
		return 0;
	}
	if (!ret)
		ret = word(&kind, f);
	if (ret)
		return ret;
	p->failures[p->failures_count++] = kind;
	return 0;
}

/* A storm of failures must not wash the deaths out of the events: one a tick will do. */
static void add_event(struct model *m, struct pool *p, const struct frame_failure *f)
{
	if (p->failure_event_seq == m->tick.seq + 1)
		return;
	p->failure_event_seq = m->tick.seq + 1;
	model_add_event(m, EVENT_FAILURE, p->id, f->h.pid, f->h.t_ns);
}

int apply_failure(struct model *m, const struct frame *frame)
{
	const struct frame_failure *f = (const struct frame_failure *)frame;
	struct pool *p = model_result_pool(m, f->ino);
	const struct proc *proc = model_find_proc(m, frame->pid);
	struct worker *w =
		p && proc && proc->pool == p->id ? pool_find_worker(p, proc->worker) : NULL;
	struct failure *kind;
	uint64_t hash;
	uint32_t func;
	int ret;

	if (!w)
		return 0;
	func = w->last_key.job == f->job ? w->last_func : 0;
	hash = mix(mix(func + UINT64_C(0xcbf29ce484222325), f->text, f->exc_len),
		f->text + f->exc_len, f->message_len);
	if (!find_kind(p, hash)) {
		ret = add_kind(m, p, hash, f);
		if (ret)
			return ret;
	}
	add_event(m, p, f);
	kind = find_kind(p, hash);
	if (!kind)
		return 0;
	kind->count++;
	kind->t_ns = f->h.t_ns;
	kind->pid = f->h.pid;
	kind->func = func;
	kind->flags = f->flags;
	kind->key = (struct task_key){.job = f->job, .chunk = f->chunk};
	return 0;
}
