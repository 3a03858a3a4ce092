/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/slots.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { AT_ONCE = 256 }; /* map entries read by one system call */

_Static_assert(sizeof(struct watch) % 64 == 0, "whole cache lines");

struct slots {
	struct watch *watches; /* RING_PROCS, the kernel's own */
	int procs_fd, owners_fd;
	uint32_t pids[AT_ONCE], places[AT_ONCE];
};

struct slots *slots_open(int watches_fd, int procs_fd, int owners_fd)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->procs_fd = procs_fd;
	s->owners_fd = owners_fd;
	s->watches = mmap(NULL, RING_PROCS * sizeof(*s->watches), PROT_READ | PROT_WRITE,
		MAP_SHARED, watches_fd, 0);
	if (s->watches != MAP_FAILED)
		return s;
	free(s);
	return NULL;
}

void slots_free(struct slots *s)
{
	if (!s)
		return;
	munmap(s->watches, RING_PROCS * sizeof(*s->watches));
	free(s);
}

/* NULL: it has none, or it is just being filled. */
static struct watch *find(const struct slots *s, uint32_t pid)
{
	uint32_t place = pid % RING_PROCS;
	struct watch *w = &s->watches[place];

	if (__atomic_load_n(&w->tgid, __ATOMIC_ACQUIRE) == pid)
		return w;
	if (!w->has_others || bpf_map_lookup_elem(s->procs_fd, &pid, &place))
		return NULL;
	w = &s->watches[place % RING_PROCS];
	return __atomic_load_n(&w->tgid, __ATOMIC_ACQUIRE) == pid ? w : NULL;
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

static void fill(struct watch *w, const struct watch *from)
{
	memcpy(&w->flags, &from->flags, sizeof(*w) - offsetof(struct watch, flags));
}

int slots_take(struct slots *s, uint32_t pid, const struct watch *w)
{
	uint32_t place;
	int ret;

	if (find(s, pid))
		return 0;
	ret = find_free(s, pid, &place);
	if (ret)
		return ret;
	if (bpf_map_update_elem(s->procs_fd, &pid, &place, BPF_NOEXIST)) {
		ret = errno == EEXIST ? 0 : -errno;
		bpf_map_delete_elem(s->owners_fd, &place);
		return ret;
	}
	fill(&s->watches[place], w);
	s->watches[place].slot = place;
	if (place != pid % RING_PROCS)
		s->watches[pid % RING_PROCS].has_others = 1;
	__atomic_store_n(&s->watches[place].tgid, pid, __ATOMIC_RELEASE);
	return 0;
}

bool slots_get(const struct slots *s, uint32_t pid, struct watch *ret_watch)
{
	const struct watch *w = find(s, pid);

	if (w)
		*ret_watch = *w;
	return w;
}

bool slots_set(struct slots *s, uint32_t pid, const struct watch *w)
{
	struct watch *own = find(s, pid);

	if (own)
		fill(own, w);
	return own;
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
			if (slots_get(s, s->pids[i], &w))
				each(arg, s->pids[i], &w);
		in = &batch;
	}
}
