/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How processes start: files that they open become modules' names (FRAME_STEP), and who does
 * nothing that shows for a while is looked at: in which module's top level, or in the pool's
 * initializer, is it?
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/look.h"
#include "live/state.h"
#include "live/walker.h"
#include "python/modname.h"

#define QUIET_NS 20000000ull /* then a process is looked at */
#define QUIET_MORE 8 /* after this part of its silence again */
#define QUIET_MOST_NS 1000000000ull
#define STEPS_NS 120000000000ull /* who has not started by then is not looked at any more */

enum { LOOKS = 3 }; /* per poll */

struct asked {
	uint32_t pid;
};

static bool is_package(void *arg, const char *folder)
{
	const struct asked *a = arg;
	char path[PATH_MAX];

	if (folder[0] != '/' || snprintf(path, sizeof(path), "/proc/%u/root%s/__init__.py", a->pid,
					folder) >= (int)sizeof(path))
		return false;
	return !access(path, F_OK);
}

static uint64_t hash_path(const char *path)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 0x100000001b3u;
	return h;
}

/* The name of a file's module, which the next worker will ask for too. */
static bool name_of(struct live *l, const struct known *k, const char *path, struct modname *ret)
{
	uint64_t hash = hash_path(path) ^ k->cgroup;
	struct step_file *f = &l->steps->files[hash % STEP_FILES];
	struct asked a = {k->pid};

	if (f->hash != hash) {
		f->hash = 0;
		if (!modname_of(path, is_package, &a, &f->module))
			return false;
		f->hash = hash;
	}
	*ret = f->module;
	return true;
}

static bool is_server(const struct live *l, const struct known *k)
{
	const char *cmd = texts_get(&l->texts, k->cmd);

	return cmd && strstr(cmd, ".forkserver import main");
}

/* The main module is that of the program that the process works for. */
static bool is_main(struct live *l, const struct known *k, const char *path, const char *name)
{
	const struct known *parent = known_get(l, k->ppid);
	const char *cmd;

	if (parent && is_server(l, parent))
		parent = known_get(l, parent->ppid);
	cmd = parent ? texts_get(&l->texts, parent->cmd) : NULL;
	return cmd && modname_is_main(cmd, path, name);
}

static void put(struct live *l, struct known *k, struct frame_step *f, const struct modname *m)
{
	f->h.kind = FRAME_STEP;
	f->h.pid = k->pid;
	if (m) {
		f->name = texts_id(&l->texts, &l->out, f->h.t_ns, m->name);
		f->origin = m->origin;
	}
	outbox_put(&l->out, &f->h, sizeof(*f), NULL, 0);
}

void steps_put(struct live *l, const struct ring_step *r)
{
	struct known *k = known_get(l, r->h.pid);
	struct frame_step f = {.h = {.t_ns = r->h.t_ns}, .what = r->what};
	struct modname m = {0};
	bool named;

	if (!k || !l->steps)
		return;
	k->stepped_ns = k->seen_ns = r->h.t_ns;
	if (r->what != STEP_MODULE) {
		put(l, k, &f, NULL);
		return;
	}
	if (!r->len || r->len > STEP_PATH || r->path[r->len - 1])
		return;
	named = name_of(l, k, r->path, &m);
	if (is_main(l, k, r->path, named ? m.name : NULL))
		f.what = STEP_MAIN;
	else if (!named)
		return;
	put(l, k, &f, named ? &m : NULL);
}

void steps_begin(struct known *k, uint64_t t_ns)
{
	k->is_starting = true;
	k->stepped_ns = k->seen_ns = k->begun_ns = t_ns;
}

/* The last part of a dotted name: functions are qualified from 3.11 on. */
static bool is_called(const struct look_frame *code, const char *name)
{
	const char *dot = strrchr(code->function, '.');

	return !strcmp(dot ? dot + 1 : code->function, name);
}

static bool is_in(const struct look_frame *code, const char *file)
{
	size_t len = strlen(code->file), end = strlen(file);

	return len >= end && !strcmp(code->file + len - end, file);
}

/* Functions that call a pool's initializer, with what else they call. */
static const struct {
	const char *file, *function;
} callers[] = {
	{"/pool.py", "worker"},
	{"/billiard/pool.py", "after_fork"},
	{"/process.py", "_process_worker"},
	{"/process_executor.py", "_process_worker"},
};

static bool calls_initializer(const struct look_frame *caller, const struct look_frame *called)
{
	if (is_called(called, "get") || is_called(called, "close"))
		return false;
	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++)
		if (is_called(caller, callers[i].function) && is_in(caller, callers[i].file))
			return true;
	return false;
}

/* Below it are the frames of whoever forked it. */
static bool is_bottom(const struct look_frame *code)
{
	return is_called(code, "_bootstrap") && is_in(code, "/process.py");
}

/* Judges a stack, innermost first. */
static void judge(struct live *l, struct known *k, const struct look_frame *frames, uint32_t count,
	struct frame_step *f)
{
	const struct look_frame *inner = NULL;
	struct modname m = {0};

	f->what = STEP_IN_OTHER;
	for (uint32_t i = 0; i < count; i++) {
		const struct look_frame *code = &frames[i];
		bool named = is_called(code, "<module>") && name_of(l, k, code->file, &m);

		if (is_called(code, "<module>") &&
			is_main(l, k, code->file, named ? m.name : NULL)) {
			f->what = STEP_IN_MAIN;
			break;
		}
		if (named) {
			f->what = STEP_IN_MODULE;
			break;
		}
		if (inner && calls_initializer(code, inner)) {
			f->what = STEP_IN_INITIALIZER;
			snprintf(m.name, sizeof(m.name), "%.*s", MODNAME_MAX - 1, inner->function);
			break;
		}
		if (is_bottom(code))
			break;
		inner = code;
	}
	put(l, k, f, m.name[0] ? &m : NULL);
}

static bool is_in_start(struct live *l, uint32_t pid)
{
	struct watch w;

	return probes_get(l->probes, pid, &w) && w.state == STATE_START && !(w.flags & WATCH_ROOT);
}

static void look(struct live *l, struct known *k)
{
	struct walker_bpf *walker = probes_walker(l->probes, NULL);
	struct frame_step f = {.h = {.t_ns = live_now()}};
	uint64_t stepped_ns = k->stepped_ns;
	const struct look_frame *frames;
	struct py_layout layout;
	uint32_t count, pid = k->pid;

	if (!walker || !walker_get(walker, pid, &layout) ||
		!look_read(l->steps->look, pid, &layout, &frames, &count))
		return;
	/* What was read was its start only if that still goes on, and of before its next step. */
	events_drain(l);
	k = known_get(l, pid);
	if (k && k->stepped_ns == stepped_ns && is_in_start(l, pid))
		judge(l, k, frames, count, &f);
}

/* Often at first, and seldom where nothing has happened for long. */
static bool is_due(const struct live *l, const struct known *k)
{
	uint64_t quiet_ns, again_ns;

	if (!k->pid || !k->is_starting || l->now_ns < k->seen_ns + QUIET_NS)
		return false;
	quiet_ns = l->now_ns - k->stepped_ns;
	again_ns = quiet_ns / QUIET_MORE;
	return l->now_ns >= k->seen_ns + (again_ns < QUIET_MOST_NS ? again_ns : QUIET_MOST_NS);
}

void steps_look(struct live *l)
{
	uint32_t looks = 0;

	for (uint32_t i = 0; l->steps && i < l->known_top && looks < LOOKS; i++) {
		struct known *k = &l->known[(l->steps->next + i) % l->known_top];

		if (!is_due(l, k))
			continue;
		if (l->now_ns > k->begun_ns + STEPS_NS || k->is_head || !is_in_start(l, k->pid)) {
			k->is_starting = false;
			continue;
		}
		k->seen_ns = l->now_ns;
		look(l, k);
		if (++looks == LOOKS)
			l->steps->next = (l->steps->next + i + 1) % l->known_top;
	}
}

int steps_open(struct live *l)
{
	l->steps = calloc(1, sizeof(*l->steps));
	if (l->steps)
		l->steps->look = look_new();
	return l->steps && l->steps->look ? 0 : -ENOMEM;
}

void steps_release(struct live *l)
{
	if (l->steps)
		look_free(l->steps->look);
	free(l->steps);
	l->steps = NULL;
}
