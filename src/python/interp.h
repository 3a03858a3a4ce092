/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Python interpreter in a running process: which version it is, and where in its memory things
 * lie. Found from outside: the interpreter's file for its symbols, its memory for what it says of
 * itself. Nothing is asked of the process.
 */
#ifndef POOLTOP_INTERP_H
#define POOLTOP_INTERP_H

#include "base/err.h"
#include "bpf/layout.h"
#include "python/memory.h"
#include "python/version.h"

struct interp {
	struct py_layout layout;
	char version[PYTHON_VERSION_MAX]; /* "3.11.7" */
};

/*
 * `proc`: "/proc". A candidate is believed only if the running interpreter's own sys.hexversion,
 * read by its layout, agrees. 0, or with *err worded:
 *   -ESRCH       there is no such process (any more); class ERR_NO_TARGET
 *   -ENOEXEC     it runs no CPython 3.6 or later; class ERR_NO_TARGET
 *   -EAGAIN      its interpreter has not started yet, or has ended; class ERR_FAILED
 *   -EOPNOTSUPP  free-threaded, a version that is not known, or another machine's
 *   -EINVAL      it contradicts itself
 *   -EACCES, -EPERM  somebody else's; class ERR_PERMISSION
 * Takes some milliseconds. A fork has the layout of its parent, until it calls exec.
 */
int interp_find(const char *proc, struct memory *m, struct interp *ret, struct err *err);

#endif
