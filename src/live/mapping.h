/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of /proc/PID/maps: which mappings are memory that a pool's processes share. */
#ifndef POOLTOP_MAPPING_H
#define POOLTOP_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"

struct mapping {
	uint32_t dev;
	uint64_t ino;
	uint64_t bytes; /* from the file's beginning to the mapping's end */
	enum shared_kind kind;
};

/*
 * True for a shared mapping of shared memory, of a joblib memmap or of nothing (mmap(-1)); false
 * for semaphores (sem.*), files of other sorts and what cannot be read. The names are those that
 * CPython 3.6 to 3.14, joblib and torch give (multiprocessing/heap.py, shared_memory.py;
 * joblib/_memmapping_reducer.py).
 */
bool mapping_parse(const char *line, struct mapping *ret_mapping);

#endif
