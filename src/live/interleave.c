/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/interleave.h"

#include <string.h>

bool is_eval_loop(const struct unwound *place)
{
	static const char name[] = "_PyEval_EvalFrameDefault";

	return !strncmp(place->function, name, sizeof(name) - 1);
}

/* Python frames of one evaluation loop, or (all) whatever is left. */
static size_t put_python(
	const struct python_frames *python, uint32_t *from, bool all, struct interleaved *ret)
{
	size_t count = 0;
	bool ends = false;

	for (; *from < python->count && !ends; (*from)++) {
		ends = python->is_entry[*from] && !all;
		ret[count++] = (struct interleaved){.is_python = true, .at = *from};
	}
	return count;
}

size_t interleave(const struct unwound *native, size_t count, const struct python_frames *python,
	struct interleaved *ret)
{
	uint32_t from = 0;
	size_t put = 0;

	for (size_t i = 0; i < count; i++) {
		if (is_eval_loop(&native[i]))
			put += put_python(python, &from, false, ret + put);
		ret[put++] = (struct interleaved){.at = (uint32_t)i};
	}
	return put + put_python(python, &from, true, ret + put);
}

bool interleave_fits(const struct unwound *native, size_t count, const struct python_frames *python)
{
	uint32_t loops = 0, entries = 0;

	for (size_t i = 0; i < count; i++)
		loops += is_eval_loop(&native[i]);
	for (uint32_t i = 0; i < python->count; i++)
		entries += python->is_entry[i];
	return loops == entries;
}
