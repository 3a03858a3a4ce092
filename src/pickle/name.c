/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names, by how multiprocessing's ForkingPickler and cloudpickle write what can be called:
 * Lib/multiprocessing/reduction.py, Lib/concurrent/futures/process.py, joblib/parallel.py,
 * joblib/_parallel_backends.py, cloudpickle/cloudpickle.py, dill/_dill.py.
 */
#include "pickle/name.h"

#include <string.h>

#include "base/text.h"
#include "pickle/dill.h"

enum { NAME_DEPTH = 8 }; /* wrappers round one another */

/* A function whose pieces begin at i; depth: how many wrappers round it were taken off. */
struct place {
	const struct pieces *p;
	unsigned int i;
	int depth;
};

struct rule {
	const char *module; /* NULL: any */
	const char *name;
	/* Appends the name of what this one wraps. False: not known. */
	bool (*read)(struct name *name, const struct place *at);
};

static bool read_at(struct name *name, const struct place *at);

void name_put_bytes(struct name *name, const void *bytes, size_t len)
{
	name->len +=
		text_clean(name->text + name->len, sizeof(name->text) - name->len, bytes, len, 0);
}

static void put(struct name *name, const char *text)
{
	name_put_bytes(name, text, strlen(text));
}

/* A spawned worker knows the main script as __mp_main__, and it is the same. */
static void put_module(struct name *name, const struct machine *m, const struct value *global)
{
	static const char spawned[] = "__mp_main__";
	const uint8_t *module = machine_bytes(m, global->off);
	size_t len = global->global.module_len;

	if (len == strlen(spawned) && memcmp(module, spawned, len) == 0)
		put(name, "__main__");
	else
		name_put_bytes(name, module, len);
}

bool name_put_global(struct name *name, const struct machine *m, const struct value *global)
{
	if (global->kind != VALUE_GLOBAL || !global->global.name_len)
		return false;
	put_module(name, m, global);
	put(name, ".");
	name_put_bytes(name, machine_bytes(m, global->global.name_off), global->global.name_len);
	return true;
}

/* The pieces of a call's arguments, and where they begin, be it finished or not. */
static struct place arguments(const struct place *at, struct pieces *args)
{
	const struct value *v = piece(at->p, at->i);

	if (!value_is_call(v))
		return (struct place){.p = at->p, .i = at->i + 1, .depth = at->depth + 1};
	pieces_of_args(args, at->p->m, v);
	return (struct place){.p = args, .i = 0, .depth = at->depth + 1};
}

/* What executor.map sends instead of the function: concurrent.futures' own, or loky's. */
static bool is_process_chunk(const struct machine *m, const struct value *v)
{
	return global_is(m, v, NULL, "_process_chunk") &&
	       (global_module_ends(m, v, "futures.process") ||
		       global_module_ends(m, v, "process_executor"));
}

static bool read_partial(struct name *name, const struct place *at)
{
	struct pieces args;
	struct place inner = arguments(at, &args);
	size_t before = name->len;

	if (is_process_chunk(at->p->m, piece(inner.p, inner.i))) {
		struct pieces open = *inner.p;

		name->is_chunk = true;
		pieces_open(&open, ++inner.i);
		inner.p = &open;
		return read_at(name, &inner);
	}
	put(name, "partial(");
	if (!read_at(name, &inner)) {
		name->text[name->len = before] = '\0';
		return false;
	}
	put(name, ")");
	return true;
}

/* getattr(object, "name") */
static bool read_method(struct name *name, const struct place *at)
{
	struct pieces args;
	struct place inner = arguments(at, &args);
	const struct machine *m = at->p->m;
	const struct value *class = value_global(m, piece(inner.p, inner.i));
	const struct value *method = piece(inner.p, inner.i + 1);

	if (class->kind != VALUE_GLOBAL)
		return false;
	if (inner.p->is_whole && text_is_full(method)) {
		name_put_global(name, m, class);
		put(name, ".");
		name_put_bytes(name, machine_bytes(m, method->off), method->text.have);
		return true;
	}
	put(name, "<method of ");
	name_put_global(name, m, class);
	put(name, ">");
	return true;
}

/* A code object's arguments: ... constants, names, variables' names, filename, name ... */
static const struct value *code_name(const struct pieces *p, unsigned int i)
{
	for (; i + 4 < p->n; i++) {
		const struct value *const *v = p->v + i;

		if (v[0]->kind == VALUE_TUPLE && v[1]->kind == VALUE_TUPLE &&
			v[2]->kind == VALUE_TUPLE && text_is_full(v[3]) && text_is_full(v[4]))
			return v[4];
	}
	return NULL;
}

/* A function sent by value: make_function(code(...), ...) */
static bool read_code(struct name *name, const struct place *at)
{
	struct pieces args;
	struct pieces code_args;
	struct place inner = arguments(at, &args);
	const struct machine *m = at->p->m;
	const struct value *code = piece(inner.p, inner.i);
	const struct value *found;

	pieces_of_args(&code_args, m, code);
	found = code_name(&code_args, 0);
	if (!found)
		found = code_name(inner.p, inner.i);
	if (found)
		name_put_bytes(name, machine_bytes(m, found->off), found->text.have);
	return found != NULL;
}

/* fill_function(make_function(...), state) */
static bool read_first_argument(struct name *name, const struct place *at)
{
	struct pieces args;
	struct place inner = arguments(at, &args);

	return read_at(name, &inner);
}

/* An object whose state is {"func": function}. */
static bool read_state(struct name *name, const struct place *at)
{
	struct pieces keys;
	struct place inner = {.p = &keys, .depth = at->depth + 1};

	pieces_of_state(&keys, at->p, at->i);
	inner.i = 1;
	return text_is(at->p->m, piece(&keys, 0), "func") && read_at(name, &inner);
}

/* BatchedCalls([(function, args, kwds) ...], ...) */
static bool read_batch(struct name *name, const struct place *at)
{
	struct pieces args;
	struct place inner = arguments(at, &args);
	const struct value *list = piece(inner.p, inner.i);
	struct pieces calls;

	name->is_batch = true;
	if (list->kind != VALUE_LIST)
		return false;
	if (!list->kids.count) { /* the first call is still being written */
		calls = *inner.p;
		pieces_open(&calls, ++inner.i);
		inner.p = &calls;
		return read_at(name, &inner);
	}
	name->has_calls = list_is_full(inner.p, inner.i);
	name->calls = list->kids.count;
	pieces_of_kids(&calls, at->p->m, list);
	pieces_open(&calls, 0);
	inner = (struct place){.p = &calls, .i = 0, .depth = at->depth + 2};
	return read_at(name, &inner);
}

/* MethodType(function, object), of which only the type may be finished. */
static bool read_dill_method(struct name *name, const struct place *at)
{
	const struct place function = {.p = at->p, .i = at->i + 1, .depth = at->depth + 1};

	return !at->p->is_whole && dill_is_method_type(at->p->m, piece(at->p, at->i)) &&
	       read_at(name, &function);
}

/* What is pickled within the pickle is not read. */
static bool read_nothing(struct name *name, const struct place *at)
{
	(void)name;
	(void)at;
	return false;
}

static const struct rule rules[] = {
	{"functools", "partial", read_partial},
	{NULL, "_rebuild_partial", read_partial},
	{NULL, "rebuild_partial", read_partial},
	{"builtins", "getattr", read_method},
	{"__builtin__", "getattr", read_method},
	{NULL, "_make_function", read_code},
	{NULL, "_make_skel_func", read_code},
	{"dill._dill", "_create_function", read_code},
	{"dill._dill", "_load_type", read_dill_method},
	{NULL, "_fill_function", read_first_argument},
	{NULL, "SafeFunction", read_state},
	{NULL, "BatchedCalls", read_batch},
	{NULL, "_reconstruct_wrapper", read_nothing},
	{"pickle", "loads", read_nothing},
	{"_pickle", "loads", read_nothing},
};

static const struct rule *find_rule(const struct machine *m, const struct value *global)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (global_is(m, global, rules[i].module, rules[i].name))
			return &rules[i];
	return NULL;
}

/* A global that nothing follows, or arguments alone, may yet become an instance of itself. */
static bool is_function(const struct place *at)
{
	const struct value *next = piece(at->p, at->i + 1);

	if (at->p->is_whole)
		return true;
	return at->i + 1 < at->p->n && !(next->kind == VALUE_TUPLE && at->i + 2 == at->p->n);
}

static bool read_at(struct name *name, const struct place *at)
{
	const struct machine *m = at->p->m;
	const struct value *v = piece(at->p, at->i);
	const struct value *global = value_global(m, v);
	const struct rule *rule;

	if (at->depth > NAME_DEPTH)
		return false;
	if (value_is_call(v) && dill_is_method_type(m, machine_kid(m, v, KID_CALLEE)))
		return read_first_argument(name, at);
	if (global->kind != VALUE_GLOBAL)
		return false;
	/* A finished pickle has no call in pieces: the global is itself the function. */
	rule = v == global && at->p->is_whole ? NULL : find_rule(m, global);
	if (rule) {
		name->is_unfinished |= v == global;
		return rule->read(name, at);
	}
	if (dill_is_own(m, global))
		return false;
	if (v == global)
		return is_function(at) && name_put_global(name, m, global);
	name->is_unfinished |= !at->p->is_whole && piece(at->p, at->i + 1)->kind == VALUE_DICT;
	put(name, "<");
	name_put_global(name, m, global);
	put(name, " instance>");
	return true;
}

void name_read(struct name *name, const struct pieces *p, unsigned int i)
{
	const struct place at = {.p = p, .i = i};

	name->text[name->len = 0] = '\0';
	name->is_unfinished = false;
	name->is_chunk = false;
	name->is_batch = false;
	name->has_calls = false;
	name->calls = 0;
	if (!read_at(name, &at))
		name->text[name->len = 0] = '\0';
}
