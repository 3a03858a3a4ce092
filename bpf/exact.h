/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probes of exact.bpf.c and src/live share. Not a format: both sides are always of one
 * build. */
#ifndef POOLTOP_EXACT_H
#define POOLTOP_EXACT_H

#include <linux/types.h>

enum exact_call { EXACT_LOADS, EXACT_DUMP, EXACT_CALLS };

/* Per CPU. */
struct exact_cost {
	/* That were probed, an entry and a return each: */
	__u64 calls[EXACT_CALLS]; /* of watched processes, */
	__u64 others[EXACT_CALLS]; /* and of all others that run the same files */
	__u64 ns; /* in the programs, where something was measured */
};

#endif
