/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/sum_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { AT_ONCE = 256 }; /* map entries read by one system call */

struct sum_map {
	struct sum *sums; /* FORM_SUMS, the kernel's own */
	int places_fd, free_fd;
	bool is_filled;
	uint64_t keys[AT_ONCE];
	uint32_t places[AT_ONCE];
};

struct sum_map *sum_map_open(int sums_fd, int places_fd, int free_fd)
{
	struct sum_map *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->places_fd = places_fd;
	m->free_fd = free_fd;
	m->sums = mmap(
		NULL, FORM_SUMS * sizeof(*m->sums), PROT_READ | PROT_WRITE, MAP_SHARED, sums_fd, 0);
	if (m->sums != MAP_FAILED)
		return m;
	free(m);
	return NULL;
}

void sum_map_free(struct sum_map *m)
{
	if (!m)
		return;
	munmap(m->sums, FORM_SUMS * sizeof(*m->sums));
	free(m);
}

/* The lowest on top, so that few pages are ever touched. */
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
	int ret = 0;

	for (int rounds = 0; !ret && rounds < FORM_SUMS; rounds++) {
		uint32_t n = AT_ONCE;

		ret = bpf_map_lookup_batch(m->places_fd, in, &batch, m->keys, m->places, &n, NULL);
		if (ret && ret != -ENOENT)
			return;
		for (uint32_t i = 0; i < n; i++) {
			struct sum sum = m->sums[m->places[i] % FORM_SUMS];

			if (sum.key == m->keys[i])
				each(arg, &sum);
		}
		in = &batch;
	}
}

void sum_map_drop(struct sum_map *m, uint64_t key)
{
	uint32_t place;

	if (bpf_map_lookup_elem(m->places_fd, &key, &place) || place >= FORM_SUMS)
		return;
	m->sums[place].key = 0;
	bpf_map_delete_elem(m->places_fd, &key);
	bpf_map_update_elem(m->free_fd, NULL, &place, BPF_ANY);
}
