/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/dill.h"

#include <string.h>

#include "base/text.h"

enum { TYPE_NAME = 1, TYPE_STATE = 3 }; /* among the arguments of _create_type() */

static const char module[] = "dill._dill";

static const struct value *argument(const struct machine *m, const struct value *call, uint32_t i)
{
	return machine_kid(m, machine_kid(m, call, KID_ARGS), i);
}

static bool is_call_of(const struct machine *m, const struct value *v, const char *function)
{
	return value_is_call(v) && global_is(m, value_global(m, v), module, function);
}

bool dill_is_own(const struct machine *m, const struct value *global)
{
	return global->kind == VALUE_GLOBAL && global->global.module_len == strlen(module) &&
	       global_module_ends(m, global, module);
}

bool dill_is_type(const struct machine *m, const struct value *v)
{
	return is_call_of(m, v, "_load_type") || is_call_of(m, v, "_create_type");
}

bool dill_is_method_type(const struct machine *m, const struct value *v)
{
	return is_call_of(m, v, "_load_type") && text_is(m, argument(m, v, 0), "MethodType");
}

static void put_text(struct name *name, const struct machine *m, const struct value *text)
{
	name_put_bytes(name, machine_bytes(m, text->off), text->text.have);
}

/* A class's own attributes begin with the module that it is of. */
static bool put_created(struct name *name, const struct machine *m, const struct value *v)
{
	const struct value *text = argument(m, v, TYPE_NAME);
	const struct value *state = argument(m, v, TYPE_STATE);
	const struct value *owner = machine_kid(m, state, 1);

	if (!text_is_full(text) || state->kind != VALUE_DICT ||
		!text_is(m, machine_kid(m, state, 0), "__module__") || !text_is_full(owner))
		return false;
	if (text_is(m, owner, "__mp_main__"))
		name_put_bytes(name, "__main__", strlen("__main__"));
	else
		put_text(name, m, owner);
	name_put_bytes(name, ".", 1);
	put_text(name, m, text);
	return true;
}

bool dill_put_type(struct name *name, const struct machine *m, const struct value *v)
{
	static const char builtins[] = "builtins.";
	const struct value *text = argument(m, v, 0);

	if (is_call_of(m, v, "_create_type"))
		return put_created(name, m, v);
	if (!is_call_of(m, v, "_load_type") || !text_is_full(text))
		return false;
	name_put_bytes(name, builtins, strlen(builtins));
	put_text(name, m, text);
	return true;
}
