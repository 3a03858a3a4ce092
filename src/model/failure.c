/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failures, one for each kind: exception, message and function. What came before it was known whose
 * its result is waits with that message.
 */
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

static uint64_t texts_hash(const struct frame_failure *f)
{
	return mix(mix(UINT64_C(0xcbf29ce484222325), f->text, f->exc_len), f->text + f->exc_len,
		f->message_len);
}

static uint64_t kind_hash(const struct failure *f)
{
	return (f->texts ^ f->func) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Of one whose function is to come: it is of no kind until then. */
static uint64_t unnamed_hash(const struct failure *f)
{
	return kind_hash(f) ^ task_hash(f->key);
}

void failure_release(struct failure *f)
{
	free(f->exception);
	free(f->message);
	free(f->traceback);
	*f = (struct failure){0};
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
	failure_release(to);
	return -ENOMEM;
}

/* Takes over what it owns. */
static int add_kind(struct model *m, struct pool *p, struct failure *kind)
{
	int ret = vec_grow(&p->failures, &p->failures_cap, p->failures_count,
		(struct vec_shape){sizeof(*p->failures), MODEL_FAILURES});

	if (ret) {
		failure_release(kind);
		m->dropped.failures += ret == -ENOSPC;
		return ret == -ENOSPC ? 0 : ret;
	}
	kind->count = 0;
	p->failures[p->failures_count++] = *kind;
	return 0;
}

/* A storm of failures must not wash the deaths out of the events: one a tick will do. */
static void add_event(struct model *m, struct pool *p, const struct failure *f)
{
	if (p->failure_event_seq == m->tick.seq + 1)
		return;
	p->failure_event_seq = m->tick.seq + 1;
	model_add_event(m, EVENT_FAILURE, p->id, f->pid, f->t_ns);
}

/* One more of its kind, which there is unless there was no room. */
static void count_one(struct model *m, struct pool *p, const struct failure *f)
{
	struct failure *kind = find_kind(p, f->hash);

	add_event(m, p, f);
	if (!kind)
		return;
	kind->count++;
	kind->t_ns = f->t_ns;
	kind->pid = f->pid;
	kind->func = f->func;
	kind->flags = f->flags;
	kind->key = f->key;
}

/* Its function and its hash are 0 until its worker is known. */
static struct failure seen(const struct frame_failure *f)
{
	return (struct failure){
		.t_ns = f->h.t_ns,
		.first_ns = f->h.t_ns,
		.pid = f->h.pid,
		.key = {.job = f->job, .chunk = f->flags & MSG_HAS_CHUNK ? f->chunk : -1},
		.flags = f->flags,
		.texts = texts_hash(f),
	};
}

/* Only the end of its task's write says the function, and that may come last of all. */
static bool is_named_later(const struct model *m, const struct pool *p, const struct failure *f)
{
	const struct task *t = f->func ? NULL : pool_task(p, f->key);

	return t && !t->sent_ns && is_all_told(m, p);
}

static void name(
	const struct model *m, const struct pool *p, const struct worker *w, struct failure *f)
{
	f->func = w->last_key.job == f->key.job ? w->last_func : 0;
	f->hash = is_named_later(m, p, f) ? unnamed_hash(f) : kind_hash(f);
}

static void drop_early(struct model *m, uint32_t at)
{
	m->early_count--;
	memmove(&m->early[at], &m->early[at + 1], (m->early_count - at) * sizeof(m->early[0]));
	memset(&m->early[m->early_count], 0, sizeof(m->early[0]));
}

/* Its result is the newest message, and waits. */
static int keep_early(struct model *m, const struct frame_failure *f)
{
	const struct frame_msg *msg =
		model_pending(m) ? model_pending_at(m, model_pending(m) - 1) : NULL;
	struct failure one = seen(f);
	int ret;

	if (!msg || msg->h.pid != f->h.pid || msg->ino != f->ino || msg->job != f->job ||
		msg->h.t_ns != f->h.t_ns)
		return 0;
	if (m->early_count == MODEL_EARLY) {
		m->dropped.failures++;
		failure_release(&m->early[0]);
		drop_early(m, 0);
	}
	ret = vec_grow(&m->early, &m->early_cap, m->early_count,
		(struct vec_shape){sizeof(*m->early), MODEL_EARLY});
	if (!ret)
		ret = word(&one, f);
	if (!ret)
		m->early[m->early_count++] = one;
	return ret;
}

int failure_settle(
	struct model *m, struct pool *p, const struct worker *w, const struct frame_msg *f)
{
	for (uint32_t i = 0; i < m->early_count; i++) {
		struct failure one = m->early[i], kind;

		if (one.pid != f->h.pid || one.t_ns != f->h.t_ns || one.key.job != f->job)
			continue;
		drop_early(m, i);
		name(m, p, w, &one);
		kind = one;
		if (find_kind(p, one.hash))
			failure_release(&kind);
		else if (add_kind(m, p, &kind))
			return -ENOMEM;
		count_one(m, p, &one);
		return 0;
	}
	return 0;
}

int apply_failure(struct model *m, const struct frame *frame)
{
	const struct frame_failure *f = (const struct frame_failure *)frame;
	struct pool *p = model_result_pool(m, f->ino);
	const struct proc *proc = model_find_proc(m, frame->pid);
	struct worker *w =
		p && proc && proc->pool == p->id ? pool_find_worker(p, proc->worker) : NULL;
	struct failure one = seen(f), kind;
	int ret;

	if (!w)
		return keep_early(m, f);
	name(m, p, w, &one);
	kind = one;
	if (!find_kind(p, one.hash)) {
		ret = word(&kind, f);
		if (!ret)
			ret = add_kind(m, p, &kind);
		if (ret)
			return ret;
	}
	count_one(m, p, &one);
	return 0;
}

static void add_to(struct failure *kind, const struct failure *one)
{
	kind->count += one->count;
	kind->first_ns = one->first_ns < kind->first_ns ? one->first_ns : kind->first_ns;
	if (one->t_ns < kind->t_ns)
		return;
	kind->t_ns = one->t_ns;
	kind->pid = one->pid;
	kind->flags = one->flags;
	kind->key = one->key;
}

/* The two rows are of one kind: the one that came later is no more. */
static void join(struct pool *p, struct failure *first, struct failure *later)
{
	struct failure *end = &p->failures[--p->failures_count];

	add_to(first, later);
	failure_release(later);
	memmove(later, later + 1, (size_t)(end - later) * sizeof(*later));
	*end = (struct failure){0};
}

static bool is_unnamed(const struct failure *f, const struct task *t)
{
	return !f->func && task_key_is(f->key, t->key) && f->hash == unnamed_hash(f);
}

void failure_named(struct pool *p, const struct task *t)
{
	struct failure *one = NULL, *kind;

	for (uint32_t i = 0; i < p->failures_count && !one; i++)
		if (is_unnamed(&p->failures[i], t))
			one = &p->failures[i];
	if (!one)
		return;
	one->func = t->func;
	one->hash = 0;
	kind = find_kind(p, kind_hash(one));
	one->hash = kind_hash(one);
	if (kind)
		join(p, kind < one ? kind : one, kind < one ? one : kind);
}
