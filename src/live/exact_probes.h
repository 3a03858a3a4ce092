/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes of --exact (bpf/exact.bpf.c), on the C functions that pickle: loaded, attached to
 * files, measured. A probe is in every process that runs the file's code, watched or not, and costs
 * each of its calls one to some thirty microseconds.
 */
#ifndef POOLTOP_EXACT_PROBES_H
#define POOLTOP_EXACT_PROBES_H

#include <stdint.h>

#include "base/err.h"
#include "python/methods.h"

struct bpf_object;
struct exact_probes;

/* Loads them, and measures on code of its own what a call costs with them. The descriptors are
 * those of the maps of watched processes. NULL with *err worded. */
struct exact_probes *exact_probes_open(int watches_fd, int procs_fd, struct err *err);
void exact_probes_free(struct exact_probes *p); /* NULL allowed */

/* fd: of the file; it may be closed behind this. 0 or -errno (-ENOSPC: files enough). */
int exact_probes_attach(
	struct exact_probes *p, int fd, const struct method_place places[PICKLE_METHODS]);
/* Off, for good; what they have cost can still be asked. */
void exact_probes_detach(struct exact_probes *p);

struct exact_spent {
	uint64_t calls; /* an entry and a return each */
	uint64_t ns; /* on a core */
};
/* By watched processes, and by others that run the same files. */
struct exact_spents {
	struct exact_spent own, others;
};
void exact_probes_spent(const struct exact_probes *p, struct exact_spents *ret_spent);

#endif
