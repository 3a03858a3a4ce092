/* SPDX-License-Identifier: GPL-2.0-only */
/* What a dead worker was doing: the stack that tells most, and those of its other threads. */
#include <stdio.h>

#include "export/facts.h"
#include "export/json.h"

static json_t *python_place(struct jout *j, const struct model *m, const struct stack_place *place)
{
	json_t *o = jout_object(j);

	json_name(j, o, "file", m, place->file);
	jout_uint_if(j, o, "line", place->line, place->line);
	json_name(j, o, "function", m, place->function);
	return o;
}

static json_t *native_place(struct jout *j, const struct model *m, const struct stack_place *place)
{
	json_t *o = jout_object(j);

	json_name(j, o, "module", m, place->file);
	json_name(j, o, "function", m, place->function);
	jout_null(j, o, "file");
	jout_null(j, o, "line");
	jout_uint(j, o, "offset", place->offset);
	return o;
}

json_t *json_places(struct jout *j, const struct model *m, const struct stack *s, uint32_t kind)
{
	json_t *list = jout_array(j);

	for (uint32_t i = 0; s && i < s->count; i++) {
		const struct stack_place *place = &s->places[i];

		if (kind && place->kind != kind)
			continue;
		jout_push(j, list,
			place->kind == PLACE_NATIVE ? native_place(j, m, place)
						    : python_place(j, m, place));
	}
	return list;
}

static json_t *threads(struct jout *j, const struct model *m, const struct death *d)
{
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < d->stacks.count; i++) {
		const struct stack *s = model_stack(m, d->stacks.id[i]);
		json_t *o;

		if (!s || s->flags & STACK_NATIVE)
			continue;
		o = jout_object(j);
		jout_uint(j, o, "tid", s->tid);
		jout_bool(j, o, "culprit", s->flags & STACK_CULPRIT);
		jout_text(j, o, "source", facts_stack_source(s));
		jout_uint_if(j, o, "walk_ns", s->walk_ns, s->walk_ns);
		jout_put(j, o, "python", json_places(j, m, s, PLACE_PYTHON));
		jout_push(j, list, o);
	}
	return list;
}

static json_t *exception(struct jout *j, const struct death *d)
{
	struct exception_said said;
	char text[MODEL_STDERR + 1];
	json_t *o;

	if (!death_exception(d, &said))
		return json_null();
	o = jout_object(j);
	jout_text(j, o, "type", said.type);
	jout_text(j, o, "message", said.message);
	jout_text(j, o, "function", *said.function ? said.function : NULL);
	jout_text(j, o, "file", *said.file ? said.file : NULL);
	jout_uint_if(j, o, "line", said.line, said.line);
	snprintf(text, sizeof(text), "%.*s", (int)said.text_len, d->stderr_tail + said.text_at);
	jout_text(j, o, "traceback", text);
	return o;
}

void json_stacks(struct jout *j, json_t *o, const struct model *m, const struct death *d)
{
	const struct stack *python = death_stack(m, d, false);
	const struct stack *native = death_stack(m, d, true);
	bool is_dated = python && d->t_ns >= python->t_ns;

	jout_put(j, o, "python_stack", json_places(j, m, python, PLACE_PYTHON));
	jout_text(j, o, "stack_source", facts_stack_source(python));
	jout_uint_if(j, o, "stack_age_ns", is_dated, is_dated ? d->t_ns - python->t_ns : 0);
	jout_uint_if(j, o, "walk_ns", python && python->walk_ns, python ? python->walk_ns : 0);
	jout_text(j, o, "stack_note", python ? stack_note(m, python) : NULL);
	jout_uint_if(
		j, o, "fault_address", python && python->address, python ? python->address : 0);
	jout_put(j, o, "threads", threads(j, m, d));
	jout_put(j, o, "native_stack", json_places(j, m, native, PLACE_NATIVE));
	jout_put(j, o, "mixed_stack", json_places(j, m, native, 0));
	jout_put(j, o, "exception", exception(j, d));
	jout_text(j, o, "stderr_tail", d->stderr_tail);
}
