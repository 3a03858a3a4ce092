/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a process that is not ours: read, never written, while it goes on running. What is
 * read may be torn, gone or made up; and it is bounded, so that no target can keep us reading.
 */
#ifndef POOLTOP_MEMORY_H
#define POOLTOP_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory {
	/* All of it or nothing: 0, -EFAULT, -ESRCH, -EPERM. Tests bring their own. */
	int (*read)(struct memory *m, uint64_t address, void *buf, size_t len);
	void *own; /* whatever `read` needs; borrowed */
	uint32_t pid;
	uint64_t left; /* bytes that may still be read; a read costs MEMORY_CALL more */
};

enum {
	MEMORY_CALL = 64,
	MEMORY_BUDGET = 64 << 20, /* enough for 10,000 threads of 100 frames */
};

/* Of a process, through process_vm_readv(2): it is not stopped, and does not notice. */
void memory_of_process(struct memory *ret, uint32_t pid);

/* 0, or -EFAULT (not mapped), -ESRCH (gone), -EPERM (somebody else's), -EDQUOT (enough read).
 * buf is undefined on failure. */
int memory_read(struct memory *m, uint64_t address, void *buf, size_t len);

/* The same for one number of the machine's byte order. */
int memory_u64(struct memory *m, uint64_t address, uint64_t *ret);
int memory_u32(struct memory *m, uint64_t address, uint32_t *ret);

#endif
