/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/sum_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { AT_ONCE = 256 }; /* map entries read by one system call */

struct sum_map {
	int sums_fd, places_fd, free_fd;
	bool is_filled;
	uint64_t keys[AT_ONCE];
	uint32_t places[AT_ONCE];
};

struct sum_map *sum_map_open(int sums_fd, int places_fd, int free_fd)
{
	struct sum_map *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->sums_fd = sums_fd;
	m->places_fd = places_fd;
	m->free_fd = free_fd;
	return m;
}

void sum_map_free(struct sum_map *m)
{
	free(m);
}

/* The lowest on top. */
int sum_map_fill(struct sum_map *m)
{
	if (m->is_filled)
		return 0;
	for (uint32_t place = FORM_SUMS; place--;)
		if (bpf_map_update_elem(m->free_fd, NULL, &place, BPF_ANY))
			return -errno;
	m->is_filled = true;
	return 0;
}

void sum_map_each(struct sum_map *m, void (*each)(void *arg, const struct sum *sum), void *arg)
{
	uint64_t batch, *in = NULL;
	struct sum sum;
	int ret = 0;

	for (int rounds = 0; !ret && rounds < FORM_SUMS; rounds++) {
		uint32_t n = AT_ONCE;

		ret = bpf_map_lookup_batch(m->places_fd, in, &batch, m->keys, m->places, &n, NULL);
		if (ret && ret != -ENOENT)
			return;
		for (uint32_t i = 0; i < n; i++)
			if (!bpf_map_lookup_elem(m->sums_fd, &m->places[i], &sum) &&
				sum.key == m->keys[i])
				each(arg, &sum);
		in = &batch;
	}
}

void sum_map_drop(struct sum_map *m, uint64_t key)
{
	static const struct sum none;
	uint32_t place;

	if (bpf_map_lookup_elem(m->places_fd, &key, &place) ||
		bpf_map_update_elem(m->sums_fd, &place, &none, BPF_EXIST))
		return;
	bpf_map_delete_elem(m->places_fd, &key);
	bpf_map_update_elem(m->free_fd, NULL, &place, BPF_ANY);
}
