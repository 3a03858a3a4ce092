/* SPDX-License-Identifier: GPL-2.0-only */
/* `list`: the pools of a model that are there. The text is the caller's, to free(). */
#ifndef POOLTOP_LIST_H
#define POOLTOP_LIST_H

#include <stddef.h>

struct model;

/* How many pools the lists below would show. */
unsigned int list_count(const struct model *m);

/* INTERFACE 4. 0 or -ENOMEM. */
int list_json(const struct model *m, char **ret_text, size_t *ret_len);

/* A table, or one line that says that there is none. 0 or -ENOMEM. */
int list_text(const struct model *m, char **ret_text, size_t *ret_len);

#endif
