/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"
#include "export/json.h"
#include "export/report.h"

static const char *mode_name(uint32_t mode)
{
	static const char *const names[] = {[MODE_BPF] = "bpf", [MODE_PROC] = "proc"};

	return mode < sizeof(names) / sizeof(names[0]) ? names[mode] : NULL;
}

static json_t *missing(struct jout *j, const struct model *m)
{
	json_t *list = jout_array(j);
	uint32_t i;

	for (i = 0; i < m->missing_count; i++) {
		json_t *o = jout_object(j);

		json_name(j, o, "feature", m, m->missing[i].feature);
		json_name(j, o, "lost", m, m->missing[i].lost);
		json_name(j, o, "fix", m, m->missing[i].fix);
		jout_push(j, list, o);
	}
	return list;
}

static json_t *self(struct jout *j, const struct model *m)
{
	bool ticked = m->tick.h.kind;
	json_t *o = jout_object(j);

	jout_uint_if(j, o, "cpu_ns", ticked, m->tick.self_cpu_ns);
	jout_uint_if(j, o, "rss_bytes", m->tick.self_rss_bytes, m->tick.self_rss_bytes);
	jout_uint_if(j, o, "probe_ns", facts_probes(m), m->tick.probe_ns);
	jout_uint_if(j, o, "probe_runs", facts_probes(m), m->tick.probe_runs);
	return o;
}

/* What watching may cost, and what was left out because it would have cost more. */
static json_t *budget(struct jout *j, const struct model *m)
{
	const struct frame_level *f = &m->level;
	json_t *o = jout_object(j);

	jout_number(j, o, "percent", (double)f->budget / 1e4);
	jout_uint(j, o, "level", f->level);
	jout_uint(j, o, "lowest", m->level_most);
	jout_uint(j, o, "levels", f->levels);
	jout_uint(j, o, "one_in", f->every);
	jout_uint(j, o, "reduced_ns", model_reduced_ns(m));
	jout_uint(j, o, "summed", m->summed);
	return o;
}

/* What the model's bounds and its distrust kept out. */
static json_t *dropped(struct jout *j, const struct dropped *d)
{
	const struct {
		const char *key;
		uint64_t n;
	} rows[] = {
		{"texts", d->texts},
		{"procs", d->procs},
		{"pools", d->pools},
		{"workers", d->workers},
		{"tasks", d->tasks},
		{"pipes", d->pipes},
		{"events", d->events},
		{"messages", d->messages},
		{"failures", d->failures},
		{"queues", d->queues},
		{"findings", d->findings},
		{"bad_frames", d->bad_frames},
		{"unknown_frames", d->unknown_frames},
		{"orphan_frames", d->orphan_frames},
	};
	json_t *o = jout_object(j);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		jout_uint(j, o, rows[i].key, rows[i].n);
	return o;
}

static json_t *session(struct jout *j, const struct model *m)
{
	const struct frame_session *s = &m->session;
	bool known = s->h.kind;
	json_t *o = jout_object(j);

	jout_text(j, o, "host", known ? m->host : NULL);
	jout_text(j, o, "kernel", known ? m->kernel : NULL);
	jout_uint_if(j, o, "cpus", s->cpus, s->cpus);
	jout_text(j, o, "mode", mode_name(s->mode));
	jout_uint_if(j, o, "started_wall_ns", known, s->wall_ns);
	jout_uint_if(j, o, "duration_ns", known, facts_duration_ns(m));
	jout_put(j, o, "missing", missing(j, m));
	jout_uint(j, o, "lost_records", m->lost_records);
	jout_put(j, o, "self", self(j, m));
	if (m->level.h.kind)
		jout_put(j, o, "budget", budget(j, m));
	else
		jout_null(j, o, "budget");
	jout_put(j, o, "dropped", dropped(j, &m->dropped));
	return o;
}

int report_json(const struct model *m, char **ret_text, size_t *ret_len)
{
	struct jout j = {0};
	json_t *root = jout_object(&j);
	json_t *pools = jout_array(&j);
	uint32_t i;

	for (i = 0; i < m->pools_count; i++)
		jout_push(&j, pools, json_pool(&j, m, &m->pools[i]));
	jout_text(&j, root, "pooltop", PACKAGE_VERSION);
	jout_uint(&j, root, "format", REPORT_FORMAT);
	jout_put(&j, root, "session", session(&j, m));
	jout_put(&j, root, "pools", pools);
	return jout_dump(&j, root, ret_text, ret_len);
}
