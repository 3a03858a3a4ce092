/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/facts.h"
#include "export/json.h"

static json_t *modules(struct jout *j, const struct model *m, const struct start *s)
{
	static const char *const origins[] = {
		[ORIGIN_PYTHON] = "python", [ORIGIN_INSTALLED] = "installed", [ORIGIN_OWN] = "own"};
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < s->modules_count; i++) {
		const struct start_module *x = &s->modules[i];
		json_t *o = jout_object(j);

		json_name(j, o, "name", m, x->name);
		jout_uint(j, o, "self_ns", x->self_ns);
		jout_text(j, o, "origin", x->origin <= ORIGIN_OWN ? origins[x->origin] : NULL);
		jout_push(j, list, o);
	}
	return list;
}

static void put_phases(struct jout *j, json_t *o, const struct model *m, const struct start *s)
{
	static const struct {
		const char *key;
		uint32_t phases; /* a bit for each */
	} rows[] = {
		{"interpreter_ns", 1u << PHASE_LAUNCH | 1u << PHASE_INTERPRETER | 1u << PHASE_SITE},
		{"imports_ns", 1u << PHASE_IMPORTS},
		{"main_ns", 1u << PHASE_MAIN},
		{"prepare_ns", 1u << PHASE_PREPARE},
		{"initializer_ns", 1u << PHASE_INITIALIZER},
		{"launch_ns", 1u << PHASE_LAUNCH},
		{"site_ns", 1u << PHASE_SITE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t sum = 0;

		for (unsigned int phase = 0; s && phase < START_PHASES; phase++)
			if (rows[i].phases >> phase & 1)
				sum += s->phase_ns[phase];
		jout_uint_if(j, o, rows[i].key, s, sum);
	}
	json_name(j, o, "initializer", m, s ? s->initializer : 0);
	jout_put(j, o, "modules", s ? modules(j, m, s) : jout_array(j));
}

json_t *json_start(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w)
{
	json_t *o = jout_object(j);
	uint64_t total = 0;
	bool known = facts_start_ns(m, w, &total);
	struct start s;

	jout_text(j, o, "method", start_method_name(p->start_method));
	jout_uint_if(j, o, "total_ns", known, total);
	put_phases(j, o, m, known && worker_start(m, p, w, &s) ? &s : NULL);
	return o;
}

json_t *json_server(struct jout *j, const struct model *m, const struct pool *p)
{
	struct start s;
	json_t *o;

	if (!pool_server_start(p, &s))
		return json_null();
	o = jout_object(j);
	jout_uint(j, o, "pid", p->server_pid);
	jout_uint(j, o, "total_ns", s.at_ns - s.from_ns);
	put_phases(j, o, m, &s);
	return o;
}
