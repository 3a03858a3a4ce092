/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON that is built with one look at errors, at its end. An object is filled through a jout; what
 * goes wrong on the way (only memory can) is remembered there.
 *
 * Absent knowledge is null: the `known` of the _if forms says whether a number means anything.
 */
#ifndef POOLTOP_JOUT_H
#define POOLTOP_JOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct jout {
	bool failed;
};

/* New, empty, owned by the caller until it is put somewhere; NULL is remembered and accepted by
 * all below. */
json_t *jout_object(struct jout *j);
json_t *jout_array(struct jout *j);

/* Each takes `value` over. */
void jout_put(struct jout *j, json_t *object, const char *key, json_t *value);
void jout_push(struct jout *j, json_t *array, json_t *value);

/* Numbers beyond 2^63 - 1 become that. */
void jout_uint(struct jout *j, json_t *object, const char *key, uint64_t n);
void jout_uint_if(struct jout *j, json_t *object, const char *key, bool known, uint64_t n);
void jout_int(struct jout *j, json_t *object, const char *key, int64_t n);
void jout_bool(struct jout *j, json_t *object, const char *key, bool yes);
/* A whole number as one, any other as a real; what is no number is null. */
void jout_number(struct jout *j, json_t *object, const char *key, double n);
/* NULL is null. What is not UTF-8 (a text that was cut) is cleaned. */
void jout_text(struct jout *j, json_t *object, const char *key, const char *text);
void jout_null(struct jout *j, json_t *object, const char *key);

/* Writes and releases `root`. Ends with a newline. 0 or -ENOMEM; *ret_text is the caller's, to
 * free(). */
int jout_dump(struct jout *j, json_t *root, char **ret_text, size_t *ret_len);

#endif
