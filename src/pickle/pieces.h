/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values that follow one another, out of a machine that has ended. A finished value's kids, or,
 * where the bytes end before it is finished, what lies on the stack: an unfinished call of f with
 * x shows as f, x there. So both read the same from left to right. Private to src/pickle.
 */
#ifndef POOLTOP_PICKLE_PIECES_H
#define POOLTOP_PICKLE_PIECES_H

#include "pickle/machine.h"

enum { PIECES = 32 };

/* Borrows from the machine. */
struct pieces {
	const struct machine *m;
	bool is_whole; /* of a finished value: there are no more than these */
	unsigned int n;
	const struct value *v[PIECES];
	uint8_t frame[PIECES]; /* on the stack: which it is in */
};

/* The stack from the bottom; of a finished pickle: its one value. */
void pieces_of_stack(struct pieces *p, const struct machine *m);

/* The kids of a finished tuple, list or dict. */
void pieces_of_kids(struct pieces *p, const struct machine *m, const struct value *of);

/* The arguments of a finished call. */
void pieces_of_args(struct pieces *p, const struct machine *m, const struct value *call);

/* The keys and values of the object that is piece i of `from`; none if its state is no dict. */
void pieces_of_state(struct pieces *p, const struct pieces *from, unsigned int i);

/* If piece i is a finished tuple, its kids take its place. */
void pieces_open(struct pieces *p, unsigned int i);

/* Piece i, or a value of unknown kind. */
const struct value *piece(const struct pieces *p, unsigned int i);

/* A MARK stands before piece i: it is the first of something unfinished. */
bool pieces_has_mark(const struct pieces *p, unsigned int i);

/* The class or function of a call or object, a global itself; else of unknown kind. */
const struct value *value_global(const struct machine *m, const struct value *v);

/* The global's names are exactly these. module may be NULL: any. */
bool global_is(
	const struct machine *m, const struct value *global, const char *module, const char *name);

/* The global's module ends in this. */
bool global_module_ends(const struct machine *m, const struct value *global, const char *module);

/* A list that no more is put into, though what is around it may be unfinished. */
bool list_is_full(const struct pieces *p, unsigned int i);

/* It is a text, all of it is there, and it is this. */
bool text_is(const struct machine *m, const struct value *v, const char *text);

#endif
