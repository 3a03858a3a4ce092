/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/wait_read.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf/ring.h"

/* linux/futex.h */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_BITSET = 9, PRIVATE = 128, REALTIME = 256 };

struct row {
	int32_t syscall;
	uint64_t arg[5];
	uint32_t wait_for, flags;
};

static void what_a_call_waits_for(void **state)
{
	static const struct row rows[] = {
		{-1, {0}, WAIT_NONE, 0},
		{SYS_read, {3, 4096, 4}, WAIT_READ, 0},
		{SYS_write, {4, 4096, 70000}, WAIT_WRITE, 0},
		{SYS_wait4, {77}, WAIT_CHILD, 0},
		{SYS_clock_nanosleep, {0}, WAIT_TIME, WAIT_TIMED},
		{SYS_futex, {4096, FUTEX_WAIT | PRIVATE, 2, 0}, WAIT_LOCK, 0},
		{SYS_futex, {4096, FUTEX_BITSET | PRIVATE | REALTIME, 2, 0}, WAIT_LOCK, 0},
		{SYS_futex, {4096, FUTEX_BITSET | PRIVATE, 2, 8192}, WAIT_LOCK, WAIT_TIMED},
		{SYS_futex, {4096, FUTEX_BITSET | REALTIME, 0, 0}, WAIT_SEMAPHORE, 0},
		{SYS_futex, {4096, FUTEX_BITSET | REALTIME, 0, 8192}, WAIT_SEMAPHORE, WAIT_TIMED},
		{SYS_futex, {4096, FUTEX_WAKE | PRIVATE, 1}, WAIT_OTHER, 0},
		{SYS_futex, {4096, 127, 1}, WAIT_OTHER, 0},
		{SYS_ppoll, {4096, 1, 0}, WAIT_POLL, 0},
		{SYS_ppoll, {4096, 1, 8192}, WAIT_POLL, WAIT_TIMED},
		{SYS_epoll_pwait, {3, 4096, 1, (uint32_t)-1}, WAIT_POLL, 0},
		{SYS_epoll_pwait, {3, 4096, 1, 100}, WAIT_POLL, WAIT_TIMED},
		{SYS_fsync, {3}, WAIT_OTHER, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct thread_wait w = {.syscall = rows[i].syscall};

		memcpy(w.arg, rows[i].arg, sizeof(w.arg));
		waits_judge(&w);
		assert_int_equal(w.wait_for, rows[i].wait_for);
		assert_int_equal(w.flags & WAIT_TIMED, rows[i].flags);
	}
}

static void pause_a_little(void)
{
	const struct timespec a_little = {.tv_nsec = 2000000};

	nanosleep(&a_little, NULL);
}

/* The main thread's wait, once it is in that call; others may have the cores for a while. */
static bool waits_in(pid_t pid, int32_t syscall, struct process_waits *ret)
{
	for (int i = 0; i < 5000; i++) {
		if (!waits_read((uint32_t)pid, ret) && ret->list[0].syscall == syscall)
			return true;
		pause_a_little();
	}
	return false;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_child_that_reads_a_pipe(void **state)
{
	struct process_waits waits;
	struct stat st;
	int fds[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid)
		_exit(read(fds[0], &c, 1) != 1);
	assert_true(waits_in(pid, SYS_read, &waits));
	assert_int_equal(waits.count, 1);
	assert_int_equal(waits.threads, 1);
	assert_int_equal(waits.list[0].tid, pid);
	assert_int_equal(waits.list[0].wait_for, WAIT_READ);
	assert_int_equal(waits.list[0].flags, WAIT_ALONE);
	assert_int_equal(waits.list[0].arg[0], fds[0]);
	waits_object((uint32_t)pid, &waits.list[0]);
	assert_int_equal(fstat(fds[0], &st), 0);
	assert_int_equal(waits.list[0].object, st.st_ino);
	end(pid);
	close(fds[0]);
	close(fds[1]);
}

/* As glibc's sem_wait() does, in memory that is shared: its value is the word's lower half. */
static void a_child_that_waits_for_a_semaphore(void **state)
{
	char path[] = "/dev/shm/pooltop-test-XXXXXX";
	struct process_waits waits;
	int fd = mkstemp(path);
	struct stat st;
	uint32_t *word;
	pid_t pid;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	unlink(path);
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(word, MAP_FAILED);
	pid = fork();
	if (!pid) {
		syscall(SYS_futex, word, FUTEX_BITSET | REALTIME, 0, NULL, NULL, ~0u);
		_exit(0);
	}
	assert_true(waits_in(pid, SYS_futex, &waits));
	assert_int_equal(waits.list[0].wait_for, WAIT_SEMAPHORE);
	waits_object((uint32_t)pid, &waits.list[0]);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(waits.list[0].object, st.st_ino);
	assert_int_equal(waits.list[0].value, 0);
	*word = 3;
	waits_value((uint32_t)pid, &waits.list[0]);
	assert_int_equal(waits.list[0].value, 3);
	end(pid);
	munmap(word, 4096);
	close(fd);
}

static void one_that_is_gone(void **state)
{
	struct process_waits waits;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	assert_true(waits_read((uint32_t)pid, &waits) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_call_waits_for),
		cmocka_unit_test(a_child_that_reads_a_pipe),
		cmocka_unit_test(a_child_that_waits_for_a_semaphore),
		cmocka_unit_test(one_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
