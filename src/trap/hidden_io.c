/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that compute spend a good part of their time in writes, logs, network or disk. A pool
 * whose tasks do little but wait is meant to; and sleeping is no I/O.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/fmt.h"
#include "trap/trap.h"

#define LEAST_NS 4e9

/* What tasks are seen blocked in; those that every machine has. */
static const struct {
	int32_t nr;
	const char *name;
	bool sleeps;
} calls[] = {
	{SYS_read, "read", false},
	{SYS_write, "write", false},
	{SYS_pread64, "pread", false},
	{SYS_pwrite64, "pwrite", false},
	{SYS_writev, "writev", false},
	{SYS_fsync, "fsync", false},
	{SYS_fdatasync, "fdatasync", false},
	{SYS_openat, "open", false},
	{SYS_unlinkat, "unlink", false},
	{SYS_sendto, "send", false},
	{SYS_recvfrom, "recv", false},
	{SYS_connect, "connect", false},
	{SYS_ppoll, "poll", false},
	{SYS_nanosleep, "sleep", true},
	{SYS_clock_nanosleep, "sleep", true},
	{SYS_wait4, "wait", true},
};

/* The call that was seen most; NULL: none that has a name here. */
static const char *most_seen(const struct load *l, bool *ret_sleeps)
{
	for (unsigned int c = 0; c < LOAD_CALLS; c++)
		for (size_t i = 0; l->calls[c].seen && i < sizeof(calls) / sizeof(calls[0]); i++)
			if (calls[i].nr == l->calls[c].nr) {
				*ret_sleeps = calls[i].sleeps;
				return calls[i].name;
			}
	*ret_sleeps = false;
	return NULL;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct load_sums *s = &p->load.sums;
	/* Without the time in which a task would have run, had there been a core. */
	double hands = (double)(s->hands_ns - least(s->state_ns[STATE_RUNQ], s->hands_ns));
	double io = (double)s->state_ns[STATE_IO] / (hands + 1);
	double run = (double)(s->state_ns[STATE_RUN] + s->state_ns[STATE_UNPICKLE] +
			      s->state_ns[STATE_PICKLE]) /
		     (hands + 1);
	double enough = trap_stands(sink, 0) ? 0.20 : 0.25;
	struct finding *f;
	const char *call;
	bool sleeps;

	(void)m;
	if ((double)s->work_ns < LEAST_NS || io < enough || run < 0.15)
		return;
	call = most_seen(&p->load, &sleeps);
	f = sleeps ? NULL : trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_INFO;
	snprintf(f->text, sizeof(f->text),
		"tasks wait %.0f %% of their time for I/O and compute %.0f %%%s%s", 100 * io,
		100 * run, call ? ": most often seen in " : "", call ? call : "");
	snprintf(f->advice, sizeof(f->advice),
		"collect what tasks write or log and write it once, without fsync for each; return "
		"it to the parent; or use %.1f times as many workers as cores, for they wait",
		1 / (1 - (io < 0.9 ? io : 0.9)));
	trap_evidence(f, "io_share", io);
	trap_evidence(f, "run_share", run);
	trap_evidence(f, "task_ns", hands);
}

const struct trap_rule trap_hidden_io = {
	.id = "hidden-io",
	.judge = judge,
};
