/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/commands.h"
#include "config.h"

const struct command commands[] = {
#ifdef HAVE_LIVE
	{"", "[PID]", "the dashboard, on the pool of a parent or worker; else on all", "ac1SwibxB",
		cmd_dashboard},
	{"run", "[-o FILE] -- CMD ...", "start CMD and watch every pool it makes", "ac1SwiboxB",
		cmd_run},
	{"record", "[-o FILE] [PID ... | -- CMD ...]", "record, without a dashboard", "ibodkcxB",
		cmd_record},
#endif
	{"replay", "FILE|-", "the dashboard over a recording", "ac1Swi", cmd_replay},
	{"report", "FILE|PID", "one page of deaths, tasks, times and findings", "ibdjcxB",
		cmd_report},
	{"export", "FILE|-", "a recording for other tools: see --format", "fo", cmd_export},
#ifdef HAVE_LIVE
	{"stack", "PID", "the stacks of a pool's parent and workers, once", "j", cmd_stack},
	{"serve", "[--listen ADDRESS] [PID ...]", "numbers for Prometheus, over HTTP", "iblB",
		cmd_serve},
	{"list", "", "the pools on this machine", "jbc", cmd_list},
	{"check", "", "what this kernel, user and Python allow, and how to get the rest", "jbc",
		cmd_check},
#endif
	{0},
};
