/* SPDX-License-Identifier: GPL-2.0-only */
/* From the file that Python opens to the module that it imports. Nothing is read but the path. */
#ifndef POOLTOP_MODNAME_H
#define POOLTOP_MODNAME_H

#include <stdbool.h>

#include "bpf/wire.h"

enum { MODNAME_MAX = 128 };

struct modname {
	char name[MODNAME_MAX]; /* dotted; cut from the front where it is longer */
	enum step_origin origin;
};

/*
 * path: of a source file, of its compiled code, or of an extension module, as CPython's importers
 * open them (Lib/importlib/_bootstrap_external.py, PEP 3147, PEP 3149); also the file that a code
 * object says it is from. is_package says whether a folder has an __init__.py: it is asked where
 * the path alone does not tell how deep the module lies. False: it is no module's file.
 */
bool modname_of(const char *path, bool (*is_package)(void *arg, const char *folder), void *arg,
	struct modname *ret);

/*
 * True if it is the main module of the program with this command line, its words joined by blanks:
 * `python3 [options] SCRIPT ...`, `python3 -m MODULE ...`, or a folder. name: of modname_of(), or
 * NULL for a file that is no module's: a script may be called as it likes.
 */
bool modname_is_main(const char *cmd, const char *path, const char *name);

#endif
