/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process works as: by the Python function that multiprocessing's start of it called, which
 * stands near the outer end of its main thread's stack for all its life (CPython Lib/
 * multiprocessing/process.py, BaseProcess._bootstrap; billiard, multiprocess and loky have the
 * same). Messages tell the same, but only when there are some.
 */
#include "live/role.h"

#include <string.h>

#include "bpf/wire.h"
#include "python/locals.h"
#include "python/reader.h"

/* The innermost that is there decides: a worker may have forked what it works with. */
static const struct {
	const char *file; /* how its path ends */
	const char *function; /* how its name ends: a method's is qualified from 3.11 on */
	uint32_t role; /* of enum proc_flags */
} signs[] = {
	{"/multiprocessing/pool.py", "worker", PROC_POOL},
	{"/multiprocess/pool.py", "worker", PROC_POOL},
	{"/concurrent/futures/process.py", "_process_worker", PROC_EXECUTOR},
	{"/loky/process_executor.py", "_process_worker", PROC_LOKY},
	{"/billiard/pool.py", "__call__", PROC_BILLIARD},
	{"/data/_utils/worker.py", "_worker_loop", PROC_LOADER},
	{"/multiprocessing/managers.py", "_run_server", PROC_SERVER},
	{"/multiprocess/managers.py", "_run_server", PROC_SERVER},
};

/* What calls the function of a user's own that a bare process is made for. */
static const char *const starters[] = {"/multiprocessing/process.py", "/multiprocess/process.py"};

static bool ends_with(const char *text, const char *end)
{
	size_t len = text ? strlen(text) : 0, n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

static bool is_starter(const struct code *code, const char *function)
{
	for (size_t i = 0; i < sizeof(starters) / sizeof(starters[0]); i++)
		if (ends_with(code->file, starters[i]) && ends_with(code->function, function))
			return true;
	return false;
}

/* Has only just been forked: what stands further out is its parent's. */
static bool is_fork(const struct code *code)
{
	return ends_with(code->file, "/popen_fork.py") && ends_with(code->function, "_launch");
}

static uint32_t role_of_frame(const struct code *code)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (ends_with(code->file, signs[i].file) &&
			ends_with(code->function, signs[i].function))
			return signs[i].role;
	return 0;
}

/* worker(inqueue, outqueue, initializer, initargs, maxtasks, ...) of 3.6 to 3.15. */
enum { MAXTASKS = 4 };

static uint32_t stays(struct reader *r, const struct py_frame *frame)
{
	char type[LOCAL_TYPE];

	if (local_type(&r->m, &r->interp.layout, frame->at, MAXTASKS, type))
		return 0;
	return strcmp(type, "NoneType") ? 0 : PROC_STAYS;
}

/* What a fork of the thread that replaces workers has further out on its stack. */
static bool is_keeper(const struct code *code)
{
	return (ends_with(code->file, "/multiprocessing/pool.py") ||
		       ends_with(code->file, "/multiprocess/pool.py")) &&
	       ends_with(code->function, "_handle_workers");
}

static const struct code *code_at(const struct reader *r, const struct py_thread *t, uint32_t i)
{
	return &r->codes.codes[r->frames[t->frames + i].code];
}

/* That of index i has called the target, by run() unless a class of the user's own has another:
 * one that is still on its way there may be anything. */
static bool has_begun(const struct reader *r, const struct py_thread *t, uint32_t i)
{
	const struct code *called = i ? code_at(r, t, i - 1) : NULL;

	if (!called || !ends_with(called->function, "run"))
		return false;
	return !is_starter(called, "run") || i > 1;
}

static uint32_t role_of_thread(struct reader *r, const struct py_thread *t)
{
	uint32_t role = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct code *code = code_at(r, t, i);

		if (!role && is_fork(code))
			return 0;
		if (!role) {
			role = role_of_frame(code);
			if (role == PROC_POOL)
				role |= stays(r, &r->frames[t->frames + i]);
			if (!role && is_starter(code, "_bootstrap"))
				role = has_begun(r, t, i) ? PROC_BARE : 0;
			continue;
		}
		/* Whose workers billiard's are, their parent's frames say: all are forked. */
		if (role == PROC_BILLIARD && code->file && strstr(code->file, "/celery/"))
			return role | PROC_CELERY;
		/* Further out than the frames of a pool that it works in, and that made its own. */
		if (role_of_frame(code) || !(role & (PROC_POOL | PROC_BILLIARD)))
			break;
		if (is_keeper(code))
			return role | PROC_REPLACES;
	}
	return role;
}

uint32_t role_read_known(struct reader *r)
{
	if (reader_read(r, NULL))
		return 0;
	for (uint32_t i = 0; i < r->threads_count; i++)
		if (r->threads[i].tid == r->m.pid)
			return role_of_thread(r, &r->threads[i]);
	return 0;
}

uint32_t role_read(uint32_t pid)
{
	struct err why = {0};
	struct reader r;
	uint32_t role = 0;

	if (!reader_init(&r, "/proc", pid, &why))
		role = role_read_known(&r);
	reader_release(&r);
	return role;
}
