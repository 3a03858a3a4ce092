/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POOLTOP_SQLITE_PATH_H
#define POOLTOP_SQLITE_PATH_H

#include <stdio.h>

/* The path so that SQLite takes it for nothing but a file: ":memory:", "file:..." and "" are
 * something else to it. malloc'ed; NULL without memory. */
static inline char *sqlite_path(const char *path)
{
	char *plain;

	return asprintf(&plain, "%s%s", *path == '/' ? "" : "./", path) < 0 ? NULL : plain;
}

#endif
