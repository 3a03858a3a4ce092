/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/sampler.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live/kernel_btf.h"
#include "live/rate.h"

#include "bpf/sampler.skel.h"

struct sampler {
	struct sampler_bpf *bpf;
	struct bpf_link **links; /* cpus; NULL where there is none */
	int *clocks; /* cpus; -1 where there is none */
	int cpus; /* possible ones */
	struct sample_cost *costs; /* cpus */
	struct sample_cost seen; /* at the last tick */
	uint64_t seen_ns; /* 0: there was none */
	uint32_t rate; /* rate.h */
};

static uint64_t period_ns(const struct sampler *s)
{
	return rate_period_ns(s->rate);
}

static int open_clock(const struct sampler *s, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = period_ns(s),
		.exclude_idle = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int start_clock(struct sampler *s, const struct bpf_program *prog, int cpu)
{
	int fd = open_clock(s, cpu);

	if (fd < 0)
		return -errno;
	s->links[cpu] = bpf_program__attach_perf_event(prog, fd);
	if (!s->links[cpu]) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	s->clocks[cpu] = fd; /* the link's from now on */
	return 0;
}

/* A core that is not online has none: that is no fault, if one has. */
static int start_clocks(struct sampler *s, const struct bpf_program *prog)
{
	int started = 0, ret = -ENODEV;

	for (int cpu = 0; cpu < s->cpus; cpu++) {
		int failed = start_clock(s, prog, cpu);

		started += !failed;
		if (failed && failed != -ENODEV && failed != -ENXIO)
			ret = failed;
	}
	return started ? 0 : ret;
}

static int share_maps(struct sampler *s, const struct sampler_maps *maps)
{
	const struct {
		struct bpf_map *map;
		int fd;
	} rows[] = {
		{s->bpf->maps.ring, maps->ring},
		{s->bpf->maps.counts, maps->counts},
		{s->bpf->maps.watches, maps->watches},
		{s->bpf->maps.procs, maps->procs},
		{s->bpf->maps.pythons, maps->pythons},
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(rows) / sizeof(rows[0]); i++)
		ret = bpf_map__reuse_fd(rows[i].map, rows[i].fd);
	return ret;
}

static int start(struct sampler *s, const struct sampler_maps *maps)
{
	struct btf *btf = kernel_btf_load();
	struct bpf_program *prog;
	int ret;

	s->bpf = sampler_bpf__open();
	if (!s->bpf) {
		btf__free(btf);
		return -errno;
	}
	prog = kernel_btf_has_helper(btf, "BPF_FUNC_loop") ? s->bpf->progs.on_clock_loop
							   : s->bpf->progs.on_clock_for;
	btf__free(btf);
	bpf_program__set_autoload(prog, true);
	ret = share_maps(s, maps);
	if (!ret)
		ret = sampler_bpf__load(s->bpf);
	if (ret)
		return ret;
	s->bpf->data->period_ns = period_ns(s);
	return start_clocks(s, prog);
}

static void say_why(int ret, struct err *err)
{
	if (ret == -EPERM || ret == -EACCES || ret == -ENOSYS)
		err_set(err, ret, ERR_PERMISSION,
			"grant CAP_PERFMON and let perf_event_open() through (sudo pooltop; in a "
			"container, its seccomp profile)");
	else
		err_set(err, ret, ERR_FAILED, "this kernel does not take the sampler: %s",
			strerror(-ret));
}

struct sampler *sampler_open(const struct sampler_maps *maps, struct err *err)
{
	struct sampler *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (s) {
		s->rate = RATE_FIRST;
		s->cpus = libbpf_num_possible_cpus();
	}
	if (s && s->cpus > 0) {
		s->links = calloc(s->cpus, sizeof(struct bpf_link *));
		s->clocks = malloc(s->cpus * sizeof(*s->clocks));
		s->costs = calloc(s->cpus, sizeof(*s->costs));
	}
	if (s && s->links && s->clocks && s->costs) {
		for (int i = 0; i < s->cpus; i++)
			s->clocks[i] = -1;
		ret = start(s, maps);
	}
	if (!ret)
		return s;
	sampler_free(s);
	say_why(ret, err);
	return NULL;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	for (int i = 0; s->links && i < s->cpus; i++)
		bpf_link__destroy(s->links[i]);
	sampler_bpf__destroy(s->bpf);
	free(s->links);
	free(s->clocks);
	free(s->costs);
	free(s);
}

void sampler_forget(struct sampler *s, uint32_t pid, uint64_t code)
{
	struct code_key key = {.pid = pid, .code = code};

	bpf_map_delete_elem(bpf_map__fd(s->bpf->maps.codes), &key);
}

static void set_rate(struct sampler *s, uint32_t rate)
{
	uint64_t period;

	if (rate == s->rate)
		return;
	s->rate = rate;
	period = period_ns(s);
	s->bpf->data->period_ns = period;
	for (int i = 0; i < s->cpus; i++)
		if (s->clocks[i] >= 0)
			ioctl(s->clocks[i], PERF_EVENT_IOC_PERIOD, &period);
}

static struct sample_cost cost_now(struct sampler *s)
{
	struct sample_cost sum = {0};
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(s->bpf->maps.costs), &zero, s->costs))
		return s->seen;
	for (int i = 0; i < s->cpus; i++) {
		sum.ns += s->costs[i].ns;
		sum.runs += s->costs[i].runs;
		sum.samples += s->costs[i].samples;
	}
	return sum;
}

void sampler_adapt(struct sampler *s, uint64_t now_ns)
{
	struct sample_cost now = cost_now(s);
	const struct rate_cost cost = {
		.passed_ns = s->seen_ns ? now_ns - s->seen_ns : 0,
		.program_ns = now.ns - s->seen.ns,
		.runs = now.runs - s->seen.runs,
		.samples = now.samples - s->seen.samples,
	};

	s->seen = now;
	s->seen_ns = now_ns;
	set_rate(s, rate_next(s->rate, &cost));
}

uint64_t sampler_spent_ns(struct sampler *s)
{
	struct sample_cost now = cost_now(s);

	return now.ns + now.samples * RATE_CLOCK_NS;
}

struct bpf_object *sampler_object(struct sampler *s)
{
	return s->bpf->obj;
}
