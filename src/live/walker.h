/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second object of kernel programs, which reads the last stacks (bpf/walker.bpf.c). Apart from
 * the first, so that a kernel that does not take it loses the stacks alone.
 */
#ifndef POOLTOP_WALKER_H
#define POOLTOP_WALKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/stack.h"

struct bpf_object;
struct walker_bpf;

/*
 * Loads and attaches. Its records go into the ring and the counts of the first object, whose
 * descriptors these are. Before the first one is attached, so that a stack comes before the exit
 * that ended it. NULL with *err worded.
 */
struct walker_bpf *walker_open(int ring_fd, int counts_fd, struct err *err);
void walker_free(struct walker_bpf *w); /* NULL allowed */

/* From now on the ends of this process, and of all that it forks, are told. 0 or -errno. */
int walker_set(struct walker_bpf *w, uint32_t pid, const struct py_layout *layout);
/* False: it is not known. */
bool walker_get(struct walker_bpf *w, uint32_t pid, struct py_layout *ret_layout);
void walker_forget(struct walker_bpf *w, uint32_t pid);
/* The descriptor of the map of these. */
int walker_pythons(const struct walker_bpf *w);

/* For what its programs cost. Borrowed. */
struct bpf_object *walker_object(struct walker_bpf *w);

#endif
