/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dill writes where others write a global (dill/_dill.py 0.3.6 and 0.4.0, save_type() and
 * save_instancemethod()): Python's own types by calls of _load_type("ValueError"), classes of the
 * main script by value, by calls of _create_type(type, name, bases, {"__module__": module ...}),
 * and methods as MethodType(function, object). Private to src/pickle.
 */
#ifndef POOLTOP_PICKLE_DILL_H
#define POOLTOP_PICKLE_DILL_H

#include "pickle/name.h"

/* Of dill's own functions, which are nobody's tasks. */
bool dill_is_own(const struct machine *m, const struct value *global);

/* A finished call that makes a type. */
bool dill_is_type(const struct machine *m, const struct value *v);

/* The type of methods, to be called with a function and the object. */
bool dill_is_method_type(const struct machine *m, const struct value *v);

/* Appends "module.name" of a type. False if that is not known; then nothing is appended. */
bool dill_put_type(struct name *name, const struct machine *m, const struct value *v);

#endif
