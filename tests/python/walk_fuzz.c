/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole hostile process: the input is its memory, over and over again, so that
 * any pointer finds something. The first byte chooses the version.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "python/codes.h"
#include "python/hexversion.h"
#include "python/layout.h"
#include "python/states.h"
#include "python/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUDGET = 4 << 20, TASKS = 4 };

struct input {
	const uint8_t *data;
	size_t size;
};

static int read_input(struct memory *m, uint64_t address, void *buf, size_t len)
{
	const struct input *in = m->own;
	uint8_t *to = buf;
	size_t i;

	if (address >> 40 || len > BUDGET)
		return -EFAULT;
	for (i = 0; i < len; i++)
		to[i] = in->data[(address + i) % in->size];
	return 0;
}

static void check(const struct walk *w, const struct codes *c)
{
	uint32_t i;

	if (w->count > READ_FRAMES)
		abort();
	for (i = 0; i < w->count; i++) {
		const struct code *code = &c->codes[w->frames[i].code];

		if (w->frames[i].code >= c->count || w->frames[i].line < 0)
			abort();
		if (strpbrk(code->function, "\33\n\r\177") || strpbrk(code->file, "\33\n\r\177"))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk w;
	struct input in = {.data = data + 1, .size = size - 1};
	struct memory m = {.read = read_input, .own = &in, .pid = 1, .left = BUDGET};
	struct py_task task[TASKS] = {{.inner = 1}, {.inner = 2}, {.inner = 0}, {.inner = 77}};
	struct py_tasks tasks = {.tasks = task, .count = TASKS};
	struct codes codes = {0};
	struct py_layout l;
	uint32_t hex;
	int i;

	if (size < 9)
		return 0;
	l = *layout_row(LAYOUT_FIRST + data[0] % (LAYOUT_TABLE - LAYOUT_FIRST));
	l.frame.code_mask = data[0] & 64 ? 3 : 0;
	hexversion_read(&m, &l, &hex);
	m.left = BUDGET;
	states_find(&m, &l, &tasks);
	for (i = 0; i < TASKS; i++) {
		m.left = BUDGET;
		if (!walk_thread(&m, &l, &codes, task[i].thread, &w))
			check(&w, &codes);
	}
	codes_release(&codes);
	return 0;
}
