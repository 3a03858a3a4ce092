/* SPDX-License-Identifier: GPL-2.0-only */
/* Goes to random times of a recording, as the dashboard does: `seek FILE TIMES`. Prints how many
 * milliseconds each took, and how many frames were folded in. For tests/bench/bench.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "session/session.h"
#include "tape/tape_reader.h"

static void die(const char *what)
{
	fprintf(stderr, "seek: %s\n", what);
	exit(1);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Frames that it took to come to the first tick from then on. */
static unsigned long go(struct source *source, uint64_t t_ns)
{
	struct tape_reach reach = {.before_ns = t_ns};
	unsigned long frames = 0;
	const struct frame *f;
	struct session s;
	struct err err;

	if (tape_seek(source, reach, &s.model) &&
		(source->ops->rewind(source, &err) || session_init(&s)))
		die("it cannot be read");
	while (source_next(source, &f, &err) == SOURCE_FRAME) {
		frames++;
		if (session_feed(&s, f))
			die("out of memory");
		if (f->kind == FRAME_TICK && f->t_ns >= t_ns)
			break;
	}
	session_release(&s);
	return frames;
}

int main(int argc, char **argv)
{
	struct source *source;
	struct tape_info info;
	struct err err;

	if (argc != 3 || tape_open(argv[1], false, &source, &err) ||
		tape_info(source, &info, &err) || info.last_ns <= info.first_ns)
		die("give FILE and TIMES");
	srand(1);
	for (int n = atoi(argv[2]); n > 0; n--) {
		double share = (double)rand() / RAND_MAX, from_ms = now_ms();
		uint64_t t_ns =
			info.first_ns + (uint64_t)(share * (double)(info.last_ns - info.first_ns));
		unsigned long frames = go(source, t_ns);

		printf("%.1f %lu\n", now_ms() - from_ms, frames);
	}
	source_free(source);
	return 0;
}
