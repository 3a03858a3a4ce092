/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/export/stories.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/history.h"

static const struct history_pool pool = {.pid = 500, .task_ino = 901, .result_ino = 902};

static struct history *begin(enum wire_mode mode)
{
	struct history *h = malloc(sizeof(*h));

	if (!h)
		abort();
	history_init(h);
	if (mode)
		history_session(h, mode);
	return h;
}

static void end(struct history *h, struct session *s)
{
	if (session_init(s) || history_feed(h, NULL, s))
		abort();
	history_release(h);
	free(h);
}

void story_lively(struct session *s)
{
	struct history *h = begin(0);

	history_lively(h);
	end(h, s);
}

static struct history_task task(int64_t job, const char *func)
{
	return (struct history_task){
		.job = job,
		.chunk = 0,
		.func = func,
		.items = 3,
		.flags = MSG_CHUNKED,
		.bytes_out = 1000,
		.bytes_back = 10,
	};
}

/* A worker takes task `job` of this function, and works on it for a while. */
static void give(struct history *h, uint32_t pid, int64_t job, const char *func)
{
	struct history_task t = task(job, func);

	history_send(h, &pool, &t);
	history_wait(h, HISTORY_MS);
	history_take(h, &pool, pid, &t);
	history_wait(h, 250 * HISTORY_MS);
}

static const char *const far_down =
	"science.pipelines.reconstruction.tomography.filtered_back_projection.Reconstructor."
	"reconstruct_every_slice";

static void replace(struct history *h, uint32_t pid)
{
	history_fork(h, pool.pid, pid);
	history_born(h, pid);
	history_worker_ends(h, &pool, pid);
	history_wait(h, 5 * HISTORY_MS);
	history_state(h, pid, STATE_WAIT);
	history_work(h, pid);
	history_wait(h, 5 * HISTORY_MS);
}

static void deaths(struct history *h)
{
	give(h, 501, 1, far_down);
	history_signal(h, 501, 11, 0, "");
	history_exit(h, 501, 11 | 0x80);
	give(h, 502, 2, "etl.load");
	history_oom(h, 502, 2ull << 30, 2000ull << 20);
	history_signal(h, 502, 9, 0, "");
	history_exit(h, 502, 9);
	give(h, 503, 3, "etl.load");
	history_exit(h, 503, 3 << 8);
	give(h, 504, 4, "etl.load");
	history_exit(h, 504, 0);
	history_exit(h, 505, 9);
	replace(h, 507);
	history_kill(h, 507, 6, 507, "python3");
	replace(h, 508);
	history_kill(h, 508, 9, 500, "python3");
}

static void failures(struct history *h)
{
	static const char *const odd[] = {"KeyError",
		"'a message that is longer than a page is wide, since somebody put the whole row "
		"of the table into it: name=Smith, value=12345678901234567890, path="
		"/data/incoming/2026/11/24/a-file-name-that-goes-on-and-on/and-on/part-00000.csv\n"
		"and a second line'",
		""};
	static const char *const encoding[] = {"MaybeEncodingError", "", "MaybeEncodingError\n"};
	struct history_task t = task(5, "etl.\xe5\x8f\x98\xe6\x8d\xa2");

	for (int n = 0; n < 1200; n++) {
		t.job = 10 + n;
		history_send(h, &pool, &t);
		history_take(h, &pool, 506, &t);
		history_wait(h, 30 * HISTORY_US);
		history_raise(h, &pool, 506, &t, n % 100 ? odd : encoding);
		history_return(h, &pool, &t);
	}
}

void story_trouble(struct session *s)
{
	struct history *h = begin(MODE_BPF);
	struct frame_tick cut = {.h = {.kind = FRAME_TICK, .size = 24}};
	struct frame_tick unknown = {.h = {.kind = 999, .size = sizeof(unknown)}};

	history_missing(h, "senders of signals",
		"who killed a worker is not known, only which signal it died of",
		"sudo setcap cap_bpf,cap_perfmon,cap_sys_resource,cap_sys_ptrace+ep "
		"/usr/local/bin/pooltop");
	history_missing(h, "stacks", "where a dead worker was", NULL);
	history_found(h, 500, 1, "python3 -m trouble", "3.9.18");
	h->pool_pid = 500;
	history_start_pool(h, &pool, 501, 6);
	history_ticks(h, 1);
	deaths(h);
	history_lost(h, 12345);
	history_add(h, &cut);
	history_add(h, &unknown);
	history_ticks(h, 1);
	failures(h);
	history_ticks(h, 1);
	end(h, s);
	for (uint32_t i = 0; i < s->model.pools_count; i++) {
		struct stall *stall = &s->model.pools[i].stall;

		s->model.pools[i].state = POOL_STALLED;
		stall->reason = "lost-task";
		stall->since_ns = HISTORY_START_NS + 2 * HISTORY_S;
		snprintf(stall->text, sizeof(stall->text),
			"4 tasks are lost, and whoever waits for them will wait for ever");
	}
}

void story_proc(struct session *s)
{
	struct history *h = begin(MODE_PROC);

	h->known = 0;
	history_found(h, 500, 1, "python3 batch.py", "3.12.1");
	history_pipe(h, 500, pool.task_ino, 5, PIPE_READ);
	history_pipe(h, 500, pool.task_ino, 6, PIPE_WRITE);
	history_pipe(h, 500, pool.result_ino, 7, PIPE_READ);
	history_pipe(h, 500, pool.result_ino, 8, PIPE_WRITE);
	history_ends(h, 500);
	for (uint32_t pid = 501; pid < 503; pid++) {
		history_found(h, pid, 500, "python3 batch.py", "3.12.1");
		history_worker_ends(h, &pool, pid);
		history_blocked(h, pid, pool.task_ino);
		history_work(h, pid);
	}
	history_ticks(h, 3);
	history_vanish(h, 502);
	history_ticks(h, 1);
	end(h, s);
}
