/* SPDX-License-Identifier: GPL-2.0-only */
/* Holds JSON against a table of the keys that it must have. */
#ifndef POOLTOP_TESTS_EXPORT_KEYS_H
#define POOLTOP_TESTS_EXPORT_KEYS_H

#include <jansson.h>

/*
 * True if every path is there. "a.b" is key b of object a; "a[].b" is key b of every element of
 * array a, which must have one at least; "a?.b" is key b of a where a is not null. Says on
 * standard error what is not. Ends with a NULL row.
 */
int has_keys(const json_t *root, const char *const *paths);

/* The value at a path like "pools.0.workers.1.pid"; NULL: there is none. */
const json_t *value_at(const json_t *root, const char *path);

#endif
