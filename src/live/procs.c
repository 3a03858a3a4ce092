/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/procs.h"

#include <errno.h>
#include <libproc2/pids.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum look_item {
	LOOK_PID,
	LOOK_PPID,
	LOOK_UID,
	LOOK_THREADS,
	LOOK_START,
	LOOK_COMM,
	LOOK_CMD,
	LOOK_EXE,
	LOOK_CGROUP,
	LOOK_USER,
	LOOK_ITEMS
};

static const enum pids_item look_items[LOOK_ITEMS] = {
	[LOOK_PID] = PIDS_ID_PID,
	[LOOK_PPID] = PIDS_ID_PPID,
	[LOOK_UID] = PIDS_ID_EUID,
	[LOOK_THREADS] = PIDS_NLWP,
	[LOOK_START] = PIDS_TICS_BEGAN,
	[LOOK_COMM] = PIDS_CMD,
	[LOOK_CMD] = PIDS_CMDLINE,
	[LOOK_EXE] = PIDS_EXE,
	[LOOK_CGROUP] = PIDS_CGROUP,
	[LOOK_USER] = PIDS_ID_EUSER,
};

enum sample_item {
	SAMPLE_PID,
	SAMPLE_PPID,
	SAMPLE_START,
	SAMPLE_RSS,
	SAMPLE_MAPPED,
	SAMPLE_TICS,
	SAMPLE_THREADS,
	SAMPLE_CPU,
	SAMPLE_STATE,
	SAMPLE_ITEMS
};

static const enum pids_item sample_items[SAMPLE_ITEMS] = {
	[SAMPLE_PID] = PIDS_ID_PID,
	[SAMPLE_PPID] = PIDS_ID_PPID,
	[SAMPLE_START] = PIDS_TICS_BEGAN,
	[SAMPLE_RSS] = PIDS_RSS,
	[SAMPLE_MAPPED] = PIDS_VSIZE_BYTES,
	[SAMPLE_TICS] = PIDS_TICS_ALL,
	[SAMPLE_THREADS] = PIDS_NLWP,
	[SAMPLE_CPU] = PIDS_PROCESSOR,
	[SAMPLE_STATE] = PIDS_STATE,
};

_Static_assert((int)SAMPLE_ITEMS <= (int)LOOK_ITEMS, "new_info() has room");

struct procs {
	struct pids_info *look;
	struct pids_info *sample;
	uint64_t tick_ns; /* of the kernel's accounting */
	int64_t boot_offset_ns; /* CLOCK_BOOTTIME - CLOCK_MONOTONIC */
	uint64_t page_kib;
};

static int64_t clock_now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The library copies the items, and yet does not take constant ones. */
static int new_info(struct pids_info **ret_info, const enum pids_item *items, int count)
{
	enum pids_item copy[LOOK_ITEMS];

	memcpy(copy, items, count * sizeof(*items));
	return procps_pids_new(ret_info, copy, count);
}

struct procs *procs_new(struct err *err)
{
	struct procs *p = calloc(1, sizeof(*p));

	if (!p)
		goto fail;
	if (new_info(&p->look, look_items, LOOK_ITEMS) < 0 ||
		new_info(&p->sample, sample_items, SAMPLE_ITEMS) < 0)
		goto fail;
	p->tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	p->boot_offset_ns = clock_now(CLOCK_BOOTTIME) - clock_now(CLOCK_MONOTONIC);
	p->page_kib = sysconf(_SC_PAGESIZE) / 1024;
	return p;
fail:
	procs_free(p);
	err_set(err, 0, ERR_FAILED, "cannot read /proc: is it mounted here?");
	return NULL;
}

void procs_free(struct procs *p)
{
	if (!p)
		return;
	if (p->look)
		procps_pids_unref(&p->look);
	if (p->sample)
		procps_pids_unref(&p->sample);
	free(p);
}

static uint64_t start_ns(const struct procs *p, unsigned long long tics)
{
	int64_t ns = (int64_t)(tics * p->tick_ns) - p->boot_offset_ns;

	return ns > 0 ? ns : 1;
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static void read_look(const struct procs *p, struct pids_stack *stack, struct proc_look *ret_look)
{
	const struct pids_result *r = stack->head;

	*ret_look = (struct proc_look){
		.pid = r[LOOK_PID].result.s_int,
		.ppid = r[LOOK_PPID].result.s_int,
		.uid = r[LOOK_UID].result.u_int,
		.threads = r[LOOK_THREADS].result.s_int,
		.start_ns = start_ns(p, r[LOOK_START].result.ull_int),
		.comm = text_of(r[LOOK_COMM].result.str),
		.cmd = text_of(r[LOOK_CMD].result.str),
		.exe = text_of(r[LOOK_EXE].result.str),
		.cgroup = text_of(r[LOOK_CGROUP].result.str),
		.user = text_of(r[LOOK_USER].result.str),
	};
}

static void read_sample(
	const struct procs *p, struct pids_stack *stack, struct proc_sample *ret_sample)
{
	const struct pids_result *r = stack->head;

	*ret_sample = (struct proc_sample){
		.pid = r[SAMPLE_PID].result.s_int,
		.ppid = r[SAMPLE_PPID].result.s_int,
		.start_ns = start_ns(p, r[SAMPLE_START].result.ull_int),
		.rss_bytes = r[SAMPLE_RSS].result.ul_int * p->page_kib * 1024,
		.mapped_bytes = r[SAMPLE_MAPPED].result.ul_int,
		.cpu_ns = r[SAMPLE_TICS].result.ull_int * p->tick_ns,
		.threads = r[SAMPLE_THREADS].result.s_int,
		.cpu = r[SAMPLE_CPU].result.s_int,
		.state = r[SAMPLE_STATE].result.s_ch,
	};
}

/* One that ends (or is the kernel's) has no command line any more: the library then makes one up
 * from its name, in brackets. */
static bool has_memory(const struct proc_look *look)
{
	return look->cmd[0] && look->cmd[0] != '[';
}

int procs_look_all(struct procs *p, void (*each)(void *arg, const struct proc_look *l), void *arg)
{
	struct pids_fetch *fetch = procps_pids_reap(p->look, PIDS_FETCH_TASKS_ONLY);
	struct proc_look look;

	for (int i = 0; fetch && i < fetch->counts->total; i++) {
		read_look(p, fetch->stacks[i], &look);
		if (has_memory(&look))
			each(arg, &look);
	}
	return fetch ? 0 : -EIO;
}

int procs_sample_all(
	struct procs *p, void (*each)(void *arg, const struct proc_sample *s), void *arg)
{
	struct pids_fetch *fetch = procps_pids_reap(p->sample, PIDS_FETCH_TASKS_ONLY);
	struct proc_sample sample;

	for (int i = 0; fetch && i < fetch->counts->total; i++) {
		read_sample(p, fetch->stacks[i], &sample);
		each(arg, &sample);
	}
	return fetch ? 0 : -EIO;
}

bool procs_look(struct procs *p, uint32_t pid, void (*each)(void *arg, const struct proc_look *l),
	void *arg)
{
	unsigned int these[1] = {pid};
	struct pids_fetch *fetch = procps_pids_select(p->look, these, 1, PIDS_SELECT_PID);
	struct proc_look look;

	if (!fetch || fetch->counts->total < 1)
		return false;
	read_look(p, fetch->stacks[0], &look);
	if (look.pid != pid || !has_memory(&look))
		return false;
	each(arg, &look);
	return true;
}

void procs_sample(struct procs *p, const uint32_t *pids, uint32_t count,
	void (*each)(void *arg, const struct proc_sample *s), void *arg)
{
	enum { AT_ONCE = 128 }; /* the library takes at most 255 */
	struct proc_sample sample;

	for (uint32_t i = 0; i < count; i += AT_ONCE) {
		unsigned int these[AT_ONCE];
		uint32_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
		struct pids_fetch *fetch;

		memcpy(these, pids + i, n * sizeof(these[0]));
		fetch = procps_pids_select(p->sample, these, n, PIDS_SELECT_PID);
		for (int k = 0; fetch && k < fetch->counts->total; k++) {
			read_sample(p, fetch->stacks[k], &sample);
			each(arg, &sample);
		}
	}
}
