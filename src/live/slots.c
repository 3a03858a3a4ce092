/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/slots.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { AT_ONCE = 256 }; /* map entries read by one system call */

_Static_assert(sizeof(struct watch) % 64 == 0, "whole cache lines");

struct slots {
	int watches_fd, procs_fd, owners_fd;
	size_t page;
	uint32_t pids[AT_ONCE], places[AT_ONCE];
};

struct slots *slots_open(int watches_fd, int procs_fd, int owners_fd)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->watches_fd = watches_fd;
	s->procs_fd = procs_fd;
	s->owners_fd = owners_fd;
	s->page = (size_t)sysconf(_SC_PAGESIZE);
	return s;
}

void slots_free(struct slots *s)
{
	free(s);
}

/* A place as the kernel sees it, for a moment: all of them would count as this process' memory. */
struct window {
	void *at;
	size_t bytes;
	struct watch *watch;
};

static int window_open(const struct slots *s, uint32_t place, struct window *ret)
{
	size_t from = place * sizeof(struct watch), first = from - from % s->page;

	ret->bytes = from + sizeof(struct watch) - first;
	ret->at = mmap(
		NULL, ret->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s->watches_fd, (off_t)first);
	if (ret->at == MAP_FAILED)
		return -errno;
	ret->watch = (struct watch *)((char *)ret->at + (from - first));
	return 0;
}

static void window_close(const struct window *w)
{
	munmap(w->at, w->bytes);
}

bool slots_get(const struct slots *s, uint32_t pid, struct watch *ret_watch)
{
	uint32_t place = pid % RING_PROCS;

	if (bpf_map_lookup_elem(s->watches_fd, &place, ret_watch))
		return false;
	if (ret_watch->tgid == pid)
		return true;
	return ret_watch->has_others && !bpf_map_lookup_elem(s->procs_fd, &pid, &place) &&
	       !bpf_map_lookup_elem(s->watches_fd, &place, ret_watch) && ret_watch->tgid == pid;
}

/* The first free place from its own on. */
static int find_free(const struct slots *s, uint32_t pid, uint32_t *ret_place)
{
	for (uint32_t i = 0; i < RING_TRIES; i++) {
		*ret_place = (pid + i) % RING_PROCS;
		if (!bpf_map_update_elem(s->owners_fd, ret_place, &pid, BPF_NOEXIST))
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -E2BIG;
}

/* Some process whose place this is has another. */
static int say_others(const struct slots *s, uint32_t place)
{
	struct window home;
	int ret = window_open(s, place, &home);

	if (ret)
		return ret;
	home.watch->has_others = 1;
	window_close(&home);
	return 0;
}

static int publish(const struct slots *s, uint32_t pid, uint32_t place, const struct watch *w)
{
	uint32_t home = pid % RING_PROCS;
	int ret = place == home ? 0 : say_others(s, home);
	struct window to;

	if (!ret)
		ret = window_open(s, place, &to);
	if (ret)
		return ret;
	watch_fill(to.watch, w);
	to.watch->slot = place;
	__atomic_store_n(&to.watch->tgid, pid, __ATOMIC_RELEASE);
	window_close(&to);
	return 0;
}

int slots_take(struct slots *s, uint32_t pid, const struct watch *w)
{
	struct watch now;
	uint32_t place;
	int ret;

	if (slots_get(s, pid, &now))
		return 0;
	ret = find_free(s, pid, &place);
	if (ret)
		return ret;
	if (bpf_map_update_elem(s->procs_fd, &pid, &place, BPF_NOEXIST)) {
		ret = errno == EEXIST ? 0 : -errno;
		bpf_map_delete_elem(s->owners_fd, &place);
		return ret;
	}
	ret = publish(s, pid, place, w);
	if (!ret)
		return 0;
	bpf_map_delete_elem(s->procs_fd, &pid);
	bpf_map_delete_elem(s->owners_fd, &place);
	return ret;
}

bool slots_set(struct slots *s, uint32_t pid, const struct watch *w)
{
	struct watch now;
	struct window to;
	bool is_its;

	if (!slots_get(s, pid, &now) || window_open(s, now.slot, &to))
		return false;
	is_its = to.watch->tgid == pid;
	if (is_its)
		watch_fill(to.watch, w);
	window_close(&to);
	return is_its;
}

void slots_each(
	struct slots *s, void (*each)(void *arg, uint32_t pid, const struct watch *w), void *arg)
{
	uint32_t batch, *in = NULL;
	struct watch w;
	int ret = 0;

	for (int rounds = 0; !ret && rounds < RING_PROCS; rounds++) {
		uint32_t n = AT_ONCE;

		ret = bpf_map_lookup_batch(s->procs_fd, in, &batch, s->pids, s->places, &n, NULL);
		if (ret && ret != -ENOENT)
			return;
		for (uint32_t i = 0; i < n; i++)
			if (!bpf_map_lookup_elem(s->watches_fd, &s->places[i], &w) &&
				w.tgid == s->pids[i])
				each(arg, s->pids[i], &w);
		in = &batch;
	}
}
