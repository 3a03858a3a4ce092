/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/memory.h"

#include <errno.h>
#include <sys/types.h>
#include <sys/uio.h>

static int read_process(struct memory *m, uint64_t address, void *buf, size_t len)
{
	struct iovec here = {.iov_base = buf, .iov_len = len};
	struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = len};
	ssize_t n = process_vm_readv((pid_t)m->pid, &here, 1, &there, 1, 0);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EFAULT;
}

void memory_of_process(struct memory *ret, uint32_t pid)
{
	*ret = (struct memory){.read = read_process, .pid = pid, .left = MEMORY_BUDGET};
}

int memory_read(struct memory *m, uint64_t address, void *buf, size_t len)
{
	if (len + MEMORY_CALL > m->left) {
		m->left = 0;
		return -EDQUOT;
	}
	m->left -= len + MEMORY_CALL;
	return m->read(m, address, buf, len);
}

int memory_u64(struct memory *m, uint64_t address, uint64_t *ret)
{
	return memory_read(m, address, ret, sizeof(*ret));
}

int memory_u32(struct memory *m, uint64_t address, uint32_t *ret)
{
	return memory_read(m, address, ret, sizeof(*ret));
}
