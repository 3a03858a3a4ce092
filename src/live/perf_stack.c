/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/perf_stack.h"

#include <linux/perf_event.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	PERIOD_NS = 10000, /* on a core: the least that the kernel's clock takes */
	PATIENCE_MS = 30,
	PAGES = 32, /* for samples: one takes less than 64 KiB */
	REGS = 24,
};

/* asm/perf_regs.h of x86: PERF_REG_X86_AX, _DX, ... in DWARF's order. */
static const unsigned char order[NATIVE_REGS] = {
	0, 3, 2, 1, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8};

static uint64_t mask_of_all(void)
{
	uint64_t mask = 0;

	for (int i = 0; i < NATIVE_REGS; i++)
		mask |= UINT64_C(1) << order[i];
	return mask;
}

static int open_event(uint32_t tid, bool exclude_kernel)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.sample_type = PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
		.sample_regs_user = mask_of_all(),
		.sample_stack_user = NATIVE_BYTES,
		.disabled = 1,
		.exclude_kernel = exclude_kernel,
		.exclude_hv = 1,
		.wakeup_events = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, (pid_t)tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* What a record begins with: then come `room` bytes of stack, and how many of them are good. */
struct sample {
	struct perf_event_header h;
	uint64_t abi;
	uint64_t regs[NATIVE_REGS]; /* by their numbers */
	uint64_t room;
	unsigned char bytes[];
};

static void place_regs(const struct sample *s, struct ring_native *ret)
{
	uint64_t by_number[REGS] = {0};
	int next = 0;

	for (int i = 0; i < REGS; i++)
		if (mask_of_all() >> i & 1)
			by_number[i] = s->regs[next++];
	for (int i = 0; i < NATIVE_REGS; i++)
		ret->regs[i] = by_number[order[i]];
}

static bool read_sample(const struct perf_event_mmap_page *ring, struct ring_native *ret)
{
	const struct sample *s = (const void *)((const char *)ring + ring->data_offset);
	uint64_t head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), used;

	/* The first record of a ring begins at its beginning. */
	if (head < sizeof(*s) || s->h.type != PERF_RECORD_SAMPLE ||
		s->abi != PERF_SAMPLE_REGS_ABI_64 || !s->room || s->room > NATIVE_BYTES ||
		s->h.size < sizeof(*s) + s->room + sizeof(used))
		return false;
	memcpy(&used, s->bytes + s->room, sizeof(used));
	if (used > s->room)
		return false;
	place_regs(s, ret);
	ret->sp = ret->regs[7];
	ret->used = (uint32_t)used;
	memcpy(ret->bytes, s->bytes, used);
	return true;
}

static bool sample(int fd, const struct perf_event_mmap_page *ring, struct ring_native *ret)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	/* Once, then it is off again. */
	if (ioctl(fd, PERF_EVENT_IOC_REFRESH, 1))
		return false;
	poll(&p, 1, PATIENCE_MS);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return read_sample(ring, ret);
}

bool perf_stack_take(uint32_t tid, struct ring_native *ret)
{
	size_t len = (size_t)sysconf(_SC_PAGESIZE) * (PAGES + 1);
	bool ok = false;
	void *ring;
	int fd;

	fd = open_event(tid, false);
	if (fd < 0)
		fd = open_event(tid, true);
	if (fd < 0)
		return false;
	ring = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring != MAP_FAILED) {
		ret->tid = tid;
		ok = sample(fd, ring, ret);
		munmap(ring, len);
	}
	close(fd);
	return ok;
}
