/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/walker.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "live/kernel_btf.h"

#include "bpf/walker.skel.h"

/* Loops by bpf_loop (5.17) or by the verifier's own counting; the end of a thread while its
 * memory is still there (6.17), or the entry of exit_group. */
static void choose_programs(struct walker_bpf *w)
{
	struct btf *btf = kernel_btf_load();
	bool by_loop = kernel_btf_has_helper(btf, "BPF_FUNC_loop");
	bool has_memory = kernel_btf_params(btf, "sched_process_exit") > 1;
	struct bpf_program *const ends[2][2] = {
		{w->progs.on_exit_group_for, w->progs.on_exit_group},
		{w->progs.on_thread_exit_for, w->progs.on_thread_exit},
	};
	struct bpf_program *const signals[2] = {w->progs.on_deliver_for, w->progs.on_deliver};

	btf__free(btf);
	bpf_program__set_autoload(signals[by_loop], true);
	bpf_program__set_autoload(ends[has_memory][by_loop], true);
}

static int prepare(struct walker_bpf *w, int ring_fd, int counts_fd)
{
	int cpus = libbpf_num_possible_cpus();
	int ret = cpus < 0 ? cpus : bpf_map__set_max_entries(w->maps.walkers, cpus);

	if (!ret)
		ret = bpf_map__reuse_fd(w->maps.ring, ring_fd);
	if (!ret)
		ret = bpf_map__reuse_fd(w->maps.counts, counts_fd);
	choose_programs(w);
	return ret;
}

struct walker_bpf *walker_open(int ring_fd, int counts_fd, struct err *err)
{
	struct walker_bpf *w = walker_bpf__open();
	int ret = w ? prepare(w, ring_fd, counts_fd) : -errno;

	if (!ret)
		ret = walker_bpf__load(w);
	if (!ret)
		ret = walker_bpf__attach(w);
	if (!ret)
		return w;
	walker_bpf__destroy(w);
	err_set(err, ret, ERR_FAILED, "this kernel does not take the programs that read stacks: %s",
		strerror(-ret));
	return NULL;
}

void walker_free(struct walker_bpf *w)
{
	walker_bpf__destroy(w);
}

int walker_set(struct walker_bpf *w, uint32_t pid, const struct py_layout *layout)
{
	struct python py = {.layout = *layout};

	return bpf_map_update_elem(bpf_map__fd(w->maps.pythons), &pid, &py, BPF_ANY);
}

bool walker_get(struct walker_bpf *w, uint32_t pid, struct py_layout *ret_layout)
{
	struct python py;

	if (bpf_map_lookup_elem(bpf_map__fd(w->maps.pythons), &pid, &py))
		return false;
	*ret_layout = py.layout;
	return true;
}

void walker_forget(struct walker_bpf *w, uint32_t pid)
{
	bpf_map_delete_elem(bpf_map__fd(w->maps.pythons), &pid);
}

int walker_pythons(const struct walker_bpf *w)
{
	return bpf_map__fd(w->maps.pythons);
}

struct bpf_object *walker_object(struct walker_bpf *w)
{
	return w->obj;
}
