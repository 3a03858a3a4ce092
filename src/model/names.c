/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of INTERFACE 2. */
#include <signal.h>
#include <stdio.h>

#include "model/model.h"

static const char *const state_names[WORKER_STATES] = {
	[STATE_START] = "start",
	[STATE_WAIT] = "wait",
	[STATE_UNPICKLE] = "unpickle",
	[STATE_RUN] = "run",
	[STATE_PICKLE] = "pickle",
	[STATE_SEND] = "send",
	[STATE_IO] = "io",
	[STATE_LOCK] = "lock",
	[STATE_RUNQ] = "runq",
	[STATE_EXIT] = "exit",
};

const char *worker_state_name(enum worker_state state)
{
	return (unsigned int)state < WORKER_STATES ? state_names[state] : "?";
}

static const char *const pool_states[] = {
	[POOL_STARTING] = "starting",
	[POOL_BUSY] = "busy",
	[POOL_IDLE] = "idle",
	[POOL_STALLED] = "stalled",
	[POOL_GONE] = "gone",
};

const char *pool_state_name(enum pool_state state)
{
	return state >= POOL_STARTING && state <= POOL_GONE ? pool_states[state] : "?";
}

const char *queue_role_name(enum queue_role role)
{
	return role == QUEUE_TASKS ? "tasks" : "results";
}

static const char *const start_methods[] = {
	[START_UNKNOWN] = NULL,
	[START_FORK] = "fork",
	[START_SPAWN] = "spawn",
	[START_FORKSERVER] = "forkserver",
	[START_LOKY] = "loky",
};

const char *start_method_name(enum start_method method)
{
	return method <= START_LOKY ? start_methods[method] : NULL;
}

static const char *const end_kinds[] = {
	[END_NONE] = "alive",
	[END_SIGNAL] = "signal",
	[END_OOM] = "oom",
	[END_EXIT] = "exit",
	[END_RECYCLED] = "recycled",
	[END_TERMINATED] = "terminated",
	[END_SHUTDOWN] = "shutdown",
	[END_UNKNOWN] = "unknown",
};

const char *end_kind_name(enum end_kind end)
{
	return end <= END_UNKNOWN ? end_kinds[end] : "?";
}

static const char *const severities[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};

const char *severity_name(enum severity severity)
{
	return severity >= SEVERITY_INFO && severity <= SEVERITY_CRITICAL ? severities[severity]
									  : "?";
}

static const char *const signals[] = {
	[SIGHUP] = "SIGHUP",
	[SIGINT] = "SIGINT",
	[SIGQUIT] = "SIGQUIT",
	[SIGILL] = "SIGILL",
	[SIGTRAP] = "SIGTRAP",
	[SIGABRT] = "SIGABRT",
	[SIGBUS] = "SIGBUS",
	[SIGFPE] = "SIGFPE",
	[SIGKILL] = "SIGKILL",
	[SIGUSR1] = "SIGUSR1",
	[SIGSEGV] = "SIGSEGV",
	[SIGUSR2] = "SIGUSR2",
	[SIGPIPE] = "SIGPIPE",
	[SIGALRM] = "SIGALRM",
	[SIGTERM] = "SIGTERM",
	[SIGSTKFLT] = "SIGSTKFLT",
	[SIGCHLD] = "SIGCHLD",
	[SIGCONT] = "SIGCONT",
	[SIGSTOP] = "SIGSTOP",
	[SIGTSTP] = "SIGTSTP",
	[SIGTTIN] = "SIGTTIN",
	[SIGTTOU] = "SIGTTOU",
	[SIGURG] = "SIGURG",
	[SIGXCPU] = "SIGXCPU",
	[SIGXFSZ] = "SIGXFSZ",
	[SIGVTALRM] = "SIGVTALRM",
	[SIGPROF] = "SIGPROF",
	[SIGWINCH] = "SIGWINCH",
	[SIGIO] = "SIGIO",
	[SIGPWR] = "SIGPWR",
	[SIGSYS] = "SIGSYS",
};

const char *told_words(uint32_t every, char buf[static 32])
{
	if (every == 1)
		return "all tasks";
	if (!every)
		return "counts only";
	snprintf(buf, 32, "1 task in %u", every);
	return buf;
}

const char *signal_name(unsigned int sig, char buf[static 16])
{
	if (sig < sizeof(signals) / sizeof(signals[0]) && signals[sig])
		return signals[sig];
	snprintf(buf, 16, "SIG%u", sig);
	return buf;
}
