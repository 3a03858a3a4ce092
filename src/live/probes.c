/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/probes.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/kernel_btf.h"
#include "live/sampler.h"
#include "live/slots.h"
#include "live/sum_map.h"
#include "live/wake.h"
#include "live/walker.h"

#include "bpf/core.skel.h"

struct probes {
	struct core_bpf *core;
	struct walker_bpf *walker; /* NULL: it did not load */
	struct err walker_why; /* then */
	struct sampler *sampler; /* NULL: it did not load */
	struct err sampler_why; /* then */
	struct slots *slots;
	struct sum_map *sum_map;
	struct ring_buffer *ring;
	int wake_fd; /* < 0: it is read by the clock alone */
	void (*each)(void *arg, const void *record, size_t size); /* during a drain */
	void *arg;
	uint64_t drained_bytes;
	int cpus; /* possible ones */
	int stats_fd; /* -1: not measuring */
	struct core_sums *sums; /* cpus */
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

static int on_record(void *arg, void *record, size_t size)
{
	struct probes *p = arg;

	p->drained_bytes += size;
	p->each(p->arg, record, size);
	return 0;
}

/* mark_victim had a pid as its only argument and got (task, uid) in 6.9, and in older stable
 * kernels too: count, do not ask for the version. */
static void choose_programs(struct core_bpf *core, const struct btf *btf)
{
	int params = kernel_btf_params(btf, "mark_victim");

	if (params == 1)
		bpf_program__set_autoload(core->progs.on_victim_pid, true);
	else if (params > 1)
		bpf_program__set_autoload(core->progs.on_victim_task, true);
}

static int say_why(int ret, struct err *err)
{
	if (ret == -EPERM || ret == -EACCES)
		return err_set(err, ret, ERR_PERMISSION,
			"the kernel does not let this user load BPF programs: run pooltop as root "
			"(sudo), or grant it CAP_BPF and CAP_PERFMON");
	if (ret == -ESRCH || ret == -ENOENT)
		return err_set(err, ret, ERR_FAILED,
			"this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs "
			"CONFIG_DEBUG_INFO_BTF=y, Linux 5.10 or later");
	return err_set(err, ret, ERR_FAILED, "the BPF programs do not load on this kernel: %s",
		strerror(-ret));
}

/* After the walker, whose layouts it needs. */
static void load_sampler(struct probes *p)
{
	const struct sampler_maps maps = {
		.ring = bpf_map__fd(p->core->maps.ring),
		.counts = bpf_map__fd(p->core->maps.counts),
		.watches = bpf_map__fd(p->core->maps.watches),
		.procs = bpf_map__fd(p->core->maps.procs),
		.pythons = p->walker ? walker_pythons(p->walker) : -1,
	};

	if (p->walker)
		p->sampler = sampler_open(&maps, &p->sampler_why);
	else
		p->sampler_why = p->walker_why;
}

/* has_storage: with room in threads (bpf/uses.h). */
static int load_core(struct probes *p, const struct btf *btf, bool has_storage)
{
	int ret;

	p->core = core_bpf__open();
	if (!p->core)
		return -errno;
	choose_programs(p->core, btf);
	p->core->rodata->has_storage = has_storage;
	bpf_map__set_autocreate(p->core->maps.threads, has_storage);
	ret = core_bpf__load(p->core);
	if (!ret)
		return 0;
	core_bpf__destroy(p->core);
	p->core = NULL;
	return ret;
}

/* A 5.11 has the helper, but not for these programs. */
static int load_best(struct probes *p)
{
	struct btf *btf = kernel_btf_load();
	bool has_storage = kernel_btf_has_helper(btf, "BPF_FUNC_task_storage_get");
	int ret = has_storage ? load_core(p, btf, true) : -EINVAL;

	if (ret && ret != -EPERM && ret != -EACCES)
		ret = load_core(p, btf, false);
	btf__free(btf);
	return ret;
}

static int load(struct probes *p)
{
	int ret = load_best(p);

	if (ret)
		return ret;
	p->slots = slots_open(bpf_map__fd(p->core->maps.watches), bpf_map__fd(p->core->maps.procs),
		bpf_map__fd(p->core->maps.owners));
	p->sum_map = sum_map_open(bpf_map__fd(p->core->maps.sums),
		bpf_map__fd(p->core->maps.sum_places), bpf_map__fd(p->core->maps.free_sums));
	if (!p->slots || !p->sum_map)
		return -errno;
	p->ring = ring_buffer__new(bpf_map__fd(p->core->maps.ring), on_record, p, NULL);
	if (!p->ring)
		return -errno;
	p->wake_fd = wake_open(bpf_map__fd(p->core->maps.ring));
	p->walker = walker_open(
		bpf_map__fd(p->core->maps.ring), bpf_map__fd(p->core->maps.counts), &p->walker_why);
	load_sampler(p);
	return core_bpf__attach(p->core);
}

struct probes *probes_open(struct err *err)
{
	struct probes *p = calloc(1, sizeof(*p));
	int ret = -ENOMEM;

	if (!p)
		goto fail;
	p->stats_fd = p->wake_fd = -1;
	libbpf_set_print(quiet);
	p->cpus = libbpf_num_possible_cpus();
	if (p->cpus < 1)
		goto fail;
	p->sums = calloc(p->cpus, sizeof(*p->sums));
	if (!p->sums)
		goto fail;
	ret = load(p);
	malloc_trim(0); /* the kernel's BTF was 10 MiB, and is needed no more */
	if (!ret)
		return p;
fail:
	probes_free(p);
	say_why(ret, err);
	return NULL;
}

void probes_free(struct probes *p)
{
	if (!p)
		return;
	probes_measure(p, false);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	ring_buffer__free(p->ring);
	slots_free(p->slots);
	sum_map_free(p->sum_map);
	sampler_free(p->sampler);
	walker_free(p->walker);
	core_bpf__destroy(p->core);
	free(p->sums);
	free(p);
}

int probes_watch(struct probes *p, uint32_t pid, const struct watch *w)
{
	return slots_take(p->slots, pid, w);
}

bool probes_get(struct probes *p, uint32_t pid, struct watch *ret_watch)
{
	return slots_get(p->slots, pid, ret_watch);
}

bool probes_set(struct probes *p, uint32_t pid, const struct watch *w)
{
	return slots_set(p->slots, pid, w);
}

int probes_set_gil(struct probes *p, uint32_t pid, const struct gil_place *gil)
{
	return bpf_map_update_elem(bpf_map__fd(p->core->maps.gils), &pid, gil, BPF_ANY);
}

void probes_set_bare(struct probes *p, uint32_t pid)
{
	uint32_t yes = 1;

	bpf_map_update_elem(bpf_map__fd(p->core->maps.bares), &pid, &yes, BPF_ANY);
}

bool probes_has_gil(const struct probes *p, uint32_t pid)
{
	struct gil_place gil;

	return !bpf_map_lookup_elem(bpf_map__fd(p->core->maps.gils), &pid, &gil);
}

void probes_forget_gil(struct probes *p, uint32_t pid)
{
	bpf_map_delete_elem(bpf_map__fd(p->core->maps.gils), &pid);
}

int probes_wake_fd(const struct probes *p)
{
	return p->wake_fd;
}

uint64_t probes_drain(
	struct probes *p, void (*each)(void *arg, const void *record, size_t size), void *arg)
{
	p->each = each;
	p->arg = arg;
	p->drained_bytes = 0;
	wake_clear(p->wake_fd);
	p->core->bss->is_woken = 0;
	ring_buffer__consume(p->ring);
	return p->drained_bytes;
}

void probes_procs(
	struct probes *p, void (*each)(void *arg, uint32_t pid, const struct watch *w), void *arg)
{
	slots_each(p->slots, each, arg);
}

struct sum_map *probes_sum_map(const struct probes *p)
{
	return p->sum_map;
}

void probes_set_every(struct probes *p, uint32_t every)
{
	p->core->data->sum_every = every;
}

int probes_set_form(struct probes *p, uint32_t row, const struct form *form)
{
	return bpf_map_update_elem(bpf_map__fd(p->core->maps.forms), &row, form, BPF_ANY);
}

void probes_set_forms(struct probes *p, uint64_t ino, const struct form_list *list)
{
	int fd = bpf_map__fd(p->core->maps.form_lists);

	if (list)
		bpf_map_update_elem(fd, &ino, list, BPF_ANY);
	else
		bpf_map_delete_elem(fd, &ino);
	p->core->data->forms_seq++;
}

void probes_cores(struct probes *p,
	void (*each)(void *arg, uint32_t cpu, const struct core_sums *sums), void *arg)
{
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(p->core->maps.cores), &zero, p->sums))
		return;
	for (int i = 0; i < p->cpus; i++)
		if (p->sums[i].since_ns)
			each(arg, i, &p->sums[i]);
}

void probes_counts(struct probes *p, struct ring_counts *ret_counts)
{
	struct ring_counts sum = {0}, *each = calloc(p->cpus, sizeof(*each));
	uint32_t zero = 0;

	if (each && !bpf_map_lookup_elem(bpf_map__fd(p->core->maps.counts), &zero, each))
		for (int i = 0; i < p->cpus; i++) {
			sum.kept += each[i].kept;
			sum.lost += each[i].lost;
		}
	free(each);
	*ret_counts = sum;
}

void probes_set_write_bytes(struct probes *p, uint32_t bytes)
{
	p->core->data->want_write_bytes = bytes;
}

void probes_set_mark_salt(struct probes *p, uint64_t salt)
{
	p->core->data->mark_salt = salt;
}

void probes_set_exact(struct probes *p, bool on)
{
	p->core->bss->want_exact = on;
}

int probes_watches_fd(const struct probes *p)
{
	return bpf_map__fd(p->core->maps.watches);
}

int probes_procs_fd(const struct probes *p)
{
	return bpf_map__fd(p->core->maps.procs);
}

void probes_set_all_execs(struct probes *p, bool on)
{
	p->core->bss->want_all_execs = on;
}

bool probes_measure(struct probes *p, bool on)
{
	if (on && p->stats_fd < 0) {
		p->stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	} else if (!on && p->stats_fd >= 0) {
		close(p->stats_fd);
		p->stats_fd = -1;
	}
	return !on || p->stats_fd >= 0;
}

struct walker_bpf *probes_walker(const struct probes *p, struct err *err)
{
	if (!p->walker && err)
		*err = p->walker_why;
	return p->walker;
}

struct sampler *probes_sampler(const struct probes *p, struct err *err)
{
	if (!p->sampler && err)
		*err = p->sampler_why;
	return p->sampler;
}

static void add_cost(struct bpf_object *object, struct probe_cost *sum)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, object)
	{
		struct bpf_prog_info info = {0};
		__u32 len = sizeof(info);

		if (bpf_program__fd(prog) < 0 ||
			bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		sum->ns += info.run_time_ns;
		sum->runs += info.run_cnt;
	}
}

void probes_cost(struct probes *p, struct probe_cost *ret_cost)
{
	struct probe_cost sum = {0};

	add_cost(p->core->obj, &sum);
	if (p->walker)
		add_cost(walker_object(p->walker), &sum);
	if (p->sampler)
		add_cost(sampler_object(p->sampler), &sum);
	*ret_cost = sum;
}
