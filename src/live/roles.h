/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a stack is at, by the functions of multiprocessing that are on it: the parts that they play
 * in moving tasks are the same from CPython 3.6 to 3.15, in loky (2.9 to 3.5), in billiard (3.6,
 * 4.1) and in torch.multiprocessing (1.13), as their sources have them.
 *
 * Pickling is C code and has no frame: what is seen is the Python function that called it, and
 * inside of it the __reduce__ and __setstate__ of what is pickled.
 */
#ifndef POOLTOP_ROLES_H
#define POOLTOP_ROLES_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/wire.h"

enum role {
	ROLE_OWN = 0, /* no part: code of the program, or of a library that it uses */
	ROLE_PICKLE, /* makes bytes of an object */
	ROLE_PUT, /* makes bytes of an object and sends them */
	ROLE_SEND,
	ROLE_GET, /* receives bytes and makes an object of them */
	ROLE_RECEIVE,
	ROLE_PASS, /* between the loop and one of the above */
	ROLE_LOOP, /* a worker's loop, from which it fetches a task, works on it and answers */
	ROLE_IMPORT,
};

/* By the qualified name or the name of a function, and its file. Neither is NULL. */
enum role role_of(const char *function, const char *file);

/* Whose stack it is. */
struct owner {
	bool is_worker;
	bool is_main; /* its process's main thread */
	bool has_hand; /* its process has a task in hand */
	bool is_cut; /* there are frames further out */
};

/* roles: innermost first. */
enum sample_class roles_class(const uint8_t *roles, uint32_t count, struct owner owner);

#endif
