/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames of one Python thread, innermost first, as they are at this moment: the thread may run
 * on meanwhile, and then what was read may be torn. Whether it was is for python/still.h to say.
 */
#ifndef POOLTOP_WALK_H
#define POOLTOP_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/layout.h"
#include "python/codes.h"
#include "python/memory.h"

enum { READ_FRAMES = 1024, READ_SHIMS = 1024 };

struct py_frame {
	uint64_t at; /* its address */
	uint32_t code; /* index in the process's struct codes */
	int32_t line; /* 0: none */
	bool is_entry; /* the outermost one of an evaluation loop in C */
};

struct walk {
	struct py_frame frames[READ_FRAMES];
	uint32_t count;
	bool is_cut; /* there were more */
};

/*
 * thread: address of its PyThreadState. 0, also without any frame; -EAGAIN if what lies there
 * cannot be a stack (torn); -ENOSPC, -ENOMEM from codes_get(); -ESRCH, -EPERM, -EDQUOT from
 * memory_read().
 */
int walk_thread(struct memory *m, const struct py_layout *l, struct codes *codes, uint64_t thread,
	struct walk *ret);

/* The same frames, but for the line of the innermost one. */
bool walk_is_same(const struct walk *a, const struct walk *b);

#endif
