/* SPDX-License-Identifier: GPL-2.0-only */
/* The Python interpreters of this machine: those on PATH, and those that run. */
#ifndef POOLTOP_PYTHONS_H
#define POOLTOP_PYTHONS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

enum { PYTHONS_MAX = 64, PYTHON_PATH_MAX = 512 };

struct python_found {
	char path[PYTHON_PATH_MAX]; /* links resolved */
	char version[16]; /* "": not known */
	bool ok; /* its pools can be watched */
	const char *why; /* if not; constant */
};

/* At most PYTHONS_MAX, each file once. m: processes that run, NULL allowed. Returns how many. */
size_t pythons_find(const struct model *m, struct python_found ret_pythons[static PYTHONS_MAX]);

#endif
