/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --exact: finds the files whose code watched processes pickle with, has them probed, and has the
 * probes off again when they and the sampler together cost nearly a hundredth of the pools' time
 * on cores.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "live/exact_probes.h"
#include "live/sampler.h"
#include "live/state.h"
#include "python/image.h"

#define SPAN_NS 2000000000ull /* the cost is held against that much of the newest time */
#define SPARE_NS 1000000ull /* that is not held against it */

enum {
	FILES = 64, /* that were looked at */
	/* One in so many: of a hundredth, since a call costs up to half as much again as the one
	 * that is measured here (`make bench`). */
	MOST_SHARE = 160,
	LOOKS = 4, /* processes whose maps are read, a poll */
};

/* Where the sums stood. */
struct span {
	uint64_t since_ns;
	struct exact_spents spent;
	uint64_t sampler_ns;
	uint64_t pool_ns;
};

struct exact {
	struct exact_probes *probes;
	bool is_on;
	bool is_over; /* they were too dear */
	uint64_t files[FILES]; /* device and inode, as one word */
	uint32_t files_count;
	uint32_t due; /* processes with exact_due */
	struct span span;
};

static void refuse(struct live *l, const char *why)
{
	machine_missing(l, "exact", "exact pickle times: unpickle and pickle are sampled", why);
}

int exact_open(struct live *l)
{
	struct err why = {0};
	struct exact *x;

	if (!l->probes) {
		refuse(l, "run as root, without --no-bpf: probes need BPF");
		return 0;
	}
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->probes =
		exact_probes_open(probes_watches_fd(l->probes), probes_procs_fd(l->probes), &why);
	if (!x->probes) {
		refuse(l, why.text);
		free(x);
		return 0;
	}
	l->exact = x;
	return 0;
}

void exact_release(struct live *l)
{
	if (l->exact)
		exact_probes_free(l->exact->probes);
	free(l->exact);
	l->exact = NULL;
}

void exact_meet(struct live *l, struct known *k)
{
	if (!l->exact || k->exact_due || !k->is_python)
		return;
	k->exact_due = true;
	l->exact->due++;
}

void exact_forget(struct live *l, struct known *k)
{
	if (l->exact && k->exact_due)
		l->exact->due--;
	k->exact_due = false;
}

static bool is_new(struct exact *x, uint64_t file)
{
	for (uint32_t i = 0; i < x->files_count; i++)
		if (x->files[i] == file)
			return false;
	if (x->files_count == FILES)
		return false;
	x->files[x->files_count++] = file;
	return true;
}

static int probe(struct exact *x, int fd)
{
	struct method_place places[PICKLE_METHODS];
	struct elf_file e;
	int ret = elf_file_open(fd, &e);

	if (ret)
		return -ENOENT;
	ret = methods_find(&e, places) ? -ENOENT : exact_probes_attach(x->probes, fd, places);
	elf_file_close(&e);
	return ret;
}

static void begin(struct live *l)
{
	if (l->exact->is_on)
		return;
	l->exact->is_on = true;
	l->exact->span = (struct span){0};
	probes_set_exact(l->probes, true);
}

/* Code that is mapped from a file's beginning on may be that of a whole library or program. */
static void look_at(struct live *l, uint32_t pid, const char *line)
{
	unsigned long long from, to, offset, ino;
	unsigned int major, minor;
	const char *name = strrchr(line, '/');
	char path[64];
	int fd, ret;

	if (!name || (strncmp(name, "/_pickle.", 9) && strncmp(name, "/python", 7) &&
			     strncmp(name, "/libpython", 10)))
		return;
	if (sscanf(line, "%llx-%llx %*s %llx %x:%x %llu", &from, &to, &offset, &major, &minor,
		    &ino) != 6 ||
		offset || !is_new(l->exact, (uint64_t)major << 52 ^ (uint64_t)minor << 40 ^ ino))
		return;
	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", pid, from, to);
	fd = python_image_open_path(path);
	ret = fd < 0 ? fd : probe(l->exact, fd);
	if (!ret)
		begin(l);
	else if (ret != -ENOENT)
		refuse(l, strerror(-ret));
	if (fd >= 0)
		close(fd);
}

static void look(struct live *l, struct known *k)
{
	char path[32], line[1024];
	FILE *f;

	exact_forget(l, k);
	snprintf(path, sizeof(path), "/proc/%u/maps", k->pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		look_at(l, k->pid, line);
	if (f)
		fclose(f);
}

static void add_pool_ns(void *arg, uint32_t cpu, const struct core_sums *sums)
{
	uint64_t *sum = arg;

	(void)cpu;
	for (int i = 0; i < RING_GROUPS; i++)
		*sum += sums->group_ns[i];
}

static void turn_off(struct live *l, const char *whose, struct exact_spent spent, uint64_t of_ns)
{
	char fix[240], each[FMT_MAX], share[FMT_MAX];

	exact_probes_detach(l->exact->probes);
	probes_set_exact(l->probes, false);
	l->exact->is_on = false;
	l->exact->is_over = true;
	snprintf(fix, sizeof(fix),
		"the probes went off by themselves: %" PRIu64 " calls of %s are %s of %s, and with "
		"the samples more than 0.6%% is too much; --exact is for longer tasks",
		spent.calls, fmt_duration(each, spent.calls ? spent.ns / spent.calls : 0),
		fmt_percent(share, of_ns ? (double)spent.ns / (double)of_ns : 1), whose);
	refuse(l, fix);
}

static struct exact_spent since(struct exact_spent now, struct exact_spent then)
{
	return (struct exact_spent){now.calls - then.calls, now.ns - then.ns};
}

static bool is_dear(uint64_t spent_ns, uint64_t of_ns)
{
	return spent_ns > of_ns / MOST_SHARE + SPARE_NS;
}

static struct span span_now(struct live *l)
{
	struct sampler *s = probes_sampler(l->probes, NULL);
	struct span now = {.since_ns = l->now_ns};

	exact_probes_spent(l->exact->probes, &now.spent);
	probes_cores(l->probes, add_pool_ns, &now.pool_ns);
	now.sampler_ns = s ? sampler_spent_ns(s) : 0;
	return now;
}

/* Other programs that run the same files have not asked for it: one core's time is their bound. */
static void judge(struct live *l)
{
	struct span *then = &l->exact->span;
	struct span now = span_now(l);
	struct exact_spent own, others;
	uint64_t pool_ns, passed_ns;

	if (!then->since_ns) {
		*then = now;
		return;
	}
	own = since(now.spent.own, then->spent.own);
	others = since(now.spent.others, then->spent.others);
	pool_ns = now.pool_ns - then->pool_ns;
	passed_ns = now.since_ns - then->since_ns;
	if (is_dear(own.ns + now.sampler_ns - then->sampler_ns, pool_ns))
		turn_off(l, "the pool's time on cores", own, pool_ns);
	else if (is_dear(others.ns, passed_ns))
		turn_off(l, "a core, in other programs of the same Python", others, passed_ns);
	if (passed_ns > SPAN_NS)
		*then = now;
}

void exact_look(struct live *l)
{
	struct exact *x = l->exact;
	uint32_t looks = 0;

	if (!x || x->is_over)
		return;
	for (uint32_t i = l->known_top; x->due && i-- && looks < LOOKS;) {
		if (!l->known[i].pid || !l->known[i].exact_due)
			continue;
		look(l, &l->known[i]);
		looks++;
	}
	if (x->is_on)
		judge(l);
}

void exact_cost(const struct live *l, struct probe_cost *cost)
{
	struct exact_spents spent;

	if (!l->exact)
		return;
	exact_probes_spent(l->exact->probes, &spent);
	cost->ns += spent.own.ns + spent.others.ns;
	cost->runs += 2 * (spent.own.calls + spent.others.calls);
}
