/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells the kernel where Python's frames lie in each watched process, so that it can read the
 * last ones when that process dies. Once for each program: a fork has what its parent has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "live/samples.h"
#include "live/state.h"
#include "live/walker.h"
#include "python/interp.h"
#include "python/states.h"

#define SOON_NS 40000000ull
#define LATER_NS 1000000000ull

enum {
	QUICK_TRIES = 50,
	MOST_TRIES = 110,
	TOUCH_PIECE = 64 * 1024,
	TOUCH_MOST = 8 << 20, /* an interpreter's own writable data are 1 to 2 MiB */
};

static void touch_range(uint32_t pid, uint64_t from, uint64_t to, char *space)
{
	uint64_t most = from + TOUCH_MOST;

	for (; from < to && from < most; from += TOUCH_PIECE) {
		struct iovec here = {space, to - from < TOUCH_PIECE ? to - from : TOUCH_PIECE};
		struct iovec there = {(void *)(uintptr_t)from, here.iov_len};

		if (process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0) < 0)
			return;
	}
}

/*
 * The kernel's walk reads only what is in memory. Reading the interpreter's data once from here
 * makes all of it present in the process, which does not notice.
 */
static void touch_data(uint32_t pid, const struct py_layout *layout)
{
	char path[32], line[512], *space = malloc(TOUCH_PIECE);
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	maps = space ? fopen(path, "re") : NULL;
	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long long from, to;

		if (sscanf(line, "%llx-%llx rw", &from, &to) != 2)
			continue;
		if ((layout->runtime >= from && layout->runtime < to) ||
			(layout->code_type >= from && layout->code_type < to))
			touch_range(pid, from, to, space);
	}
	if (maps)
		fclose(maps);
	free(space);
}

/* What is forked meanwhile has both, or is given both. */
static void give(struct live *l, struct walker_bpf *w, uint32_t pid, const struct py_layout *layout)
{
	struct gil_place gil = {.bytes = layout->gil.size};
	struct memory memory;
	char path[32];

	memory_of_process(&memory, pid);
	gil.from = gil_of_main(&memory, layout);
	if (gil.from)
		probes_set_gil(l->probes, pid, &gil);
	walker_set(w, pid, layout);
	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	if (access(path, F_OK)) { /* its exit, which forgets it, was before */
		walker_forget(w, pid);
		probes_forget_gil(l->probes, pid);
	}
}

static bool has_parents(struct live *l, struct walker_bpf *w, const struct known *k)
{
	const struct known *parent = known_get(l, k->ppid);
	struct py_layout layout;

	if (!parent || parent->cmd != k->cmd || parent->exe != k->exe || !k->cmd ||
		!walker_get(w, parent->pid, &layout))
		return false;
	give(l, w, k->pid, &layout);
	return true;
}

static void refuse(struct live *l, const struct err *why)
{
	if (l->layouts_refused)
		return;
	l->layouts_refused = true;
	machine_missing(l, "python-stacks", "what that Python was doing when it died", why->text);
}

static void try_again(struct live *l, struct known *k)
{
	if (++k->layout_tries > MOST_TRIES)
		return;
	k->layout_ns = l->now_ns + (k->layout_tries < QUICK_TRIES ? SOON_NS : LATER_NS);
	l->layouts_due++;
}

static void find(struct live *l, struct walker_bpf *w, struct known *k)
{
	struct interp found;
	struct memory memory;
	struct err why = {0};
	int ret;

	memory_of_process(&memory, k->pid);
	ret = interp_find("/proc", &memory, &found, &why);
	if (!ret) {
		give(l, w, k->pid, &found.layout);
		k->has_layout = true;
		touch_data(k->pid, &found.layout);
	} else if (ret == -EOPNOTSUPP && k->layout_tries >= QUICK_TRIES) {
		refuse(l, &why);
	} else if (ret != -EACCES && ret != -EPERM && ret != -ESRCH) {
		try_again(l, k); /* it has only just begun: what it has may make no sense yet */
	}
}

void stacks_meet(struct live *l, struct known *k)
{
	struct walker_bpf *w = l->probes ? probes_walker(l->probes, NULL) : NULL;
	struct py_layout layout;

	if (k->layout_ns)
		l->layouts_due--;
	k->layout_ns = 0;
	if (!w || !k->is_python)
		return;
	k->has_layout = walker_get(w, k->pid, &layout) || has_parents(l, w, k);
	if (!k->has_layout)
		find(l, w, k);
	k->has_gil = probes_has_gil(l->probes, k->pid);
}

void stacks_new_program(struct live *l, struct known *k)
{
	struct walker_bpf *w = l->probes ? probes_walker(l->probes, NULL) : NULL;

	k->has_layout = k->has_gil = false;
	samples_forget(l, k);
	if (w)
		walker_forget(w, k->pid);
}

void stacks_look(struct live *l)
{
	uint32_t looks = 0;

	for (uint32_t i = l->known_top; l->layouts_due && i-- && looks < LIVE_LOOKS;) {
		struct known *k = &l->known[i];

		if (!k->pid || !k->layout_ns || k->layout_ns > l->now_ns)
			continue;
		stacks_meet(l, k);
		looks++;
	}
}
