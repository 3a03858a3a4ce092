/* SPDX-License-Identifier: GPL-2.0-only */
/* Session, texts, processes and their ends. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/frames.h"

void history_chars(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	memset(to, 0, size);
	memcpy(to, from, len < size ? len : size);
}

void history_session(struct history *h, enum wire_mode mode)
{
	struct frame_session f = {
		.h = history_head(FRAME_SESSION, sizeof(f), 0),
		.format = WIRE_FORMAT,
		.mode = mode,
		.cpus = HISTORY_CPUS,
		.interval_ms = (uint32_t)(h->interval_ns / HISTORY_MS),
		.wall_ns = HISTORY_WALL_NS + h->now_ns - HISTORY_START_NS,
		.flags = mode == MODE_BPF ? SESSION_STEPS : 0,
	};

	history_chars(f.version, sizeof(f.version), "0.1.0");
	history_chars(f.host, sizeof(f.host), "testhost");
	history_chars(f.kernel, sizeof(f.kernel), "6.1.0");
	history_add(h, &f);
}

uint32_t history_text(struct history *h, const char *text)
{
	union {
		struct frame_text f;
		char space[sizeof(struct frame_text) + WIRE_TEXT_MAX + 8];
	} u;
	size_t len;

	if (!text)
		return 0;
	for (uint32_t i = 0; i < h->texts; i++)
		if (!strcmp(h->text[i], text))
			return i + 1;
	len = strlen(text);
	if (h->texts == HISTORY_TEXTS || len > WIRE_TEXT_MAX)
		abort();
	h->text[h->texts] = strdup(text);
	if (!h->text[h->texts++])
		abort();
	memset(&u, 0, sizeof(u));
	u.f.h = history_head(FRAME_TEXT, (sizeof(u.f) + len + 7) & ~(size_t)7, 0);
	u.f.id = h->texts;
	u.f.len = (uint32_t)len;
	memcpy(u.f.text, text, len);
	history_add(h, &u.f);
	return h->texts;
}

void history_missing(struct history *h, const char *feature, const char *lost, const char *fix)
{
	struct frame_missing f = {
		.h = history_head(FRAME_MISSING, sizeof(f), 0),
		.feature = history_text(h, feature),
		.lost = history_text(h, lost),
		.fix = history_text(h, fix),
	};

	history_add(h, &f);
}

void history_lost(struct history *h, uint64_t count)
{
	struct frame_lost f = {
		.h = history_head(FRAME_LOST, sizeof(f), 0),
		.count = count,
		.from_ns = h->now_ns - HISTORY_MS,
		.to_ns = h->now_ns,
		.where = LOST_RING,
	};

	h->lost += count;
	history_add(h, &f);
}

void history_end(struct history *h, int status)
{
	struct frame_done f = {
		.h = history_head(FRAME_DONE, sizeof(f), 0),
		.status = status,
	};

	history_add(h, &f);
}

struct history_actor *history_actor_add(struct history *h, uint32_t pid, uint32_t ppid)
{
	struct history_actor *a = history_actor(h, 0);

	if (!a) {
		if (h->actors == HISTORY_ACTORS)
			abort();
		a = &h->actor[h->actors++];
	}
	*a = (struct history_actor){
		.pid = pid,
		.ppid = ppid,
		.start_ns = h->now_ns,
		.since_ns = h->now_ns,
		.state = STATE_START,
		.syscall = -1,
		.rss_bytes = 20 << 20,
		.core = pid % HISTORY_CPUS,
	};
	return a;
}

static void send_proc(struct history *h, const struct history_actor *a, enum proc_how how)
{
	struct frame_proc f = {
		.h = history_head(FRAME_PROC, sizeof(f), a->pid),
		.start_ns = a->start_ns,
		.ppid = a->ppid,
		.uid = 1000,
		.threads = 1,
		.how = how,
		.cmd = a->cmd,
		.exe = history_text(h, "/usr/bin/python3.11"),
		.python = a->python,
		.cgroup = history_text(h, "/user.slice/etl.service"),
		.user = history_text(h, "etl"),
		.quota_milli = h->quota_milli,
	};

	history_chars(f.comm, sizeof(f.comm), "python3");
	history_add(h, &f);
}

void history_found(
	struct history *h, uint32_t pid, uint32_t ppid, const char *cmd, const char *python)
{
	struct history_actor *a = history_actor_add(h, pid, ppid);

	a->start_ns -= 60 * HISTORY_S;
	a->cmd = history_text(h, cmd);
	a->python = history_text(h, python);
	send_proc(h, a, PROC_FOUND);
}

void history_fork(struct history *h, uint32_t parent, uint32_t child)
{
	const struct history_actor *from = history_actor(h, parent);
	struct history_actor *a = history_actor_add(h, child, parent);
	struct frame_fork f = {
		.h = history_head(FRAME_FORK, sizeof(f), parent),
		.child = child,
		.tid = h->fork_tid ? h->fork_tid : parent,
		.parent_threads = h->fork_threads ? h->fork_threads : 1,
		.start_ns = a->start_ns,
	};

	a->worker = true;
	a->cmd = from ? from->cmd : 0;
	a->python = from ? from->python : 0;
	history_chars(f.comm, sizeof(f.comm), "python3");
	history_add(h, &f);
}

void history_born(struct history *h, uint32_t pid)
{
	send_proc(h, history_actor(h, pid), PROC_BORN);
}

void history_exec(struct history *h, uint32_t pid, const char *cmd, const char *python)
{
	struct history_actor *a = history_actor(h, pid);
	struct frame_exec f = {.h = history_head(FRAME_EXEC, sizeof(f), pid)};

	history_chars(f.comm, sizeof(f.comm), "sh");
	history_add(h, &f);
	a->worker = false;
	a->cmd = history_text(h, cmd);
	a->python = history_text(h, python);
	send_proc(h, a, PROC_BORN);
}

void history_exit(struct history *h, uint32_t pid, uint32_t status)
{
	struct history_actor *a = history_actor(h, pid);
	struct frame_exit f = {
		.h = history_head(FRAME_EXIT, sizeof(f), pid),
		.start_ns = a->start_ns,
		.status = status,
		.state = a->state,
		.known = h->known,
		.syscall = a->syscall,
		.syscall_ino = a->syscall_ino,
		.cpu_ns = a->cpu_ns,
		.rss_peak_bytes = a->rss_bytes,
		.flags = a->work_flags & WORK_GIL_KNOWN ? EXIT_GIL_KNOWN : 0,
		.gil_ns = a->gil_ns,
	};

	history_state(h, pid, (enum worker_state)a->state);
	for (unsigned int i = 0; i < WORKER_STATES; i++)
		f.state_ns[i] = a->state_ns[i];
	history_add(h, &f);
	a->pid = 0;
}

void history_vanish(struct history *h, uint32_t pid)
{
	struct history_actor *a = history_actor(h, pid);
	struct frame_exit f = {
		.h = history_head(FRAME_EXIT, sizeof(f), pid),
		.start_ns = a->start_ns,
		.syscall = -1,
		.flags = EXIT_STATUS_UNKNOWN,
	};

	history_add(h, &f);
	a->pid = 0;
}

void history_signal(
	struct history *h, uint32_t pid, uint32_t sig, uint32_t sender, const char *comm)
{
	struct frame_signal f = {
		.h = history_head(FRAME_SIGNAL, sizeof(f), pid),
		.sig = sig,
		.code = sender ? 0 : 0x80,
		.sender = sender,
		.uid = sender ? 1000 : 0,
		.sender_tid = h->signal_tid,
	};

	history_chars(f.comm, sizeof(f.comm), comm);
	history_add(h, &f);
}

void history_oom(struct history *h, uint32_t pid, uint64_t limit_bytes, uint64_t rss_bytes)
{
	struct frame_oom f = {
		.h = history_head(FRAME_OOM, sizeof(f), pid),
		.limit_bytes = limit_bytes,
		.rss_bytes = rss_bytes,
		.scope = history_text(h, limit_bytes ? "/user.slice/etl.service" : "machine"),
		.trigger = pid,
	};

	history_add(h, &f);
}

void history_stack(struct history *h, uint32_t pid, uint32_t tid, uint32_t flags,
	const struct history_place *places)
{
	enum { MOST = 64 };
	union {
		struct frame_stack f;
		char space[sizeof(struct frame_stack) + MOST * sizeof(struct stack_place)];
	} u = {.f = {.tid = tid, .flags = flags}};

	u.f.walk_ns = flags & STACK_AT_DEATH ? 21 * HISTORY_US : 0;
	for (; u.f.count < MOST && places[u.f.count].function; u.f.count++) {
		const struct history_place *from = &places[u.f.count];
		bool native = from->kind == PLACE_NATIVE;

		u.f.places[u.f.count] = (struct stack_place){
			.function = history_text(h, from->function),
			.file = history_text(h, from->file),
			.line = native ? 0 : from->line,
			.kind = native ? PLACE_NATIVE : PLACE_PYTHON,
			.offset = native ? from->line : 0,
		};
	}
	u.f.h = history_head(
		FRAME_STACK, sizeof(u.f) + u.f.count * sizeof(struct stack_place), pid);
	history_add(h, &u);
}

void history_thread(struct history *h, uint32_t pid, uint32_t tid, uint32_t flags)
{
	struct frame_thread f = {
		.h = history_head(FRAME_THREAD, sizeof(f), pid),
		.tid = tid,
		.flags = flags,
		.syscall = -1,
	};

	history_chars(f.comm, sizeof(f.comm), "python3");
	history_add(h, &f);
}

void history_waits(struct history *h, uint32_t pid, const struct history_wait *w)
{
	struct frame_wait f = {
		.h = history_head(FRAME_WAIT, sizeof(f), pid),
		.since_ns = h->now_ns,
		.object = w->object,
		.tid = w->tid ? w->tid : pid,
		.syscall = w->syscall,
		.wait_for = w->wait_for,
		.flags = w->flags | (w->tid ? 0 : WAIT_FIRST),
		.value = w->value,
		.threads = w->flags & WAIT_ALONE ? 1 : 2,
		.bytes = w->bytes,
	};

	history_chars(f.comm, sizeof(f.comm), "python3");
	history_add(h, &f);
}

void history_step(struct history *h, uint32_t pid, enum step_what what, const char *name,
	enum step_origin origin)
{
	struct frame_step f = {
		.h = history_head(FRAME_STEP, sizeof(f), pid),
		.what = what,
		.name = history_text(h, name),
		.origin = origin,
	};

	history_add(h, &f);
}

void history_stderr(struct history *h, uint32_t pid, const char *text)
{
	enum { MOST = 8192 };
	union {
		struct frame_stderr f;
		char space[sizeof(struct frame_stderr) + MOST];
	} u;

	memset(&u, 0, sizeof(u));
	u.f.len = (uint32_t)strnlen(text, MOST);
	memcpy(u.f.text, text, u.f.len);
	u.f.h = history_head(FRAME_STDERR, (sizeof(u.f) + u.f.len + 7) & ~7ul, pid);
	history_add(h, &u);
}

void history_kill(struct history *h, uint32_t pid, uint32_t sig, uint32_t sender, const char *comm)
{
	history_signal(h, pid, sig, sender, comm);
	history_wait(h, 100 * HISTORY_US);
	history_exit(h, pid, sig);
}

void history_pipe(struct history *h, uint32_t pid, uint64_t ino, int fd, uint32_t mode)
{
	struct frame_pipe f = {
		.h = history_head(FRAME_PIPE, sizeof(f), pid),
		.ino = ino,
		.fd = fd,
		.mode = mode,
	};

	history_add(h, &f);
}

void history_ends(struct history *h, uint32_t pid)
{
	history_pipe(h, pid, 0, -1, 0);
}
