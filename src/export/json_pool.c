/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"
#include "export/json.h"
#include "model/demand.h"

void json_name(struct jout *j, json_t *object, const char *key, const struct model *m, uint32_t id)
{
	jout_text(j, object, key, model_text(m, id, NULL));
}

void json_key(struct jout *j, json_t *object, const struct task_key *key)
{
	if (task_key_is_numbered(*key))
		jout_int(j, object, "job", key->job);
	else
		jout_uint_if(j, object, "job", false, 0);
	jout_uint_if(j, object, "chunk", key->chunk >= 0, (uint32_t)key->chunk);
}

static json_t *hist(struct jout *j, const struct hist *h, bool known)
{
	static const struct {
		const char *key;
		double percent;
	} rows[] = {{"p50_ns", 50}, {"p90_ns", 90}, {"p99_ns", 99}};
	bool any = known && h->count;
	json_t *o = jout_object(j);
	size_t i;

	jout_uint_if(j, o, "count", known, h->count);
	jout_uint_if(j, o, "min_ns", any, h->min_ns);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		jout_uint_if(j, o, rows[i].key, any, hist_percentile(h, rows[i].percent));
	jout_uint_if(j, o, "max_ns", any, h->max_ns);
	jout_uint_if(j, o, "total_ns", known, h->total_ns);
	return o;
}

static json_t *tasks(struct jout *j, const struct model *m, const struct pool *p)
{
	const struct totals *t = &p->totals;
	const struct {
		const char *key;
		uint64_t n;
	} rows[] = {
		{"sent", t->sent},
		{"taken", t->taken},
		{"done", t->done},
		{"returned", t->returned},
		{"failed", t->failed},
		{"lost", t->lost},
		{"in_flight", pool_in_flight(p)},
		{"items", t->items},
	};
	bool known = facts_messages(m);
	json_t *o = jout_object(j);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		jout_uint_if(j, o, rows[i].key, known, rows[i].n);
	jout_bool(j, o, "items_about", t->items_about);
	return o;
}

static json_t *bytes(struct jout *j, const struct model *m, const struct pool *p)
{
	const struct totals *t = &p->totals;
	bool known = facts_messages(m);
	json_t *o = jout_object(j);
	uint64_t shared = 0;
	bool is_shared = facts_shared(m, p, &shared);

	jout_uint_if(j, o, "out", known, t->bytes_out);
	jout_uint_if(j, o, "back", known, t->bytes_back);
	jout_uint_if(j, o, "out_max", known && t->sent, t->bytes_out_max);
	jout_uint_if(j, o, "back_max", known && t->bytes_back, t->bytes_back_max);
	jout_uint_if(j, o, "shared", is_shared, shared);
	return o;
}

static json_t *times(struct jout *j, const struct model *m, const struct pool *p)
{
	bool known = facts_messages(m);
	json_t *o = jout_object(j);

	jout_put(j, o, "wait", hist(j, &p->wait, known));
	jout_put(j, o, "run", hist(j, &p->run, known));
	jout_put(j, o, "return", hist(j, &p->back, known));
	return o;
}

/* The states that a task in hand can be in. */
static json_t *spent(struct jout *j, const struct func *f)
{
	static const enum worker_state states[] = {STATE_UNPICKLE, STATE_RUN, STATE_PICKLE,
		STATE_SEND, STATE_IO, STATE_LOCK, STATE_RUNQ};
	uint64_t ns[WORKER_STATES];
	uint32_t known = func_state_ns(f, ns);
	json_t *o = jout_object(j);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		jout_uint_if(
			j, o, worker_state_name(states[i]), known & 1u << states[i], ns[states[i]]);
	return o;
}

static json_t *functions(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *list = jout_array(j);
	uint32_t i;

	for (i = 0; i < p->funcs_count; i++) {
		const struct func *f = &p->funcs[i];
		json_t *o = jout_object(j);

		json_name(j, o, "name", m, f->name);
		jout_uint(j, o, "tasks", f->tasks);
		jout_uint(j, o, "sent", f->sent);
		jout_uint(j, o, "failed", f->failed);
		jout_uint(j, o, "lost", f->lost);
		jout_uint(j, o, "items", f->items);
		jout_uint(j, o, "bytes_out", f->bytes_out);
		jout_uint(j, o, "bytes_back", f->bytes_back);
		jout_put(j, o, "run", hist(j, &f->run, true));
		jout_put(j, o, "state_ns", spent(j, f));
		jout_push(j, list, o);
	}
	return list;
}

static json_t *workers(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *list = jout_array(j);
	uint32_t i;

	for (i = 0; i < p->workers_count; i++)
		jout_push(j, list, json_worker(j, m, p, &p->workers[i]));
	return list;
}

static json_t *cores(struct jout *j, const struct model *m, const struct pool *p)
{
	uint32_t count = m->cpus_count > p->cores_count ? m->cpus_count : p->cores_count;
	json_t *list = jout_array(j);
	struct facts_core c;
	uint32_t cpu;

	for (cpu = 0; cpu < count; cpu++) {
		json_t *o;

		if (!facts_core(m, p, cpu, &c))
			continue;
		o = jout_object(j);
		jout_uint(j, o, "cpu", cpu);
		jout_uint_if(j, o, "workers_ns", c.is_pool_known, c.workers_ns);
		jout_uint_if(j, o, "parent_ns", c.is_pool_known, c.parent_ns);
		jout_uint_if(j, o, "other_ns", c.is_pool_known && c.is_cpu_known, c.other_ns);
		jout_uint_if(j, o, "idle_ns", c.is_cpu_known, c.idle_ns);
		jout_uint_if(j, o, "steal_ns", c.is_cpu_known, c.steal_ns);
		jout_push(j, list, o);
	}
	return list;
}

static json_t *quota(struct jout *j, const struct pool *p)
{
	json_t *o = jout_object(j);

	jout_number(j, o, "cores", p->load.quota_milli / 1000.0);
	jout_uint(j, o, "throttled_ns", p->throttled.ns);
	jout_uint(j, o, "periods", p->throttled.periods);
	jout_uint(j, o, "throttled_periods", p->throttled.times);
	return o;
}

/* Threads that want a core, and what they may use. */
static json_t *demand(struct jout *j, const struct model *m, const struct pool *p)
{
	char names[64];
	struct demand d;
	json_t *o;

	if (!model_demand(m, p, &d))
		return json_null();
	o = jout_object(j);
	jout_number(j, o, "threads", d.mains + d.more);
	jout_number(j, o, "cores", d.cores);
	jout_number(j, o, "waiting_share", d.waiting);
	jout_uint_if(j, o, "allowed_cpus", p->load.cpus, p->load.cpus);
	jout_uint_if(j, o, "only_cpu", p->load.cpus == 1 && p->load.only_core >= 0,
		(uint64_t)p->load.only_core);
	jout_text(j, o, "more_threads_by",
		d.more >= d.mains ? model_demand_starters(p, names, sizeof(names)) : NULL);
	return o;
}

static json_t *deaths(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *list = jout_array(j);
	uint32_t i;

	for (i = 0; i < p->deaths_count; i++)
		jout_push(j, list, json_death(j, m, &p->deaths[i]));
	return list;
}

/* Where a worker's end was not understood, 0 of a kind is no knowledge. */
static json_t *ends(struct jout *j, const struct pool *p)
{
	static const enum end_kind kinds[] = {END_RECYCLED, END_TERMINATED, END_SHUTDOWN};
	bool all = !p->ends[END_UNKNOWN];
	json_t *o = jout_object(j);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		jout_uint_if(
			j, o, end_kind_name(kinds[i]), all || p->ends[kinds[i]], p->ends[kinds[i]]);
	jout_uint(j, o, "unknown", p->ends[END_UNKNOWN]);
	return o;
}

static json_t *failures(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *list = jout_array(j);
	uint32_t i;

	for (i = 0; i < p->failures_count; i++) {
		const struct failure *f = &p->failures[i];
		json_t *o = jout_object(j);

		jout_uint(j, o, "t_ns", f->t_ns);
		jout_uint(j, o, "first_ns", f->first_ns);
		jout_uint(j, o, "pid", f->pid);
		json_key(j, o, &f->key);
		json_name(j, o, "function", m, f->func);
		jout_text(j, o, "exception", f->exception);
		jout_text(j, o, "message", f->message);
		jout_text(j, o, "traceback", f->traceback);
		jout_uint(j, o, "count", f->count);
		jout_push(j, list, o);
	}
	return list;
}

static json_t *traps(struct jout *j, const struct pool *p)
{
	json_t *list = jout_array(j);
	uint32_t i, k;

	for (i = 0; i < p->findings_count; i++) {
		const struct finding *f = &p->findings[i];
		json_t *o = jout_object(j);
		json_t *evidence = jout_object(j);

		for (k = 0; k < f->evidence_count; k++)
			jout_number(j, evidence, f->evidence[k].name, f->evidence[k].value);
		jout_text(j, o, "id", f->id);
		jout_text(j, o, "severity", severity_name(f->severity));
		jout_uint(j, o, "since_ns", f->since_ns);
		jout_text(j, o, "text", f->text);
		jout_text(j, o, "advice", f->advice);
		jout_put(j, o, "evidence", evidence);
		jout_push(j, list, o);
	}
	return list;
}

json_t *json_pool(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *o = jout_object(j);

	jout_uint(j, o, "id", p->id);
	jout_text(j, o, "kind", p->kind);
	jout_uint(j, o, "pid", p->pid);
	json_name(j, o, "command", m, p->command);
	json_name(j, o, "python", m, p->python);
	jout_text(j, o, "start_method", start_method_name(p->start_method));
	jout_text(j, o, "state", pool_state_name(p->state));
	jout_put(j, o, "stall", json_stall(j, m, p));
	jout_put(j, o, "stalls", json_stalls(j, p));
	jout_uint_if(j, o, "started_ns", p->started_ns, p->started_ns);
	jout_uint_if(j, o, "ended_ns", p->ended_ns, p->ended_ns);
	jout_bool(j, o, "from_start", p->from_start);
	jout_put(j, o, "tasks", tasks(j, m, p));
	jout_put(j, o, "bytes", bytes(j, m, p));
	jout_put(j, o, "times", times(j, m, p));
	jout_put(j, o, "queues", json_queues(j, m, p));
	jout_put(j, o, "functions", functions(j, m, p));
	jout_put(j, o, "workers", workers(j, m, p));
	jout_put(j, o, "fork_server", json_server(j, m, p));
	jout_put(j, o, "cores", cores(j, m, p));
	jout_put(j, o, "demand", demand(j, m, p));
	if (p->has_quota)
		jout_put(j, o, "quota", quota(j, p));
	else
		jout_null(j, o, "quota");
	jout_put(j, o, "deaths", deaths(j, m, p));
	jout_put(j, o, "ends", ends(j, p));
	jout_put(j, o, "failures", failures(j, m, p));
	jout_put(j, o, "hot", json_hot(j, m, p));
	jout_put(j, o, "gc", json_gc(j, p));
	jout_put(j, o, "traps", traps(j, p));
	return o;
}
