/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/pieces.h"

#include <string.h>

static const struct value unknown;

static void add(struct pieces *p, const struct value *v, uint32_t frame)
{
	if (p->n == PIECES)
		return;
	p->v[p->n] = v;
	p->frame[p->n] = (uint8_t)frame;
	p->n++;
}

void pieces_of_stack(struct pieces *p, const struct machine *m)
{
	p->m = m;
	p->n = 0;
	p->is_whole = m->end == END_STOP;
	for (uint32_t i = 0; i <= m->depth; i++) {
		const struct frame *f = &m->frames[i];

		for (uint32_t k = 0; k < f->count && k < f->keep; k++)
			add(p, &m->slots[f->base + k], i);
	}
}

void pieces_of_kids(struct pieces *p, const struct machine *m, const struct value *of)
{
	p->m = m;
	p->n = 0;
	p->is_whole = true;
	for (uint32_t i = 0; i < of->kept; i++)
		add(p, machine_kid(m, of, i), 0);
}

void pieces_of_args(struct pieces *p, const struct machine *m, const struct value *call)
{
	pieces_of_kids(p, m, machine_kid(m, call, KID_ARGS));
}

void pieces_of_state(struct pieces *p, const struct pieces *from, unsigned int i)
{
	const struct value *state = machine_kid(from->m, piece(from, i), KID_STATE);

	/* Unfinished, it stands behind the object: as a dict, or behind a dict that is empty. */
	if (state->kind != VALUE_DICT && !from->is_whole)
		state = piece(from, i + 1);
	p->n = 0;
	if (state->kind != VALUE_DICT)
		return;
	pieces_of_kids(p, from->m, state);
	if (state->kids.count || from->is_whole)
		return;
	p->is_whole = false;
	for (i += 2; i < from->n; i++)
		add(p, from->v[i], from->frame[i]);
}

void pieces_open(struct pieces *p, unsigned int i)
{
	const struct value *tuple = piece(p, i);
	unsigned int kids = tuple->kept;
	unsigned int behind;

	if (tuple->kind != VALUE_TUPLE || kids < tuple->kids.count || i + kids > PIECES)
		return;
	behind = p->n - i - 1;
	if (behind > PIECES - i - kids)
		behind = PIECES - i - kids;
	memmove(&p->v[i + kids], &p->v[i + 1], behind * sizeof(p->v[0]));
	memmove(&p->frame[i + kids], &p->frame[i + 1], behind * sizeof(p->frame[0]));
	memset(&p->frame[i], p->frame[i], kids);
	for (unsigned int k = 0; k < kids; k++)
		p->v[i + k] = machine_kid(p->m, tuple, k);
	p->n = i + kids + behind;
}

const struct value *piece(const struct pieces *p, unsigned int i)
{
	return i < p->n ? p->v[i] : &unknown;
}

bool pieces_has_mark(const struct pieces *p, unsigned int i)
{
	if (i >= p->n || p->is_whole)
		return false;
	return p->frame[i] != (i ? p->frame[i - 1] : 0);
}

const struct value *value_global(const struct machine *m, const struct value *v)
{
	if (value_is_call(v))
		v = machine_kid(m, v, KID_CALLEE);
	return v->kind == VALUE_GLOBAL && v->global.name_len ? v : &unknown;
}

static bool is_at(
	const struct machine *m, uint32_t off, uint32_t len, const char *text, size_t text_len)
{
	return len == text_len && memcmp(machine_bytes(m, off), text, len) == 0;
}

bool global_is(
	const struct machine *m, const struct value *global, const char *module, const char *name)
{
	if (global->kind != VALUE_GLOBAL)
		return false;
	if (!is_at(m, global->global.name_off, global->global.name_len, name, strlen(name)))
		return false;
	return !module || is_at(m, global->off, global->global.module_len, module, strlen(module));
}

bool global_module_ends(const struct machine *m, const struct value *global, const char *module)
{
	size_t len = strlen(module);

	if (global->kind != VALUE_GLOBAL || global->global.module_len < len)
		return false;
	return memcmp(machine_bytes(m, global->off) + global->global.module_len - len, module,
		       len) == 0;
}

bool list_is_full(const struct pieces *p, unsigned int i)
{
	/* Lists are written so many items at a time (Lib/pickle.py), and fewer are the last. */
	enum { BATCH = 1000 };

	return p->is_whole || piece(p, i)->kids.count % BATCH != 0;
}

bool text_is(const struct machine *m, const struct value *v, const char *text)
{
	return text_is_full(v) && is_at(m, v->off, v->text.have, text, strlen(text));
}
