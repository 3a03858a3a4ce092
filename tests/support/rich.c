/* SPDX-License-Identifier: GPL-2.0-only */
/* A story that leaves something in every part of the model. */
#include "tests/support/frames.h"

enum { OWN = 6000, OWN_TASKS = 61001, OWN_RESULTS = 61002, NOBODYS = 61003, LONER = 6100 };

struct said {
	uint32_t pid;
	uint64_t ino;
	enum msg_dir dir;
	uint64_t bytes;
	uint32_t tid; /* 0: the main thread */
};

static void say(struct history *h, struct said s)
{
	struct frame_msg f = {
		.h = {.kind = FRAME_MSG, .size = sizeof(f), .pid = s.pid},
		.ino = s.ino,
		.bytes = s.bytes,
		.tid = s.tid ? s.tid : s.pid,
		.dir = (uint8_t)s.dir,
		.shape = SHAPE_OBJECT,
		.head_mark = s.bytes,
	};

	history_wait(h, 10 * HISTORY_US);
	history_add(h, &f);
}

/* Processes of a user's own, with queues whose messages have no numbers: some wait in each. */
static void own_queues(struct history *h)
{
	history_found(h, OWN, 1, "python3 own.py", "3.12.1");
	for (uint32_t pid = OWN + 1; pid <= OWN + 3; pid++) {
		history_fork(h, OWN, pid);
		history_born(h, pid);
	}
	history_wait(h, HISTORY_S);
	for (uint32_t i = 0; i < 40; i++) {
		uint32_t pid = OWN + 1 + i % 3;

		say(h, (struct said){OWN, OWN_TASKS, MSG_WRITE, 100 + i, 0});
		if (i < 30)
			say(h, (struct said){pid, OWN_TASKS, MSG_READ, 100 + i, 0});
		if (i < 27)
			say(h, (struct said){pid, OWN_RESULTS, MSG_WRITE, 50 + i, 0});
		if (i < 20)
			say(h, (struct said){OWN, OWN_RESULTS, MSG_READ, 50 + i, 0});
	}
	history_ticks(h, 2);
	history_kill(h, OWN + 2, 9, 900, "bash");
	/* A thread answers, when its worker has gone on. */
	for (uint32_t i = 30; i < 33; i++)
		say(h, (struct said){OWN + 3, OWN_TASKS, MSG_READ, 100 + i, 0});
	history_wait(h, 100 * HISTORY_MS);
	for (uint32_t i = 30; i < 33; i++)
		say(h, (struct said){OWN + 3, OWN_RESULTS, MSG_WRITE, 50 + i, OWN + 9});
}

/* A process that starts Python anew, step by step. */
static void start(struct history *h, uint32_t pid)
{
	history_fork(h, 4242, pid);
	history_wait(h, 3 * HISTORY_MS);
	history_exec(h, pid, "python3 -c from multiprocessing.spawn import spawn_main", "3.11.7");
	history_wait(h, 20 * HISTORY_MS);
	history_step(h, pid, STEP_MODULE, "encodings", ORIGIN_PYTHON);
	history_wait(h, 30 * HISTORY_MS);
	history_step(h, pid, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	history_wait(h, 40 * HISTORY_MS);
	history_step(h, pid, STEP_DATA, NULL, ORIGIN_UNKNOWN);
	history_step(h, pid, STEP_MODULE, "numpy", ORIGIN_INSTALLED);
	history_wait(h, 300 * HISTORY_MS);
	history_step(h, pid, STEP_IN_MODULE, "numpy.core", ORIGIN_INSTALLED);
}

/* What is kept of processes that nobody works for (yet). */
static void loners(struct history *h)
{
	history_found(h, LONER, 1, "python3 later.py", "3.9.18");
	for (uint32_t pid = LONER + 1; pid <= LONER + 4; pid++) {
		history_fork(h, LONER, pid);
		history_born(h, pid);
		say(h, (struct said){pid, NOBODYS, MSG_WRITE, 77, 0});
	}
	history_stderr(h, LONER + 1, "a line\nand half of another");
	history_exit(h, LONER + 2, 1 << 8);
	history_exit(h, LONER + 3, 0);
	history_oom(h, LONER + 1, 1 << 30, 1 << 29);
	history_signal(h, LONER + 1, 10, 900, "bash");
	history_signal(h, LONER + 1, 12, 900, "bash");
}

static void throttle(struct history *h)
{
	struct frame_throttle f = {
		.h = history_head(FRAME_THROTTLE, sizeof(f), 4242),
		.throttled_ns = 17 * HISTORY_MS,
		.periods = 20,
		.throttled = 3,
		.cgroup = history_text(h, "/system.slice/etl.service"),
	};

	history_add(h, &f);
}

void history_rich(struct history *h)
{
	const struct history_wait lock = {
		.wait_for = WAIT_LOCK, .object = 0x7f001000, .flags = WAIT_ALONE, .syscall = 202};

	history_lively(h);
	history_missing(h, "stacks", "where a dead worker was", NULL);
	start(h, 4400);
	own_queues(h);
	loners(h);
	throttle(h);
	history_waits(h, 4301, &lock);
	history_lost(h, 12);
	history_ticks(h, 3);
	history_stderr(h, 4304, "Traceback (most recent call last):\nKeyError: 'x'\n");
	history_kill(h, 4304, 11, 0, "");
	start(h, 4401);
	history_ticks(h, 1);
	say(h, (struct said){LONER + 1, NOBODYS, MSG_WRITE, 78, 0});
}
