/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the lively story as a stream of frames, as `record -o -` does:
 *
 *     story [MS [two]]
 *
 * MS: waits that long after each tick, as a watcher would. two: at its end a second pool comes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/history.h"

static void wait_ms(long ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	fflush(stdout);
	nanosleep(&ts, NULL);
}

static void add_second_pool(struct history *h)
{
	static const struct history_pool other = {
		.pid = 5555, .task_ino = 80001, .result_ino = 80002};

	history_found(h, other.pid, 1, "python3 -m other", "3.12.1");
	history_start_pool(h, &other, 5601, 3);
	history_ticks(h, 2);
}

int main(int argc, char **argv)
{
	long ms = argc > 1 ? atol(argv[1]) : 0;
	const struct frame *f;
	struct history h;
	size_t pos = 0;

	history_init(&h);
	history_lively(&h);
	if (argc > 2 && !strcmp(argv[2], "two"))
		add_second_pool(&h);
	history_end(&h, 0);
	while ((f = history_next(&h, &pos))) {
		if (fwrite(f, f->size, 1, stdout) != 1)
			return 1;
		if (f->kind == FRAME_TICK && ms)
			wait_ms(ms);
	}
	history_release(&h);
	return fflush(stdout) ? 1 : 0;
}
