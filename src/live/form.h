/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the form of a message's kind out of one message that was read whole: bpf/form.h. All tasks
 * of one function have one form, and all results of one kind of pool that carry no exception and
 * do not say that their worker leaves; but for the sizes of the numbers in them.
 *
 * Pool (3.4 to 3.14: Lib/multiprocessing/pool.py) and ProcessPoolExecutor
 * (Lib/concurrent/futures/process.py) have forms: of a task that is a chunk of several items there
 * is none, since no form can tell how many. The wake-ups that an executor's threads send each other
 * have one. billiard, loky, DataLoader and bare processes have none.
 *
 * Pure.
 */
#ifndef POOLTOP_FORM_OF_H
#define POOLTOP_FORM_OF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/form.h"
#include "bpf/wire.h"

struct form_message {
	const unsigned char *bytes; /* its beginning ... */
	size_t len;
	const unsigned char *tail; /* ... and its end, of which much may be the same */
	size_t tail_len;
	const struct frame_msg *frame; /* what it was read as */
	const char *function; /* of a task, "" if not known */
};

/* False: it has none that could be trusted. */
bool form_of(const struct form_message *m, struct form *ret_form);

/* What the kernel compares. */
void form_see(const struct form_message *m, struct form_ends *ret_ends);

#endif
