/* SPDX-License-Identifier: GPL-2.0-only */
/* What a pickled function is called (INTERFACE 2, "Counting"). Private to src/pickle. */
#ifndef POOLTOP_PICKLE_NAME_H
#define POOLTOP_PICKLE_NAME_H

#include "pickle/pickle.h"
#include "pickle/pieces.h"

struct name {
	char text[PICKLE_FUNCTION_MAX]; /* clean; "" if it is not known */
	size_t len;
	bool is_unfinished; /* the bytes end before the function's own do, as far as can be told */
	bool is_chunk; /* it is applied to many (executor.map) */
	bool is_batch; /* joblib's list of calls: the name is that of the first */
	bool has_calls;
	uint32_t calls; /* in the batch */
};

/* Names the function whose pieces begin at i. */
void name_read(struct name *name, const struct pieces *p, unsigned int i);

/* Appends "module.name". False if that is not known; then nothing is appended. */
bool name_put_global(struct name *name, const struct machine *m, const struct value *global);

/* Appends so many bytes, cleaned. */
void name_put_bytes(struct name *name, const void *bytes, size_t len);

#endif
