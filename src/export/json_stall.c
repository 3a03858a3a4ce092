/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a pool does not move, and what each of its processes waits in. */
#include "export/json.h"

/* What a thread does: the stack of its newest sample, and when that was. */
static void stack(struct jout *j, json_t *o, const struct model *m, const struct stack *s)
{
	jout_put(j, o, "python", json_places(j, m, s, PLACE_PYTHON));
	jout_uint_if(j, o, "python_seen_ns", s, s ? s->t_ns : 0);
}

static json_t *thread(struct jout *j, const struct model *m, const struct pool *p,
	const struct worker *w, const struct frame_wait *f)
{
	const struct proc *proc = model_proc(m, w ? w->pid : p->pid);
	json_t *o = jout_object(j);
	char words[WAIT_WORDS];

	jout_uint(j, o, "tid", f->tid);
	jout_text(j, o, "name", f->comm);
	jout_text(j, o, "waits_for", wait_for_name(f->wait_for));
	jout_text(j, o, "text", wait_words(words, p, w, f));
	jout_uint_if(j, o, "object", f->object, f->object);
	jout_bool(j, o, "timed", f->flags & WAIT_TIMED);
	jout_uint_if(j, o, "since_ns", f->wait_for != WAIT_NONE, f->since_ns);
	stack(j, o, m, proc ? proc_stack(m, proc, f->tid) : NULL);
	return o;
}

static json_t *process(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w)
{
	const struct proc *proc = model_proc(m, w ? w->pid : p->pid);
	uint32_t count = 0;
	const struct frame_wait *waits = proc ? proc_waits(proc, &count) : NULL;
	json_t *o = jout_object(j), *threads = jout_array(j);

	jout_uint(j, o, "pid", w ? w->pid : p->pid);
	jout_text(j, o, "role", w ? "worker" : "parent");
	jout_text(j, o, "state", w ? worker_state_name(w->state) : NULL);
	jout_uint_if(j, o, "threads_count", count, count ? waits[0].threads : 0);
	for (uint32_t i = 0; i < count; i++)
		jout_push(j, threads, thread(j, m, p, w, &waits[i]));
	jout_put(j, o, "threads", threads);
	return o;
}

static json_t *facts(struct jout *j, const struct stall *s)
{
	json_t *o = jout_object(j);

	jout_text(j, o, "reason", s->reason);
	jout_uint(j, o, "since_ns", s->since_ns);
	jout_uint(j, o, "found_ns", s->found_ns);
	jout_text(j, o, "text", s->text);
	return o;
}

json_t *json_stall(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *o, *processes;

	if (!p->stall.reason)
		return json_null();
	o = facts(j, &p->stall);
	processes = jout_array(j);
	jout_push(j, processes, process(j, m, p, NULL));
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns)
			jout_push(j, processes, process(j, m, p, &p->workers[i]));
	jout_put(j, o, "processes", processes);
	return o;
}

json_t *json_stalls(struct jout *j, const struct pool *p)
{
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < p->stalls_count; i++) {
		json_t *o = facts(j, &p->stalls[i]);

		jout_uint(j, o, "until_ns", p->stalls[i].until_ns);
		jout_push(j, list, o);
	}
	return list;
}
