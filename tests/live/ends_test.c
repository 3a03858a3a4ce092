/* SPDX-License-Identifier: GPL-2.0-only */
/* Read in the /proc of this test's own process. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "live/ends.h"
#include "live/live.h"
#include "live/state.h"

static const struct fd_end *end_of(const struct fd_end *ends, uint32_t count, int fd)
{
	for (uint32_t i = 0; i < count; i++)
		if (ends[i].fd == fd)
			return &ends[i];
	return NULL;
}

static void test_own_pipe_and_socket(void **state)
{
	struct fd_end ends[64];
	const struct fd_end *end;
	uint32_t count;
	struct stat st;
	int p[2], s[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(ends_read(getpid(), ends, 64, &count), 0);
	end = end_of(ends, count, p[0]);
	assert_non_null(end);
	fstat(p[0], &st);
	assert_int_equal(end->ino, st.st_ino);
	assert_int_equal(end->mode, PIPE_READ);
	assert_int_equal(end_of(ends, count, p[1])->mode, PIPE_WRITE);
	assert_int_equal(end_of(ends, count, s[0])->mode, PIPE_READ | PIPE_WRITE);
	assert_int_equal(ends_ino(getpid(), p[1]), st.st_ino);
	assert_int_equal(ends_read(getpid(), ends, 1, &count), 0);
	assert_int_equal(count, 1);
	for (int i = 0; i < 2; i++) {
		close(p[i]);
		close(s[i]);
	}
}

static void test_no_such_process(void **state)
{
	struct in_syscall call;
	struct fd_end ends[4];
	uint32_t count;

	(void)state;
	assert_true(ends_read(4194304, ends, 4, &count) < 0);
	assert_int_equal(ends_ino(4194304, 0), 0);
	assert_false(syscall_read(4194304, &call));
}

/* What a process holds that is on its way out tells nothing of what it had. */
static void test_exiting(void **state)
{
	struct fd_end ends[4];
	uint32_t count = 0;
	siginfo_t info;
	pid_t child = fork();

	(void)state;
	if (!child)
		_exit(0);
	assert_true(child > 0);
	assert_int_equal(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(ends_read(child, ends, 4, &count), -ESRCH);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_what_waits_for_a_task(void **state)
{
	static const struct {
		struct in_syscall call;
		bool is_wait;
	} rows[] = {
		{{SYS_read, {5, 0x7000, 4}}, true},
		{{SYS_read, {5, 0x7000, 65536}}, false},
		{{SYS_futex, {0x7f0000001000, 0x109, 0}}, true},
		{{SYS_futex, {0x7f0000001000, 0x189, 0}}, false}, /* private: the GIL, a lock */
		{{SYS_futex, {0x7f0000001010, 0x109, 0}}, false}, /* pthread_join */
		{{SYS_write, {5, 0x7000, 4}}, false},
		{{-1, {0, 0, 0}}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(syscall_is_task_wait(&rows[i].call), rows[i].is_wait);
}

static void test_helpers_and_python(void **state)
{
	(void)state;
	assert_true(
		discover_is_helper("/usr/bin/python3 -c from multiprocessing.spawn import "
				   "spawn_main; spawn_main(tracker_fd=6) --multiprocessing-fork"));
	assert_true(discover_is_helper("python -m joblib.externals.loky.backend.popen_loky_posix"));
	assert_false(discover_is_helper("python3 etl.py"));
	assert_true(discover_is_python("/usr/bin/python3.11", "etl"));
	assert_true(discover_is_python("-", "/opt/venv/bin/python etl.py"));
	assert_false(discover_is_python("/usr/bin/bash", "bash python3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_pipe_and_socket),
		cmocka_unit_test(test_no_such_process),
		cmocka_unit_test(test_exiting),
		cmocka_unit_test(test_what_waits_for_a_task),
		cmocka_unit_test(test_helpers_and_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
