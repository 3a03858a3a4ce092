/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a file the C functions are that multiprocessing pickles and unpickles by: loads() of the
 * module _pickle, and Pickler.dump() (CPython 3.6 to 3.15: 150 of 150 messages go through these
 * two). Found by their rows in tables of PyMethodDef, so that a stripped file will do; the file is
 * _pickle.cpython-*.so, or the interpreter that has it built in.
 */
#ifndef POOLTOP_METHODS_H
#define POOLTOP_METHODS_H

#include <stdbool.h>
#include <stdint.h>

#include "python/elf_file.h"

enum pickle_method { METHOD_LOADS, METHOD_DUMP, PICKLE_METHODS };

struct method_place {
	uint64_t offset; /* in the file, where a probe goes */
	bool is_cheap; /* the kernel emulates the instruction there; else it steps over it */
};

/* 0 with all of them, or -errno: -ENOENT: it has none such; -ENOTSUP: not a 64-bit file. Reads the
 * whole file: about 10 ms for an interpreter. */
int methods_find(const struct elf_file *e, struct method_place ret_places[PICKLE_METHODS]);

#endif
