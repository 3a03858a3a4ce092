/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log, as 5.10 to 6.18 write it, and as it is hostile. */
#include "live/kernel_log.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/log_clock.h"

/* One record; true: a process ended by it. */
static bool take(struct kernel_log *log, const char *text, struct log_death *ret)
{
	size_t len = strlen(text);
	char *record = malloc(len); /* not a byte more */
	bool took;

	assert_non_null(record);
	memcpy(record, text, len);
	took = kernel_log_take(log, record, len, ret);
	free(record);
	return took;
}

static void kill_in_a_cgroup(void **state)
{
	struct kernel_log log = {0};
	struct log_death d;

	(void)state;
	assert_false(take(&log, "4,9,1,-;python3 invoked oom-killer: gfp_mask=0xcc0, order=0", &d));
	assert_false(take(&log, "6,9,1,-;memory: usage 61440kB, limit 61440kB, failcnt 21\n", &d));
	assert_false(take(&log,
		"6,9,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,"
		"mems_allowed=0,oom_memcg=/jobs,task_memcg=/jobs/7,task=python3,pid=17043,uid=5\n",
		&d));
	assert_true(take(&log,
		"3,63798,59493787577,-;Memory cgroup out of memory: Killed process 17043 (python3) "
		"total-vm:605560kB, anon-rss:170624kB, file-rss:6464kB, shmem-rss:10kB, UID:5 "
		"pgtables:408kB oom_score_adj:0\n SUBSYSTEM=x\n",
		&d));
	assert_true(d.is_oom);
	assert_int_equal(d.pid, 17043);
	assert_int_equal(d.uid, 5);
	assert_int_equal(d.sig, SIGKILL);
	assert_int_equal(d.t_ns, 59493787577000);
	assert_int_equal(d.limit_bytes, 61440ull << 10);
	assert_int_equal(d.rss_bytes, (170624ull + 6464 + 10) << 10);
	assert_string_equal(d.comm, "python3");
	assert_string_equal(d.cgroup, "/jobs/7");
	assert_string_equal(d.scope, "/jobs");
}

static void kill_of_the_whole_machine(void **state)
{
	struct kernel_log log = {0};
	struct log_death d;

	(void)state;
	take(&log, "6,9,1,-;memory: usage 1kB, limit 2kB, failcnt 1", &d);
	take(&log, "4,9,1,-;sshd invoked oom-killer: gfp_mask=0xcc0, order=0", &d);
	take(&log,
		"6,9,1,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,"
		"mems_allowed=0,global_oom,task_memcg=/user.slice,task=a,b,pid=7,uid=0",
		&d);
	assert_true(take(&log,
		"3,1,5,-;Out of memory: Killed process 7 (a,b) total-vm:1kB, anon-rss:2kB, "
		"file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0",
		&d));
	assert_string_equal(d.comm, "a,b");
	assert_string_equal(d.cgroup, "/user.slice");
	assert_string_equal(d.scope, "");
	assert_int_equal(d.limit_bytes, 0);
}

/* What is told of one is not told of the next. */
static void summary_of_another(void **state)
{
	struct kernel_log log = {0};
	struct log_death d;

	(void)state;
	take(&log, "6,9,1,-;oom-kill:constraint=X,oom_memcg=/a,task_memcg=/a,task=x,pid=7,uid=0",
		&d);
	assert_true(take(&log,
		"3,1,5,-;Memory cgroup out of memory: Killed process 8 (x) total-vm:1kB, "
		"anon-rss:2kB, file-rss:0kB, shmem-rss:0kB",
		&d));
	assert_string_equal(d.cgroup, "");
	assert_false(d.has_uid);
}

static void crashes(void **state)
{
	static const struct {
		const char *text;
		uint32_t pid, sig;
		const char *comm;
	} rows[] = {
		{"6,1,5,-;python3[17049]: segfault at 7fc7a4a9a47c ip 00007fc7a54d8fef sp "
		 "00007fc7a4a9a420 error 6 in libpython3.9.so.1.0[d8fef,7fc7a5460000+202000] "
		 "likely on CPU 0 (core 0, socket 0)",
			17049, SIGSEGV, "python3"},
		{"6,1,5,-;traps: a [b[5][12] general protection fault ip:5 sp:6 error:0 in x[1+2]",
			12, SIGSEGV, "a [b[5]"},
		{"6,1,5,-;traps: node[12] trap invalid opcode ip:5 sp:6 error:0", 12, SIGILL,
			"node"},
		{"6,1,5,-;traps: node[12] trap divide error ip:5 sp:6 error:0", 12, SIGFPE, "node"},
		{"6,1,5,-;\\xc3\\xa4\\x0a[3]: segfault at 0 ip 1 sp 2 error 4", 3, SIGSEGV,
			"\xc3\xa4\n"},
	};
	struct kernel_log log = {0};
	struct log_death d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(take(&log, rows[i].text, &d));
		assert_int_equal(d.pid, rows[i].pid);
		assert_int_equal(d.sig, rows[i].sig);
		assert_string_equal(d.comm, rows[i].comm);
		assert_false(d.is_oom);
	}
}

/* Anybody may write there, but not in the kernel's name; and names are what their owners like. */
static void forged(void **state)
{
	static const char *const rows[] = {
		"12,1,5,-;Out of memory: Killed process 7 (x) total-vm:1kB, anon-rss:2kB",
		"8,1,5,-;python3[7]: segfault at 0 ip 1 sp 2 error 4",
		"3,1,5,-;hello: Out of memory: Killed process 7 (x) total-vm:1kB",
		"3,1,5,-;Out of memory: Killed process 7 (x",
		"3,1,5,-;Out of memory: Killed process 7",
		"3,1,5,-;Out of memory: Killed process 0 (x) total-vm:1kB",
		"3,1,5,-;Out of memory: Killed process x (x) total-vm:1kB",
		"3,1;Out of memory: Killed process 7 (x) total-vm:1kB",
		"6,1,5,-;a name that is too long[7]: segfault at 0",
		"6,1,5,-;]: segfault at 0",
		"6,1,5,-;",
		";",
		"",
		"6,1,5,-",
	};
	struct kernel_log log = {0};
	struct log_death d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(take(&log, rows[i], &d));
	/* The name of the process has what follows its name in it. */
	assert_true(take(&log,
		"3,1,5,-;Out of memory: Killed process 7 (x) total-vm:9) total-vm:1kB, "
		"anon-rss:2kB",
		&d));
	assert_string_equal(d.comm, "x) total-vm:9");
	assert_int_equal(d.rss_bytes, 2048);
}

static void long_names_are_cut(void **state)
{
	struct kernel_log log = {0};
	struct log_death d;
	char text[LOG_RECORD + 600];

	(void)state;
	memset(text, 'y', sizeof(text));
	memcpy(text, "6,9,1,-;oom-kill:constraint=X,oom_memcg=/", 41);
	memcpy(text + 2000, ",task_memcg=/", 13);
	memcpy(text + 4000, ",task=x,pid=7,uid=0", 20);
	assert_false(take(&log, text, &d));
	assert_int_equal(log.pid, 7);
	assert_int_equal(strlen(log.cgroup), LOG_CGROUP - 1);
	assert_int_equal(strlen(log.scope), LOG_CGROUP - 1);
	memset(text, 'y', sizeof(text));
	memcpy(text, "6,9,1,-;", 8);
	text[sizeof(text) - 1] = '\0';
	assert_false(take(&log, text, &d));
}

/* The log's clock has gone wrong evenly, or began so. */
static void clocks(void **state)
{
	const struct log_clock slow = {.log_ns = 1000000000000, .now_ns = 1001000000000};
	const struct log_clock fast = {.log_ns = 1001000000000, .now_ns = 1000000000000};
	struct log_clock here;
	uint64_t error_ns;

	(void)state;
	assert_int_equal(log_clock_convert(&slow, 1000000000000, &error_ns), 1001000000000);
	assert_int_equal(error_ns, 20000000);
	assert_int_equal(log_clock_convert(&slow, 500000000000, &error_ns), 500500000000);
	assert_int_equal(error_ns, 520000000);
	assert_int_equal(log_clock_convert(&fast, 1001000000000, &error_ns), 1000000000000);
	assert_true(log_clock_convert(&fast, 0, &error_ns) == 0);
	/* Whether it can be had or not, both are of this moment. */
	log_clock_read(&here);
	assert_true(here.now_ns);
	assert_true(here.log_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kill_in_a_cgroup),
		cmocka_unit_test(kill_of_the_whole_machine),
		cmocka_unit_test(summary_of_another),
		cmocka_unit_test(crashes),
		cmocka_unit_test(forged),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
