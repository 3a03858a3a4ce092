/* SPDX-License-Identifier: GPL-2.0-only */
/* The files behind the mappings of a process, for whoever reads their symbols. `maps` is text as
 * /proc/PID/maps has it. */
#ifndef POOLTOP_MODULE_H
#define POOLTOP_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The same text with names that can be opened while the process lives: of a file that has been
 * deleted or is another mount namespace's too, if this user may; else the file's own name, if it
 * is the same; else its lines are left out. The caller frees; NULL: none, or no memory.
 */
char *module_paths(const char *maps, uint32_t pid);

/* The name in the text of what is mapped there; NULL: none. Not terminated: ret_len long. */
const char *module_name(const char *maps, uint64_t start, size_t *ret_len);

/* False: it has none. */
bool module_find_vdso(const char *maps, uint64_t *ret_start, uint64_t *ret_end);

#endif
