/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/roles.h"

#include <stddef.h>
#include <string.h>

/* A file is told by the end of its path, so that vendored copies are found too. */
static const struct {
	const char *file;
	const char *function;
	enum role role;
} parts[] = {
	{"/reduction.py", "dumps", ROLE_PICKLE}, {"/reduction.py", "dump", ROLE_PICKLE},
	{"/queues.py", "put", ROLE_PUT}, {"/queues.py", "_feed", ROLE_PUT},
	{"/queues.py", "get", ROLE_GET}, {"/queues.py", "send_payload", ROLE_SEND},
	{"/queues.py", "get_payload", ROLE_RECEIVE}, {"/connection.py", "send", ROLE_PUT},
	{"/connection.py", "recv", ROLE_GET}, {"/connection.py", "send_bytes", ROLE_SEND},
	{"/connection.py", "_send_bytes", ROLE_SEND}, {"/connection.py", "_send", ROLE_SEND},
	{"/connection.py", "recv_bytes", ROLE_RECEIVE},
	{"/connection.py", "recv_bytes_into", ROLE_RECEIVE},
	{"/connection.py", "_recv_bytes", ROLE_RECEIVE}, {"/connection.py", "_recv", ROLE_RECEIVE},
	{"/connection.py", "poll", ROLE_RECEIVE}, {"/connection.py", "_poll", ROLE_RECEIVE},
	{"/connection.py", "wait", ROLE_RECEIVE},
	{"/multiprocessing/queue.py", "send", ROLE_PUT}, /* torch's */
	{"/multiprocessing/queue.py", "recv", ROLE_GET}, {"/pool.py", "worker", ROLE_LOOP},
	{"/pool.py", "workloop", ROLE_LOOP}, /* billiard's */
	{"/billiard/pool.py", "_recv", ROLE_GET},
	{"/billiard/pool.py", "prepare_result", ROLE_PASS},
	{"/futures/process.py", "_process_worker", ROLE_LOOP},
	{"/futures/process.py", "_sendback_result", ROLE_PASS},
	{"/process_executor.py", "_process_worker", ROLE_LOOP}, /* loky's */
	{"/process_executor.py", "_sendback_result", ROLE_PASS},
	{"/_utils/worker.py", "_worker_loop", ROLE_LOOP}, /* DataLoader's */
};

/* A user may have a queues.py too: only in these is it what it is called. */
static const char *const packages[] = {
	"/multiprocessing/",
	"/multiprocess/",
	"/billiard/",
	"/loky/",
	"/concurrent/futures/",
	"/torch/utils/data/",
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static bool is_packaged(const char *file)
{
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (strstr(file, packages[i]))
			return true;
	return false;
}

enum role role_of(const char *function, const char *file)
{
	const char *dot = strrchr(function, '.');

	if (strstr(file, "<frozen importlib._bootstrap") ||
		ends_with(file, "/importlib/_bootstrap.py"))
		return ROLE_IMPORT;
	if (!is_packaged(file))
		return ROLE_OWN;
	if (dot)
		function = dot + 1;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(function, parts[i].function) && ends_with(file, parts[i].file))
			return parts[i].role;
	return ROLE_OWN;
}

/* What a part makes of what its callee was found to be at. */
static const struct {
	enum sample_class is;
	enum sample_class but; /* unless it is this already; CLASS_OTHER: nothing */
} made[] = {
	[ROLE_PICKLE] = {CLASS_PICKLE, CLASS_OTHER},
	[ROLE_PUT] = {CLASS_PICKLE, CLASS_SEND},
	[ROLE_SEND] = {CLASS_SEND, CLASS_OTHER},
	[ROLE_GET] = {CLASS_UNPICKLE, CLASS_RECEIVE},
	[ROLE_RECEIVE] = {CLASS_RECEIVE, CLASS_OTHER},
};

/* What the walk from the innermost frame outwards has found. */
struct found {
	enum sample_class last; /* CLASS_TASK: of the program's own */
	enum sample_class first; /* the innermost part that is played, with those right around it */
	bool is_over; /* own code was found outside of that */
	bool has_loop;
	bool imports;
};

static struct found look(const uint8_t *roles, uint32_t count)
{
	struct found f = {.last = CLASS_TASK};

	for (uint32_t i = 0; i < count && !f.has_loop; i++) {
		enum role role = (enum role)roles[i];

		f.has_loop = role == ROLE_LOOP;
		f.imports |= role == ROLE_IMPORT;
		if (role == ROLE_LOOP || role == ROLE_PASS)
			continue;
		if (role == ROLE_OWN || role == ROLE_IMPORT) {
			f.last = CLASS_TASK;
			f.is_over = f.first != CLASS_OTHER;
			continue;
		}
		if (f.last != made[role].but)
			f.last = made[role].is;
		if (!f.is_over)
			f.first = f.last;
	}
	return f;
}

/* Once a task is taken, what is left of receiving it belongs to making objects of it. */
static enum sample_class with_task(const struct found *f, bool is_cut)
{
	enum sample_class class = f->first;

	if (f->has_loop || (is_cut && f->is_over))
		class = f->last;
	if (class == CLASS_RECEIVE)
		return CLASS_UNPICKLE;
	return class == CLASS_OTHER ? CLASS_TASK : class;
}

enum sample_class roles_class(const uint8_t *roles, uint32_t count, struct owner owner)
{
	struct found f = look(roles, count);

	if (!count)
		return owner.is_worker && owner.has_hand ? CLASS_TASK : CLASS_OTHER;
	if (owner.is_worker && owner.is_main && owner.has_hand)
		return with_task(&f, owner.is_cut);
	if (f.first != CLASS_OTHER)
		return f.first;
	if (owner.is_worker && owner.has_hand)
		return CLASS_TASK;
	return f.imports ? CLASS_IMPORT : CLASS_OTHER;
}
