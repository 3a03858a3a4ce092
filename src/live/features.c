/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/features.h"

#include <stddef.h>
#include <unistd.h>

#include "live/departed.h"
#include "live/probes.h"

static bool try_btf(struct err *why)
{
	(void)why;
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

static bool try_bpf(struct err *why)
{
	struct probes *p = probes_open(why);

	probes_free(p);
	return p;
}

static bool try_stacks(struct err *why)
{
	struct probes *p = probes_open(why);
	bool ok = p && probes_walker(p, why);

	probes_free(p);
	return ok;
}

static bool try_sampler(struct err *why)
{
	struct probes *p = probes_open(why);
	bool ok = p && probes_sampler(p, why);

	probes_free(p);
	return ok;
}

static bool try_cost(struct err *why)
{
	struct probes *p = probes_open(why);
	bool ok;

	if (!p)
		return false;
	ok = probes_measure(p, true);
	probes_free(p);
	return ok;
}

static bool try_log(struct err *why)
{
	int fd = departed_open_log(why);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool try_others(struct err *why)
{
	(void)why;
	return !access("/proc/1/fd", R_OK | X_OK);
}

const struct feature_probe feature_probes[] = {
	{"btf", try_btf, "everything that BPF sees",
		"a kernel built with CONFIG_DEBUG_INFO_BTF=y (Linux 5.10 or later)"},
	{"bpf", try_bpf,
		"tasks, bytes, queues, exact times and causes of death: the /proc mode is left",
		"sudo pooltop, or: sudo setcap cap_bpf,cap_perfmon,cap_dac_read_search,"
		"cap_sys_ptrace+ep /path/to/pooltop"},
	{"last-stack", try_stacks, "what a worker was doing when it died",
		"as for bpf; a kernel that takes larger BPF programs"},
	{"sampler", try_sampler, "which part of a task is pickling, and the hot functions",
		"sudo pooltop (CAP_PERFMON); in a container, a seccomp profile with "
		"perf_event_open"},
	{"probe-cost", try_cost, "the kernel time that watching costs",
		"sudo pooltop (CAP_SYS_ADMIN)"},
	{"other-users", try_others, "pools of other users, and their pipes",
		"sudo pooltop (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH)"},
	{"kernel-log", try_log, "who was killed before watching began, and by what",
		"sudo pooltop, or: sudo setcap cap_syslog+ep /path/to/pooltop"},
	{0},
};
