/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/log_clock.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live/live.h"

#define STEP_NS UINT64_C(20000000) /* start times are in ticks of 10 ms */
#define MOST_NS UINT64_C(1000000000) /* that the two may have been apart at the beginning */

/* The time at which the kernel noted that we named ourselves: the last word of the only record. */
static int read_record(const void *ring, size_t page, uint64_t *ret)
{
	const struct perf_event_mmap_page *head = ring;
	uint64_t len = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE);
	struct perf_event_header record;
	const char *data = (const char *)ring + page;

	if (len < sizeof(record) || len > page)
		return -EAGAIN;
	memcpy(&record, data, sizeof(record));
	if (record.type != PERF_RECORD_COMM || record.size < sizeof(record) + 16 ||
		record.size > len)
		return -EAGAIN;
	memcpy(ret, data + record.size - sizeof(*ret), sizeof(*ret));
	return 0;
}

static int note_name(int fd, void *ring, size_t page, struct log_clock *c)
{
	char name[16] = "";
	uint64_t before;
	int r;

	prctl(PR_GET_NAME, name);
	if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		return -errno;
	before = live_now();
	prctl(PR_SET_NAME, name); /* the same again */
	c->now_ns = before + (live_now() - before) / 2;
	r = read_record(ring, page, &c->log_ns);
	return r;
}

int log_clock_read(struct log_clock *ret)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.comm = 1,
		.disabled = 1,
		.exclude_kernel = 1,
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct log_clock c = {0};
	void *ring;
	int fd, r;

	ret->log_ns = ret->now_ns = live_now();
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	ring = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	r = ring == MAP_FAILED ? -errno : note_name(fd, ring, page, &c);
	if (!r)
		*ret = c;
	if (ring != MAP_FAILED)
		munmap(ring, 2 * page);
	close(fd);
	return r;
}

uint64_t log_clock_convert(const struct log_clock *c, uint64_t t_ns, uint64_t *ret_error_ns)
{
	uint64_t apart = c->log_ns > c->now_ns ? c->log_ns - c->now_ns : c->now_ns - c->log_ns;
	double share = c->log_ns ? (double)t_ns / (double)c->log_ns : 1;
	uint64_t moved;

	/* It has drifted evenly, or was apart from the start, which for what is new is the same. */
	share = share < 0 ? 0 : share > 1 ? 1 : share;
	moved = (uint64_t)(share * (double)apart);
	*ret_error_ns =
		STEP_NS + (uint64_t)((1 - share) * (double)(apart < MOST_NS ? apart : MOST_NS));
	if (c->log_ns <= c->now_ns)
		return t_ns + moved;
	return t_ns > moved ? t_ns - moved : 0;
}
