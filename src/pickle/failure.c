/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions: Lib/multiprocessing/pool.py ExceptionWithTraceback, Lib/concurrent/futures/process.py
 * _ExceptionWithTraceback, billiard/einfo.py ExceptionInfo, torch/_utils.py ExceptionWrapper.
 */
#include "pickle/reader.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pickle/dill.h"

void failure_type(struct reader *r, const struct value *class)
{
	struct name name;

	name.text[name.len = 0] = '\0';
	if (dill_is_own(r->m, class) ||
		(!name_put_global(&name, r->m, class) && !dill_put_type(&name, r->m, class)))
		return;
	text_clean(r->facts->exc_type, sizeof(r->facts->exc_type), name.text, name.len, 0);
	r->facts->is_encoding_error = global_is(r->m, class, NULL, "MaybeEncodingError");
}

void failure_text(struct reader *r, const struct value *text)
{
	if (text->kind != VALUE_TEXT)
		return;
	r->facts->has_traceback = true;
	r->facts->traceback_off = text->off;
	r->facts->traceback_len = text->text.total;
}

static void put(struct pickle_facts *facts, const char *text, size_t len)
{
	size_t used = strlen(facts->message);

	text_clean(facts->message + used, sizeof(facts->message) - used, text, len, 1);
}

/* As Python's repr() writes it: the shortest that reads as the same number. */
static void put_float(struct pickle_facts *facts, double real)
{
	char text[48];
	int digits = 0;
	int exponent;

	do
		snprintf(text, sizeof(text), "%.*e", digits, real);
	while (strtod(text, NULL) != real && digits++ < 16);
	exponent = strchr(text, 'e') ? atoi(strchr(text, 'e') + 1) : INT_MAX;
	if (exponent >= -4 && exponent < 16)
		snprintf(text, sizeof(text), "%.*f", digits > exponent ? digits - exponent : 1,
			real);
	put(facts, text, strlen(text));
}

static const char *const kinds[] = {
	[VALUE_UNKNOWN] = "...",
	[VALUE_NONE] = "None",
	[VALUE_TUPLE] = "<tuple>",
	[VALUE_LIST] = "<list>",
	[VALUE_DICT] = "<dict>",
	[VALUE_SET] = "<set>",
};

static void put_argument(struct reader *r, const struct value *v)
{
	struct pickle_facts *facts = r->facts;
	const struct value *global = value_global(r->m, v);
	struct name name;
	char num[32];

	if (v->kind == VALUE_TEXT || v->kind == VALUE_BYTES) {
		put(facts, (const char *)machine_bytes(r->m, v->off), v->text.have);
		if (v->text.have < v->text.total)
			put(facts, "...", 3);
	} else if (v->kind == VALUE_INT) {
		put(facts, num, (size_t)snprintf(num, sizeof(num), "%" PRId64, v->num));
	} else if (v->kind == VALUE_FLOAT) {
		put_float(facts, v->real);
	} else if (v->kind == VALUE_BOOL) {
		put(facts, v->num ? "True" : "False", v->num ? 4 : 5);
	} else if (global->kind == VALUE_GLOBAL) {
		name.text[name.len = 0] = '\0';
		name_put_global(&name, r->m, global);
		put(facts, "<", 1);
		put(facts, name.text, name.len);
		put(facts, ">", 1);
	} else if (v->kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[v->kind]) {
		put(facts, kinds[v->kind], strlen(kinds[v->kind]));
	} else {
		put(facts, "...", 3);
	}
}

/* Arguments from piece i on; `count` is how many there are. */
static void put_arguments(struct reader *r, const struct pieces *p, unsigned int i, uint32_t count)
{
	r->facts->has_message = true;
	r->facts->message[0] = '\0';
	for (uint32_t k = 0; k < count; k++) {
		if (k)
			put(r->facts, ", ", 2);
		if (i + k >= p->n) {
			put(r->facts, "...", 3);
			break;
		}
		put_argument(r, p->v[i + k]);
	}
}

/* Too long to be the name of a module or a class, of which an argument is an instance. */
static bool is_long_text(const struct value *v)
{
	return v->kind == VALUE_TEXT && v->text.total > UINT8_MAX;
}

/* The bytes end inside an exception's arguments: only a long text in hand is certain to be one. */
static void read_unfinished(struct reader *r, const struct pieces *p, unsigned int i)
{
	if (p->n > i && is_long_text(p->v[p->n - 1]))
		put_arguments(r, p, i, p->n - i);
}

static bool is_class(const struct machine *m, const struct value *v)
{
	return v->kind == VALUE_GLOBAL || dill_is_type(m, v);
}

static void read_exception(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);
	const struct value *args = machine_kid(r->m, v, KID_ARGS);
	struct pieces kids;

	failure_type(r, is_class(r->m, v) ? v : machine_kid(r->m, v, KID_CALLEE));
	if (is_class(r->m, v) && !p->is_whole)
		read_unfinished(r, p, i + 1);
	if (is_class(r->m, v) || !value_is_call(v))
		return;
	if (args->kind == VALUE_TUPLE && (args->kept || !args->kids.count)) {
		pieces_of_kids(&kids, r->m, args);
		put_arguments(r, &kids, 0, args->kids.count);
	}
	failure_text(r, piece(p, i + 1));
}

static bool is_rebuild(const struct machine *m, const struct value *v)
{
	const struct value *global = value_global(m, v);

	return global_is(m, global, NULL, "rebuild_exc") ||
	       global_is(m, global, NULL, "_rebuild_exc");
}

/* One that comes without its traceback is not followed by a text of its own. */
static void read_bare(struct reader *r, const struct pieces *p, unsigned int i)
{
	struct pieces alone = *p;

	if (value_is_call(piece(p, i)) && alone.n > i + 1)
		alone.n = i + 1;
	read_exception(r, &alone, i);
}

void failure_read(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);
	struct pieces args;

	if (!is_rebuild(r->m, v)) {
		read_bare(r, p, i);
	} else if (value_is_call(v)) {
		pieces_of_args(&args, r->m, v);
		read_exception(r, &args, 0);
	} else {
		args = *p;
		pieces_open(&args, ++i);
		read_exception(r, &args, i);
	}
}

static void read_type(struct reader *r, const struct pieces *p, unsigned int i)
{
	failure_type(r, piece(p, i));
}

static void read_text(struct reader *r, const struct pieces *p, unsigned int i)
{
	failure_text(r, piece(p, i));
}

/* Another wrapping of the same; its own traceback is no better. */
static void read_inner(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct pickle_facts before = *r->facts;

	failure_read(r, p, i);
	if (before.exc_type[0])
		memcpy(r->facts->exc_type, before.exc_type, sizeof(before.exc_type));
	if (before.has_traceback) {
		r->facts->traceback_off = before.traceback_off;
		r->facts->traceback_len = before.traceback_len;
	}
}

static const struct key info_keys[] = {
	{"type", read_type},
	{"traceback", read_text},
	{"exception", read_inner},
	{"exc_type", read_type},
	{"exc_msg", read_text},
	{0},
};

void failure_info(struct reader *r, const struct pieces *p, unsigned int i)
{
	reader_keys(r, p, i, info_keys);
}
