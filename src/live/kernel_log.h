/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends of processes in the kernel's log, record by record as /dev/kmsg gives them. What others may
 * write there is told apart by its facility; names in it are hostile, and stay so.
 *
 * Sources: Documentation/ABI/testing/dev-kmsg; mm/oom_kill.c, __oom_kill_process() and
 * dump_oom_summary(), and mm/memcontrol.c, mem_cgroup_print_oom_meminfo(), of 5.0 to 6.18;
 * arch/x86/mm/fault.c, show_signal_msg(), and arch/x86/kernel/traps.c, show_signal().
 */
#ifndef POOLTOP_KERNEL_LOG_H
#define POOLTOP_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/wire.h"

enum {
	LOG_RECORD = 9216, /* more than the longest that /dev/kmsg gives */
	LOG_CGROUP = 512,
};

struct log_death {
	uint64_t t_ns; /* by the log's own clock: since the machine's start, about */
	uint32_t pid; /* of the first PID namespace; of a crash it is the thread's */
	uint32_t uid;
	bool has_uid;
	bool is_oom;
	uint32_t sig;
	uint64_t limit_bytes; /* of the cgroup that was full; 0: the machine was, or not known */
	uint64_t rss_bytes; /* 0: not known */
	char comm[WIRE_COMM + 1];
	char cgroup[LOG_CGROUP]; /* its own memory cgroup; "": not known */
	char scope[LOG_CGROUP]; /* the one that was full; "": the machine was */
};

/* What earlier lines of the same kill told. All zeros at first. */
struct kernel_log {
	uint64_t limit_bytes;
	uint32_t pid; /* that the next three are about */
	char cgroup[LOG_CGROUP];
	char scope[LOG_CGROUP];
};

/* Takes one record; it need not be terminated. True: a process ended, and *ret_death says how. */
bool kernel_log_take(
	struct kernel_log *log, const char *record, size_t len, struct log_death *ret_death);

#endif
