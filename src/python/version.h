/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which Python a process runs: "3.11.7", "3.13.0rc2", or what little is known: "3.9".
 *
 * Sources, the first that speaks: the symbol Py_Version (CPython 3.11 and later), the version
 * string among the interpreter's read-only data, the name of its file.
 */
#ifndef POOLTOP_VERSION_H
#define POOLTOP_VERSION_H

#include "python/image.h"

enum { PYTHON_VERSION_MAX = 16 };

/*
 * 0 or -errno, quietly: -ENOENT if it runs no Python or that cannot be told, -EACCES or -EPERM if
 * it is somebody else's. `proc`: "/proc". Reads a few MiB at worst, so callers keep the answer by
 * the image's (dev, ino).
 */
int python_version(const char *proc, int pid, char ret[static PYTHON_VERSION_MAX]);

/* The same from an open image. */
int python_version_of_image(const struct python_image *img, char ret[static PYTHON_VERSION_MAX]);

/* The same from an interpreter's or libpython's own file; symbolic links are followed. */
int python_version_of_file(const char *path, char ret[static PYTHON_VERSION_MAX]);

/* From PY_VERSION_HEX: major, minor, micro, then level (a, b, c, f) and serial, 4 bits each. 0, or
 * -ENOENT if it is none of a Python 3. */
int python_version_of_hex(uint64_t hex, char ret[static PYTHON_VERSION_MAX]);

#endif
