/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/wait.h>

#include "export/facts.h"
#include "export/json.h"

static json_t *hand(struct jout *j, const struct model *m, const struct hand *h, uint64_t now_ns)
{
	json_t *o;

	if (!h->has)
		return json_null();
	o = jout_object(j);
	json_key(j, o, &h->key);
	json_name(j, o, "function", m, h->func);
	jout_uint_if(j, o, "items", h->items, h->items);
	jout_uint_if(j, o, "age_ns", h->since_ns && now_ns >= h->since_ns, now_ns - h->since_ns);
	return o;
}

static void put_status(struct jout *j, json_t *o, const struct death *d)
{
	int status = (int)d->status;
	bool by_signal = d->status_known && WIFSIGNALED(status);
	char buf[16];

	jout_text(j, o, "signal", by_signal ? signal_name(WTERMSIG(status), buf) : NULL);
	jout_uint_if(j, o, "exit_code", d->status_known && WIFEXITED(status), WEXITSTATUS(status));
	if (d->status_known)
		jout_bool(j, o, "core_dumped", by_signal && WCOREDUMP(status));
	else
		jout_null(j, o, "core_dumped");
}

static json_t *sender(struct jout *j, const struct signal_seen *s)
{
	json_t *o;

	if (!s->seen || !s->sender)
		return json_null();
	o = jout_object(j);
	jout_uint(j, o, "pid", s->sender);
	jout_text(j, o, "comm", s->comm);
	jout_uint(j, o, "uid", s->uid);
	return o;
}

static json_t *oom(struct jout *j, const struct model *m, const struct oom_seen *s)
{
	json_t *o;

	if (!s->seen)
		return json_null();
	o = jout_object(j);
	jout_uint_if(j, o, "limit_bytes", s->limit_bytes, s->limit_bytes);
	jout_uint_if(j, o, "rss_bytes", s->rss_bytes, s->rss_bytes);
	json_name(j, o, "scope", m, s->scope);
	return o;
}

static json_t *memory(struct jout *j, const struct death *d)
{
	json_t *a = jout_array(j);

	for (uint32_t i = 0; i < d->memory.count; i++) {
		uint64_t t_ns = d->memory.t_ns[i];
		json_t *o = jout_object(j);

		jout_uint(j, o, "before_ns", d->t_ns > t_ns ? d->t_ns - t_ns : 0);
		jout_uint(j, o, "rss_bytes", d->memory.rss_bytes[i]);
		jout_push(j, a, o);
	}
	return a;
}

json_t *json_death(struct jout *j, const struct model *m, const struct death *d)
{
	json_t *o = jout_object(j);
	const char *end = d->end == END_UNKNOWN ? NULL : end_kind_name(d->end);
	bool past = d->inferred[0]; /* what is 0 then is not known */

	jout_uint_if(j, o, "wall_ns", d->wall_ns, d->wall_ns);
	jout_uint_if(j, o, "t_ns", !past || d->t_ns, d->t_ns);
	jout_uint_if(j, o, "pid", !past || d->pid, d->pid);
	jout_uint_if(j, o, "generation", !past || d->generation, d->generation);
	jout_text(j, o, "end", end);
	put_status(j, o, d);
	jout_put(j, o, "sender", sender(j, &d->sender));
	jout_put(j, o, "oom", oom(j, m, &d->oom));
	jout_uint_if(j, o, "age_ns", !past || d->age_ns, d->age_ns);
	jout_text(j, o, "state", past ? NULL : worker_state_name(d->state));
	jout_uint_if(j, o, "rss_bytes", d->rss_bytes, d->rss_bytes);
	jout_uint_if(j, o, "rss_peak_bytes", d->rss_peak_bytes, d->rss_peak_bytes);
	jout_put(j, o, "memory", memory(j, d));
	jout_put(j, o, "task", hand(j, m, &d->hand, d->t_ns));
	json_stacks(j, o, m, d);
	jout_uint_if(j, o, "replaced_by", d->replaced_by, d->replaced_by);
	jout_text(j, o, "consequence", *d->consequence ? d->consequence : NULL);
	jout_text(j, o, "inferred", past ? d->inferred : NULL);
	return o;
}

/* Whoever was found at work has started, but nobody saw how long that took. */
static bool knows(const struct worker *w, unsigned int state, uint64_t ns)
{
	if (state == STATE_START && !ns && w->watched_ns > w->born_ns)
		return false;
	return w->known >> state & 1;
}

static json_t *states(struct jout *j, const struct model *m, const struct worker *w)
{
	uint64_t now = w->ended_ns ? w->ended_ns : m->now_ns;
	json_t *o = jout_object(j);
	unsigned int s;

	for (s = 0; s < WORKER_STATES; s++) {
		uint64_t ns = worker_state_ns(w, s, now);

		jout_uint_if(j, o, worker_state_name(s), knows(w, s, ns), ns);
	}
	return o;
}

static json_t *end(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w)
{
	struct death d;

	if (w->end == END_NONE)
		return json_null();
	d = facts_end(m, p, w);
	return json_death(j, m, &d);
}

json_t *json_worker(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w)
{
	bool messages = facts_messages(m);
	json_t *o = jout_object(j);

	jout_uint(j, o, "pid", w->pid);
	jout_uint(j, o, "generation", w->generation);
	jout_text(j, o, "state", messages || w->known ? worker_state_name(w->state) : NULL);
	jout_uint(j, o, "born_ns", w->born_ns);
	jout_put(j, o, "end", end(j, m, p, w));
	jout_uint_if(j, o, "tasks", messages, w->tasks);
	jout_uint_if(j, o, "failed", messages, w->failed);
	jout_uint_if(j, o, "items", messages, w->items);
	jout_uint_if(j, o, "bytes_in", messages, w->bytes_in);
	jout_uint_if(j, o, "bytes_out", messages, w->bytes_out);
	jout_put(j, o, "state_ns", states(j, m, w));
	jout_uint_if(j, o, "gil_ns", w->gil_known, w->gil_ns);
	jout_uint_if(j, o, "cpu_ns", w->known || w->cpu_ns, w->cpu_ns);
	jout_uint_if(j, o, "rss_bytes", w->rss_bytes, w->rss_bytes);
	jout_uint_if(j, o, "rss_peak_bytes", w->rss_peak_bytes, w->rss_peak_bytes);
	jout_put(j, o, "start", json_start(j, m, p, w));
	jout_put(j, o, "task", w->ended_ns ? json_null() : hand(j, m, &w->hand, m->now_ns));
	return o;
}
