/* SPDX-License-Identifier: GPL-2.0-only */
/* What system calls take: the least of some rounds, in nanoseconds, of a short one, and of a write
 * and a read of a pipe, each. For tests/bench/limits.py. */
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 40, CALLS = 50000 };

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int call_short(int fds[2])
{
	(void)fds;
	return syscall(SYS_getppid) < 0;
}

static int call_pipe(int fds[2])
{
	char byte = 0;

	return write(fds[1], &byte, 1) != 1 || read(fds[0], &byte, 1) != 1;
}

/* Of one call; negative: it failed. */
static double least_ns(int (*call)(int fds[2]), int fds[2])
{
	double least = -1;

	for (int round = 0; round < ROUNDS; round++) {
		double begin = now_ns(), took;

		for (int i = 0; i < CALLS; i++)
			if (call(fds))
				return -1;
		took = (now_ns() - begin) / CALLS;
		if (least < 0 || took < least)
			least = took;
	}
	return least;
}

int main(void)
{
	double short_ns, pipe_ns;
	int fds[2];

	if (pipe(fds))
		return 1;
	short_ns = least_ns(call_short, fds);
	pipe_ns = least_ns(call_pipe, fds);
	if (short_ns < 0 || pipe_ns < 0)
		return 1;
	printf("%.1f %.1f\n", short_ns, pipe_ns / 2);
	return 0;
}
