/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/exact_probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bpf/exact.h"

#include "bpf/exact.skel.h"

enum {
	FILES = 16, /* that carry probes */
	LINKS = FILES * PICKLE_METHODS * 2,
	TRIES = 5, /* of what a call costs, ... */
	CALLS = 40, /* ... so many calls each */
	SORTS = 2, /* of instructions: that the kernel steps over, and that it emulates */
	DEAR_NS = 60000, /* a call, where it cannot be measured: more than was ever seen */
	CODE_MAX = 16,
};

struct exact_probes {
	struct exact_bpf *bpf;
	struct exact_cost *costs; /* cpus */
	int cpus; /* possible ones */
	uint64_t call_ns[SORTS]; /* entry and return together */
	uint64_t most_ns[EXACT_CALLS]; /* of the files that carry them, the dearest */
	struct bpf_link *links[LINKS];
	uint32_t links_count;
};

/* Functions that do nothing, by what the probe at their beginning is to stand on. */
static const struct {
	uint16_t machine;
	unsigned char code[SORTS][CODE_MAX];
} idle[] = {
	/* sub $8,%rsp; add $8,%rsp; ret. push %rbp; pop %rbp; ret. */
	{EM_X86_64, {{0x48, 0x83, 0xec, 8, 0x48, 0x83, 0xc4, 8, 0xc3}, {0x55, 0x5d, 0xc3}}},
	/* nop; ret; it emulates none of them that a function begins with. */
	{EM_AARCH64, {{0x1f, 0x20, 3, 0xd5, 0xc0, 3, 0x5f, 0xd6},
			     {0x1f, 0x20, 3, 0xd5, 0xc0, 3, 0x5f, 0xd6}}},
};

/* This program's own machine: that of the code that it may call. */
static uint16_t own_machine(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr eh = {0};

	if (fd < 0)
		return EM_NONE;
	if (pread(fd, &eh, sizeof(eh), 0) != sizeof(eh))
		eh.e_machine = EM_NONE;
	close(fd);
	return eh.e_machine;
}

static int attach_pair(
	struct exact_probes *p, int fd, size_t offset, const struct bpf_program *const progs[2])
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 2; i++) {
		struct bpf_uprobe_opts opts = {.sz = sizeof(opts), .retprobe = i == 1};
		struct bpf_link *link;

		if (p->links_count == LINKS)
			return -ENOSPC;
		link = bpf_program__attach_uprobe_opts(progs[i], -1, path, offset, &opts);
		if (!link)
			return -errno;
		p->links[p->links_count++] = link;
	}
	return 0;
}

static void detach_from(struct exact_probes *p, uint32_t first)
{
	while (p->links_count > first)
		bpf_link__destroy(p->links[--p->links_count]);
}

static uint64_t cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t call_often(void (*func)(void))
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t ns, began = cpu_now();

		for (int k = 0; k < CALLS; k++)
			func();
		ns = (cpu_now() - began) / CALLS;
		least = ns < least ? ns : least;
	}
	return least;
}

/* Of a call of code[] with the same probes as are to be used; 0: it cannot be told. */
static uint64_t measure(struct exact_probes *p, const unsigned char code[CODE_MAX])
{
	const struct bpf_program *const progs[2] = {
		p->bpf->progs.on_dump, p->bpf->progs.on_dump_end};
	int fd = memfd_create("pooltop", MFD_CLOEXEC);
	void *at = MAP_FAILED;
	uint64_t ns = 0;

	if (fd >= 0 && write(fd, code, CODE_MAX) == CODE_MAX)
		at = mmap(NULL, CODE_MAX, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (at != MAP_FAILED && !attach_pair(p, fd, 0, progs)) {
		void (*func)(void);

		memcpy(&func, &at, sizeof(func));
		ns = call_often(func);
	}
	detach_from(p, 0);
	if (at != MAP_FAILED)
		munmap(at, CODE_MAX);
	if (fd >= 0)
		close(fd);
	return ns;
}

static void calibrate(struct exact_probes *p)
{
	uint16_t machine = own_machine();

	for (int sort = 0; sort < SORTS; sort++) {
		for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
			if (idle[i].machine == machine)
				p->call_ns[sort] = measure(p, idle[i].code[sort]);
		p->call_ns[sort] = p->call_ns[sort] ? p->call_ns[sort] : DEAR_NS;
	}
}

static int load(struct exact_probes *p, int watches_fd, int procs_fd)
{
	int ret;

	p->cpus = libbpf_num_possible_cpus();
	if (p->cpus < 1)
		return -ENODEV;
	p->costs = calloc((size_t)p->cpus, sizeof(*p->costs));
	p->bpf = exact_bpf__open();
	if (!p->costs || !p->bpf)
		return -ENOMEM;
	ret = bpf_map__reuse_fd(p->bpf->maps.watches, watches_fd);
	if (!ret)
		ret = bpf_map__reuse_fd(p->bpf->maps.procs, procs_fd);
	return ret ? ret : exact_bpf__load(p->bpf);
}

struct exact_probes *exact_probes_open(int watches_fd, int procs_fd, struct err *err)
{
	struct exact_probes *p = calloc(1, sizeof(*p));
	int ret = p ? load(p, watches_fd, procs_fd) : -ENOMEM;

	if (!ret) {
		calibrate(p);
		return p;
	}
	exact_probes_free(p);
	err_set(err, ret, ERR_FAILED, "this kernel does not take the probes: %s", strerror(-ret));
	return NULL;
}

void exact_probes_free(struct exact_probes *p)
{
	if (!p)
		return;
	detach_from(p, 0);
	exact_bpf__destroy(p->bpf);
	free(p->costs);
	free(p);
}

int exact_probes_attach(
	struct exact_probes *p, int fd, const struct method_place places[PICKLE_METHODS])
{
	const struct bpf_program *const progs[PICKLE_METHODS][2] = {
		[METHOD_LOADS] = {p->bpf->progs.on_loads, p->bpf->progs.on_loads_end},
		[METHOD_DUMP] = {p->bpf->progs.on_dump, p->bpf->progs.on_dump_end},
	};
	static const enum exact_call calls[PICKLE_METHODS] = {
		[METHOD_LOADS] = EXACT_LOADS, [METHOD_DUMP] = EXACT_DUMP};
	uint32_t first = p->links_count;
	int ret = 0;

	for (int i = 0; i < PICKLE_METHODS && !ret; i++) {
		uint64_t ns = p->call_ns[places[i].is_cheap];

		ret = attach_pair(p, fd, places[i].offset, progs[i]);
		if (ns > p->most_ns[calls[i]])
			p->most_ns[calls[i]] = ns;
	}
	if (ret)
		detach_from(p, first);
	return ret;
}

void exact_probes_detach(struct exact_probes *p)
{
	detach_from(p, 0);
}

static void add(struct exact_spent *to, uint64_t calls, uint64_t call_ns)
{
	to->calls += calls;
	to->ns += calls * call_ns;
}

void exact_probes_spent(const struct exact_probes *p, struct exact_spents *ret)
{
	uint32_t zero = 0;

	*ret = (struct exact_spents){0};
	if (bpf_map_lookup_elem(bpf_map__fd(p->bpf->maps.costs), &zero, p->costs))
		return;
	for (int cpu = 0; cpu < p->cpus; cpu++) {
		const struct exact_cost *c = &p->costs[cpu];

		ret->own.ns += c->ns;
		for (int i = 0; i < EXACT_CALLS; i++) {
			add(&ret->own, c->calls[i], p->most_ns[i]);
			add(&ret->others, c->others[i], p->most_ns[i]);
		}
	}
}
