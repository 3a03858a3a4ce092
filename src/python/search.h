/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version string among an interpreter's read-only data, for CPython before 3.11, which has no
 * symbol for it; and what the interpreter's file name says.
 */
#ifndef POOLTOP_SEARCH_H
#define POOLTOP_SEARCH_H

#include <stdbool.h>

#include "python/elf_file.h"
#include "python/version.h"

/* "python3.11", "libpython3.6m.so.1.0": what the name promises. */
struct version_promise {
	bool known;
	unsigned int major, minor;
};

struct version_promise version_promise(const char *name);

/*
 * The one version string that the file holds: that keeps the promise, or, without one, that is
 * plausible. 0, -ENOENT if there is none or more than one, -ENOMEM.
 */
int search_version(const struct elf_file *e, struct version_promise promise,
	char ret[static PYTHON_VERSION_MAX]);

#endif
