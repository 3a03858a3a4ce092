/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/look.h"

#include <stdlib.h>

#include "python/states.h"
#include "python/walk.h"

enum { READINGS = 4 }; /* until two in a row are the same */

struct look {
	struct walk walk[2];
	struct codes codes;
	struct look_frame frames[READ_FRAMES];
};

struct look *look_new(void)
{
	return calloc(1, sizeof(struct look));
}

void look_free(struct look *l)
{
	if (!l)
		return;
	codes_release(&l->codes);
	free(l);
}

/* The address of the main thread's PyThreadState; 0: it has none (yet). */
static uint64_t main_thread(struct memory *m, const struct py_layout *layout)
{
	struct py_tasks tasks;
	uint64_t thread = 0;

	if (tasks_read("/proc", m->pid, TASKS_MAX, &tasks))
		return 0;
	if (!states_find(m, layout, &tasks))
		for (uint32_t i = 0; i < tasks.count; i++)
			if (tasks.tasks[i].tid == m->pid)
				thread = tasks.tasks[i].thread;
	tasks_release(&tasks);
	return thread;
}

static bool read_still(struct look *l, struct memory *m, const struct py_layout *layout)
{
	uint64_t thread = main_thread(m, layout);
	bool had = false;

	for (int i = 0; thread && i < READINGS; i++) {
		int ret = walk_thread(m, layout, &l->codes, thread, &l->walk[i & 1]);

		if (!ret && had && walk_is_same(&l->walk[0], &l->walk[1]))
			return l->walk[0].count;
		had = !ret;
	}
	return false;
}

bool look_read(struct look *l, uint32_t pid, const struct py_layout *layout,
	const struct look_frame **ret_frames, uint32_t *ret_count)
{
	const struct walk *w = &l->walk[0];
	struct memory m;

	codes_release(&l->codes); /* another process's, or of a code object that is gone */
	memory_of_process(&m, pid);
	if (!read_still(l, &m, layout))
		return false;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct code *code = &l->codes.codes[w->frames[i].code];

		l->frames[i] = (struct look_frame){code->function, code->file};
	}
	*ret_frames = l->frames;
	*ret_count = w->count;
	return true;
}
