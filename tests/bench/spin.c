/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes every read and write of a program take longer, by as many nanoseconds as the file that
 * SPIN_FILE names has in it, first those of the parent, then those of its children: what a pool
 * loses by that is what it would lose by any watcher that costs as much. To be preloaded; for
 * tests/bench/limits.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 1000 * 1000, ROUNDS = 20 };

static const volatile uint64_t *longer_ns; /* [is_child] */
static int is_child;
static double turns_a_ns;
static ssize_t (*real_read)(int fd, void *buf, size_t size);
static ssize_t (*real_write)(int fd, const void *buf, size_t size);

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void turn(uint64_t turns)
{
	for (uint64_t i = 0; i < turns; i++)
		__asm__ volatile("" : "+r"(i));
}

/* To ask for the time takes as long as what is to be added. */
static void calibrate(void)
{
	uint64_t least_ns = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t begin = now_ns(), took;

		turn(TURNS);
		took = now_ns() - begin;
		if (took < least_ns)
			least_ns = took;
	}
	turns_a_ns = (double)TURNS / (double)(least_ns ? least_ns : 1);
}

static void in_child(void)
{
	is_child = 1;
}

__attribute__((constructor)) static void find(void)
{
	const char *path = getenv("SPIN_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED)
		longer_ns = map;
	if (fd >= 0)
		close(fd);
	calibrate();
	pthread_atfork(NULL, NULL, in_child);
	*(void **)&real_read = dlsym(RTLD_NEXT, "read");
	*(void **)&real_write = dlsym(RTLD_NEXT, "write");
}

static void spin(void)
{
	uint64_t ns = longer_ns ? longer_ns[is_child] : 0;

	if (ns)
		turn((uint64_t)((double)ns * turns_a_ns));
}

ssize_t read(int fd, void *buf, size_t size)
{
	ssize_t done = real_read(fd, buf, size);

	spin();
	return done;
}

ssize_t write(int fd, const void *buf, size_t size)
{
	ssize_t done = real_write(fd, buf, size);

	spin();
	return done;
}
